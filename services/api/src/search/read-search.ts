import type { ProblemFault } from '@paylog/shared/errors/problem-error';
import type { SearchRequest } from '@paylog/shared/ports/store';
import { type Cursor, decodeCursor, filtersDigest } from './cursor.ts';
import type { GivenValues } from './given-values.ts';
import { readParameters, refuseFaults } from './read-parameters.ts';
import { DEFAULT_LIMIT, SEARCH_PARAMETERS, UNBOUND_PARAMETERS } from './search-parameters.ts';

/** A search that may be run, and what its next cursor is tied to. */
export interface Search {
  /** Asks for one record more than the page holds, which tells whether there is a next page. */
  readonly request: SearchRequest;
  readonly limit: number;
  readonly filters: string;
  /** What relative times are before: the moment of the first page. */
  readonly nowMs: number;
}

/** Hits are counted exactly up to here: counting all of a large store would cost more than the page. */
const COUNT_UP_TO = 10_000;

/** Reads all parameters. Throws one ProblemError with every fault. */
export function readSearch(given: GivenValues, startedMs: number): Search {
  const filters = filtersDigest([...given.values].filter(([name]) => !UNBOUND_PARAMETERS.has(name)));
  const cursorFaults: ProblemFault[] = [];
  const cursor = readCursor(given.values.get('cursor'), filters, cursorFaults);
  // Times before now, in `from` and `to` as in the query, must not move on while somebody reads page after page.
  const nowMs = cursor?.nowMs ?? startedMs;
  const { values, faults } = readParameters(SEARCH_PARAMETERS, given, nowMs);
  refuseFaults([...faults, ...cursorFaults]);
  const { cursor: _, limit = DEFAULT_LIMIT, order = 'desc', ...filter } = values;
  return {
    limit,
    filters,
    nowMs,
    request: {
      ...filter,
      order,
      limit: limit + 1,
      countUpTo: COUNT_UP_TO,
      ...(cursor && { after: cursor.position }),
    },
  };
}

/** Undefined when there is none, or none that can be read (whose fault is that of the parameter). */
function readCursor(given: readonly string[] = [], filters: string, faults: ProblemFault[]): Cursor | undefined {
  const [text = ''] = given;
  if (text === '' || given.length > 1) return undefined;
  const cursor = decodeCursor(text);
  if (cursor?.filters === filters) return cursor;
  const message = cursor
    ? 'was made with other filters or another order: send the same ones, or begin again without a cursor'
    : 'expected next_cursor of an earlier answer, unchanged';
  faults.push({ field: 'cursor', code: 'invalid_cursor', message });
  return undefined;
}
