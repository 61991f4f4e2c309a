import type {
  EqualsQuery,
  ExistsQuery,
  OrQuery,
  PhraseQuery,
  PrefixQuery,
  Query,
  QueryField,
  TimeQuery,
} from '../ports/query.ts';
import { anyOf, EVERYTHING, NOTHING, type Clause } from './clause.ts';
import { fieldPath, knownPath } from './field-paths.ts';
import { cutLastWord } from './last-word.ts';
import { rangeClause } from './number-range.ts';
import { eventTimeClause, timeClause, wholeMillis } from './time-range.ts';

/** Longer texts have no term (`ignore_above` of the template). */
const MAX_TERM_LENGTH = 1024;

function phraseClause({ field, text, prefix }: PhraseQuery): Clause {
  const path = knownPath(field);
  if (!prefix) return { match_phrase: { [path]: text } };
  const cut = cutLastWord(text);
  if (cut === undefined) return NOTHING;
  // One word: a query for its prefix, in the index's own spelling. (`match_phrase_prefix` looks at 50 words and leaves out the rest.)
  if (cut.before === undefined) return { match_bool_prefix: { [path]: { query: cut.last, operator: 'and' } } };
  const phrase = { match: { query: cut.before, ordered: true, max_gaps: 0 } };
  const parts = [phrase, { prefix: { prefix: cut.last } }];
  return { intervals: { [path]: { all_of: { ordered: true, max_gaps: 0, intervals: parts } } } };
}

/** A value as the field's terms are written. */
function termOf(field: QueryField, value: string): string {
  return field.type === 'keyword' && field.name === 'level' ? value.toLowerCase() : value;
}

function equalsClause({ field, value }: EqualsQuery): Clause {
  return value.length > MAX_TERM_LENGTH ? NOTHING : { term: { [fieldPath(field)]: termOf(field, value) } };
}

function prefixClause({ field, value }: PrefixQuery): Clause {
  return value.length > MAX_TERM_LENGTH ? NOTHING : { prefix: { [fieldPath(field)]: termOf(field, value) } };
}

function existsClause({ field }: ExistsQuery): Clause {
  // Every term of the path; `exists` would take a star in it for a pattern.
  if (field.type === 'attribute') return { prefix: { [fieldPath(field)]: '' } };
  const exists = { exists: { field: fieldPath(field) } };
  // Values that the index could not take (too long, not finite) are there all the same.
  return field.type === 'keyword' || field.type === 'number'
    ? anyOf([exists, { term: { _ignored: field.name } }])
    : exists;
}

function timeLeaf({ field, from, to }: TimeQuery): Clause {
  if (field.name === 'timestamp') return eventTimeClause(from, to);
  // Kept in milliseconds.
  return timeClause(knownPath(field), from && wholeMillis(from), to && wholeMillis(to));
}

/** What has to hold, what must not, and one choice, as they stand in one `bool`: its nesting is limited. */
class Conditions {
  readonly #filter: Clause[] = [];
  readonly #mustNot: Clause[] = [];
  readonly #choices: OrQuery[] = [];

  require(query: Query): void {
    if (query.op === 'all') return;
    if (query.op === 'and') for (const part of query.of) this.require(part);
    else if (query.op === 'not') this.forbid(query.of);
    else if (query.op === 'or' && query.of.length !== 1) this.#choices.push(query);
    else if (query.op === 'or') for (const part of query.of) this.require(part);
    else this.#filter.push(leafClause(query));
  }

  forbid(query: Query): void {
    if (query.op === 'all') this.#filter.push(NOTHING);
    else if (query.op === 'or') for (const part of query.of) this.forbid(part);
    else if (query.op === 'not') this.require(query.of);
    else this.#mustNot.push(queryClause(query));
  }

  clause(): Clause {
    // The deepest choice goes into this `bool`, the others become their own.
    const [deepest, ...others] = this.#choices.sort((a, b) => depthOf(b) - depthOf(a));
    const filter = [...this.#filter, ...others.map((choice) => anyOf(choice.of.map(queryClause)))];
    const [only] = filter;
    const none = this.#mustNot.length === 0;
    if (deepest === undefined && none && filter.length <= 1) return only ?? EVERYTHING;
    if (deepest !== undefined && none && filter.length === 0) return anyOf(deepest.of.map(queryClause));
    return {
      bool: {
        ...(filter.length === 0 ? {} : { filter }),
        ...(none ? {} : { must_not: this.#mustNot }),
        ...(deepest === undefined ? {} : shouldOf(deepest)),
      },
    };
  }
}

function shouldOf(choice: OrQuery): object {
  return choice.of.length === 0 ? { must: NOTHING } : { should: choice.of.map(queryClause), minimum_should_match: 1 };
}

function depthOf(query: Query): number {
  if (query.op === 'not') return depthOf(query.of) + 1;
  if (query.op !== 'and' && query.op !== 'or') return 0;
  return query.of.reduce((deepest, part) => Math.max(deepest, depthOf(part)), 0) + 1;
}

function leafClause(query: Exclude<Query, { op: 'all' | 'and' | 'or' | 'not' }>): Clause {
  switch (query.op) {
    case 'phrase':
      return phraseClause(query);
    case 'equals':
      return equalsClause(query);
    case 'prefix':
      return prefixClause(query);
    case 'exists':
      return existsClause(query);
    case 'range':
      return rangeClause(query);
    case 'time':
      return timeLeaf(query);
  }
}

/** The clause of a query tree; belongs into a filter, where nothing is scored. */
export function queryClause(query: Query): Clause {
  const conditions = new Conditions();
  conditions.require(query);
  return conditions.clause();
}
