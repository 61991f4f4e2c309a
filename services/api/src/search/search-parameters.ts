import { LEVELS, levelsFrom, parseLevel, type Level } from '@paylog/shared/record/level';
import { parseSearchTime, TIME_FORMS } from './parse-search-time.ts';
import { wordsOf } from './words-of.ts';

/** What a request asks for, after parsing. Absent members do not filter. */
export interface SearchQuery {
  readonly words?: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly services?: readonly string[];
  readonly levels?: readonly Level[];
  readonly traceId?: string;
  readonly paymentId?: string;
  readonly environment?: string;
  readonly order?: 'asc' | 'desc';
  readonly limit?: number;
  readonly cursor?: string;
}

/** One parameter of a search: how it is documented and how its values are read. */
export interface SearchParameter {
  readonly name: string;
  readonly description: string;
  /** What would be right, for faults. */
  readonly expected: string;
  /** JSON Schema of one value. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** Several values: repeated or separated by commas in a URL, an array in a body. */
  readonly list: boolean;
  /** Whether it decides which records are found and in which order (and so binds a cursor). */
  readonly filter: boolean;
  /** The part of the query that the values (at least one) mean; undefined when they are not `expected`. */
  readonly read: (values: readonly string[], nowMs: number) => SearchQuery | undefined;
}

/** Most values of a list, most words of `q`, longest text of one value. */
const MAX_VALUES = 100;
const MAX_WORDS = 50;
const MAX_LENGTH = 256;

/** Largest page. */
export const MAX_LIMIT = 1000;

/** Page size when `limit` is absent. */
export const DEFAULT_LIMIT = 50;

const short = { type: 'string', minLength: 1, maxLength: MAX_LENGTH };
const isShort = (value: string): boolean => value !== '' && value.length <= MAX_LENGTH;
const shortText = `1 to ${MAX_LENGTH} characters`;
const time = { type: ['string', 'number'], examples: ['-15m', '2026-11-20T08:00:00Z', 1795161600] };
const single = { list: false, filter: true } as const;
const several = { list: true, filter: true } as const;

/** A text that is taken as it is. */
function exact(name: string, description: string, query: (value: string) => SearchQuery): SearchParameter {
  return {
    ...single,
    name,
    description,
    schema: short,
    expected: shortText,
    read: ([value = '']) => (isShort(value) ? query(value) : undefined),
  };
}

function readLevels(values: readonly string[]): SearchQuery | undefined {
  const levels = new Set<Level>();
  for (const value of values) {
    const minimum = value.startsWith('>=');
    const level = parseLevel(minimum ? value.slice(2) : value);
    if (level === undefined) return undefined;
    for (const each of minimum ? levelsFrom(level) : [level]) levels.add(each);
  }
  return { levels: LEVELS.filter((level) => levels.has(level)) };
}

/** Every parameter of a search. Parsing, the OpenAPI document and the check for unknown names come from this table. */
export const SEARCH_PARAMETERS: readonly SearchParameter[] = [
  {
    ...single,
    name: 'q',
    description:
      'Words that must all occur in `message`: whole words, in any case, as split by Unicode word boundaries.',
    schema: { type: 'string', minLength: 1, maxLength: 1024, examples: ['payment declined'] },
    expected: `1 to 1024 characters with 1 to ${MAX_WORDS} words`,
    read: ([text = '']) => {
      const words = text.length <= 1024 ? wordsOf(text) : [];
      return words.length >= 1 && words.length <= MAX_WORDS ? { words } : undefined;
    },
  },
  {
    ...single,
    name: 'from',
    description: `Records from this event time on (inclusive): ${TIME_FORMS}.`,
    schema: time,
    expected: TIME_FORMS,
    read: ([text = ''], nowMs) => {
      const from = parseSearchTime(text, nowMs);
      return from === undefined ? undefined : { from };
    },
  },
  {
    ...single,
    name: 'to',
    description: 'Records before this event time (exclusive), in the forms of `from`.',
    schema: time,
    expected: TIME_FORMS,
    read: ([text = ''], nowMs) => {
      const to = parseSearchTime(text, nowMs);
      return to === undefined ? undefined : { to };
    },
  },
  {
    ...several,
    name: 'service',
    description: 'Records of any of these services.',
    schema: { ...short, examples: ['checkout'] },
    expected: `up to ${MAX_VALUES} names of ${shortText}`,
    read: (services) => (services.every(isShort) ? { services } : undefined),
  },
  {
    ...several,
    name: 'level',
    description: 'Records of any of these levels, or from a level on: `>=warn`. Synonyms and case as in records.',
    schema: { type: 'string', examples: ['error', '>=warn'] },
    expected: `one or more of ${LEVELS.join(', ')}, or a minimum such as >=warn`,
    read: readLevels,
  },
  {
    ...single,
    name: 'trace_id',
    description: 'Records of this trace.',
    schema: { type: 'string', pattern: '^[0-9a-fA-F]{32}$', examples: ['4bf92f3577b34da6a3ce929d0e0e4736'] },
    expected: '32 hexadecimal digits',
    read: ([value = '']) => (/^[0-9a-f]{32}$/i.test(value) ? { traceId: value.toLowerCase() } : undefined),
  },
  exact('payment_id', 'Records with this `payment.id`.', (paymentId) => ({ paymentId })),
  exact('environment', 'Records of this environment.', (environment) => ({ environment })),
  {
    ...single,
    name: 'order',
    description: 'By event time, then id: `desc` (the default) has the newest first.',
    schema: { type: 'string', enum: ['asc', 'desc'], default: 'desc' },
    expected: 'asc or desc',
    read: ([value]) => (value === 'asc' || value === 'desc' ? { order: value } : undefined),
  },
  {
    list: false,
    filter: false,
    name: 'limit',
    description: 'Most records of one answer.',
    schema: { type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT },
    expected: `an integer from 1 to ${MAX_LIMIT}`,
    read: ([value = '']) => {
      const limit = /^\d{1,4}$/.test(value) ? Number(value) : 0;
      return limit >= 1 && limit <= MAX_LIMIT ? { limit } : undefined;
    },
  },
  {
    list: false,
    filter: false,
    name: 'cursor',
    description:
      '`next_cursor` of the answer before, with the same filters and order. Pages neither repeat nor skip records while new ones arrive; relative times keep the meaning they had on the first page.',
    schema: { type: 'string', minLength: 1, maxLength: 4096 },
    expected: 'next_cursor of an earlier answer, unchanged',
    read: ([cursor = '']) => (cursor !== '' && cursor.length <= 4096 ? { cursor } : undefined),
  },
];

/** Most values that one parameter takes. */
export function maxValues({ list }: SearchParameter): number {
  return list ? MAX_VALUES : 1;
}
