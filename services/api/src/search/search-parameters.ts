import type { RecordFilter } from '@paylog/shared/ports/store';
import { FILTER_PARAMETERS } from './filter-parameters.ts';
import { choiceParameter, integerParameter, type Parameter } from './parameter.ts';

/** What a search asks for, after parsing. Absent members do not filter. */
export interface SearchValues extends RecordFilter {
  readonly order?: 'asc' | 'desc';
  readonly limit?: number;
  readonly cursor?: string;
}

/** Largest page. */
export const MAX_LIMIT = 1000;

/** Page size when `limit` is absent. */
export const DEFAULT_LIMIT = 50;

const MAX_CURSOR_LENGTH = 4096;

/** Every parameter of a search. Parsing, the OpenAPI document and the check for unknown names come from this table. */
export const SEARCH_PARAMETERS: readonly Parameter<SearchValues>[] = [
  ...FILTER_PARAMETERS,
  choiceParameter(
    'order',
    'By event time, then id: `desc` (the default) has the newest first.',
    ['desc', 'asc'],
    (order) => ({ order }),
  ),
  integerParameter(
    'limit',
    'Most records of one answer.',
    { min: 1, max: MAX_LIMIT, byDefault: DEFAULT_LIMIT },
    (limit) => ({ limit }),
  ),
  {
    list: false,
    name: 'cursor',
    description:
      '`next_cursor` of the answer before, with the same filters and order. Pages neither repeat nor skip records while new ones arrive; relative times keep the meaning they had on the first page.',
    schema: { type: 'string', minLength: 1, maxLength: MAX_CURSOR_LENGTH },
    expected: 'next_cursor of an earlier answer, unchanged',
    read: ([cursor = '']) => (cursor !== '' && cursor.length <= MAX_CURSOR_LENGTH ? { cursor } : undefined),
  },
];

/** What may change from page to page; everything else binds a cursor. */
export const UNBOUND_PARAMETERS: ReadonlySet<string> = new Set(['limit', 'cursor']);
