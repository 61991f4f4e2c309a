import type { Query } from '../ports/query.ts';
import type { QueryCompiler } from './compile-query.ts';
import { testOf, type RecordTest } from './evaluate-query.ts';
import { allOf, noneOf, NOTHING, type Match } from './match.ts';
import { timePieces, type SliceRange } from './time-pieces.ts';

/** One stretch of time of a plan: which records of it match. */
export interface PlannedPiece extends SliceRange {
  /** Every record that matches. */
  readonly possible: Match;
  /** Records that match for certain. */
  readonly certain: Match;
  /** Possible ones that are not certain: the record itself decides. */
  readonly uncertain: Match;
  /** The caller or the query cuts within this slice. */
  readonly isCut: boolean;
}

/** How a query is answered: by stretches of time, oldest first. */
export interface SearchPlan {
  readonly pieces: readonly PlannedPiece[];
  /** Decides for any record. */
  readonly test: RecordTest;
  /**
   * False when the index alone may take a record that was written after the plan was made: one with a value that no record had
   * before is not among the values that a negated condition excludes.
   */
  readonly isSettled: boolean;
}

/** Plans a query over a range of slices, cut at `further` times besides those of the query. */
export function planOf(
  query: Query,
  range: SliceRange,
  compiler: QueryCompiler,
  further: readonly string[] = [],
): SearchPlan {
  const pieces = timePieces(query, range, further).flatMap(({ first, last, isCut, query: left }): PlannedPiece[] => {
    const { possible, certain } = compiler.compile(left);
    if (possible.op === 'none') return [];
    const uncertain = possible === certain ? NOTHING : allOf([possible, noneOf(certain)]);
    return [{ first, last, isCut, possible, certain, uncertain }];
  });
  return { pieces, test: testOf(query), isSettled: !dependsOnListed(query, false) };
}

/** Whether terms of others are excluded: a condition that is compiled by listing terms stands under a negation, say. */
function dependsOnListed(query: Query, isNegated: boolean): boolean {
  switch (query.op) {
    case 'and':
    case 'or':
      return query.of.some((part) => dependsOnListed(part, isNegated));
    case 'not':
      return dependsOnListed(query.of, true);
    case 'phrase':
      return isNegated && query.prefix;
    case 'time':
      return isNegated;
    // These may be told by the fields that the other records have.
    case 'prefix':
    case 'range':
    case 'exists':
      return true;
    default:
      return false;
  }
}
