import { ProblemError, type ProblemFault } from '@paylog/shared/errors/problem-error';
import type { SearchRequest } from '@paylog/shared/ports/store';
import { type Cursor, decodeCursor, filtersDigest } from './cursor.ts';
import type { GivenValues } from './given-values.ts';
import {
  DEFAULT_LIMIT,
  maxValues,
  SEARCH_PARAMETERS,
  type SearchParameter,
  type SearchQuery,
} from './search-parameters.ts';

/** A search that may be run, and what its next cursor is tied to. */
export interface Search {
  /** Asks for one record more than the page holds, which tells whether there is a next page. */
  readonly request: SearchRequest;
  readonly limit: number;
  readonly filters: string;
}

/** Hits are counted exactly up to here: counting all of a large store would cost more than the page. */
const COUNT_UP_TO = 10_000;

/** Most faults that one answer lists, and the most that is repeated of an unknown name. */
const MAX_FAULTS = 50;
const MAX_NAME = 64;

/** Reads all parameters. Throws one ProblemError with every fault. */
export function readSearch({ values, faults: earlier }: GivenValues, nowMs: number): Search {
  const faults: ProblemFault[] = [...earlier, ...unknownNames(values)];
  let query: SearchQuery = {};
  for (const parameter of SEARCH_PARAMETERS) {
    const given = values.get(parameter.name);
    if (given === undefined) continue;
    const part = readOne(parameter, given, nowMs);
    if ('message' in part) faults.push(part);
    else query = { ...query, ...part };
  }
  const filters = filtersDigest([...values].filter(([name]) => isFilter.has(name)));
  const cursor = readCursor(query.cursor, filters, faults);
  const bounds = cursor ?? query;
  if (bounds.from !== undefined && bounds.to !== undefined && bounds.from >= bounds.to) {
    faults.push({ field: 'from', message: 'expected a time before `to`' });
  }
  if (faults.length > 0) throw problemOf(faults);
  return assemble(query, cursor, filters);
}

const isFilter = new Set(SEARCH_PARAMETERS.filter(({ filter }) => filter).map(({ name }) => name));
const known = new Set(SEARCH_PARAMETERS.map(({ name }) => name));

/** Faults for names that no parameter has. */
function unknownNames(values: ReadonlyMap<string, unknown>): ProblemFault[] {
  return [...values.keys()]
    .filter((name) => !known.has(name))
    .map((name) => ({
      field: name.slice(0, MAX_NAME),
      code: 'unknown_parameter',
      message: `not a parameter: expected one of ${[...known].join(', ')}`,
    }));
}

function readOne(parameter: SearchParameter, given: readonly string[], nowMs: number): SearchQuery | ProblemFault {
  const { name, expected } = parameter;
  const most = maxValues(parameter);
  if (given.length > most)
    return { field: name, message: most === 1 ? 'given more than once' : `expected ${expected}` };
  const part = given.length === 0 ? undefined : parameter.read(given, nowMs);
  return part ?? { field: name, message: `expected ${expected}` };
}

function readCursor(text: string | undefined, filters: string, faults: ProblemFault[]): Cursor | undefined {
  if (text === undefined) return undefined;
  const cursor = decodeCursor(text);
  if (cursor?.filters === filters) return cursor;
  const message = cursor
    ? 'was made with other filters or another order: send the same ones, or begin again without a cursor'
    : 'expected next_cursor of an earlier answer, unchanged';
  faults.push({ field: 'cursor', code: 'invalid_cursor', message });
  return undefined;
}

function problemOf(faults: readonly ProblemFault[]): ProblemError {
  const codes = new Set(faults.map(({ code = 'invalid_parameter' }) => code));
  const [only] = codes;
  const code = codes.size === 1 && only !== undefined ? only : 'invalid_parameter';
  const listed = faults.slice(0, MAX_FAULTS);
  const detail = listed
    .map(({ field, message }) => `${field}: ${message}`)
    .slice(0, 3)
    .join('; ');
  const more = faults.length > 3 ? `; and ${faults.length - 3} more` : '';
  return new ProblemError(code, detail + more, { errors: listed });
}

function assemble(query: SearchQuery, cursor: Cursor | undefined, filters: string): Search {
  const { cursor: _, limit = DEFAULT_LIMIT, order = 'desc', from, to, ...conditions } = query;
  const bounds = cursor ?? { from, to };
  return {
    limit,
    filters,
    request: {
      ...conditions,
      order,
      limit: limit + 1,
      countUpTo: COUNT_UP_TO,
      ...(bounds.from !== undefined && { from: bounds.from }),
      ...(bounds.to !== undefined && { to: bounds.to }),
      ...(cursor && { after: cursor.position }),
    },
  };
}
