import type { RecordFilter } from '@paylog/shared/ports/store';
import { describeFault } from '@paylog/shared/query/describe-fault';
import { parseQuery } from '@paylog/shared/query/parse-query';
import { MAX_QUERY_LENGTH } from '@paylog/shared/query/query-limits';
import { LEVELS, levelsFrom, parseLevel, type Level } from '@paylog/shared/record/level';
import { isShort, MAX_VALUES, type Parameter, type ParameterFault, SHORT_SCHEMA, SHORT_TEXT } from './parameter.ts';
import { parseSearchTime, TIME_FORMS } from './parse-search-time.ts';
import { wordsOf } from './words-of.ts';

type FilterParameter = Parameter<RecordFilter>;

/** Most words of `q`, longest `q`. */
const MAX_WORDS = 50;
const MAX_Q_LENGTH = 1024;

const time = { type: ['string', 'number'], examples: ['-15m', '2026-11-20T08:00:00Z', 1795161600] };

/** A text that is taken as it is. */
function exact(name: string, description: string, filter: (value: string) => RecordFilter): FilterParameter {
  return {
    list: false,
    name,
    description,
    schema: SHORT_SCHEMA,
    expected: SHORT_TEXT,
    read: ([value = '']) => (isShort(value) ? filter(value) : undefined),
  };
}

function readLevels(values: readonly string[]): RecordFilter | undefined {
  const levels = new Set<Level>();
  for (const value of values) {
    const minimum = value.startsWith('>=');
    const level = parseLevel(minimum ? value.slice(2) : value);
    if (level === undefined) return undefined;
    for (const each of minimum ? levelsFrom(level) : [level]) levels.add(each);
  }
  return { levels: LEVELS.filter((level) => levels.has(level)) };
}

function readQuery([text = '']: readonly string[], nowMs: number): RecordFilter | ParameterFault | undefined {
  if (text === '') return undefined;
  const parsed = parseQuery(text, { nowMs });
  if (parsed.ok) return { query: parsed.query };
  return { code: 'invalid_query', ...parsed.fault, message: describeFault(text, parsed.fault) };
}

const query: FilterParameter = {
  list: false,
  name: 'query',
  description: 'What to look for, in the query language: `level:error "card declined" -timeout duration_ms:>500`.',
  schema: {
    type: 'string',
    minLength: 1,
    maxLength: MAX_QUERY_LENGTH,
    examples: ['level:error "card declined" duration_ms:>500'],
  },
  expected: `a query of 1 to ${MAX_QUERY_LENGTH} characters`,
  read: readQuery,
};

const q: FilterParameter = {
  list: false,
  name: 'q',
  description: 'Words that must all occur in `message`: whole words, in any case, as split by Unicode word boundaries.',
  schema: { type: 'string', minLength: 1, maxLength: MAX_Q_LENGTH, examples: ['payment declined'] },
  expected: `1 to ${MAX_Q_LENGTH} characters with 1 to ${MAX_WORDS} words`,
  read: ([text = '']) => {
    const words = text.length <= MAX_Q_LENGTH ? wordsOf(text) : [];
    return words.length >= 1 && words.length <= MAX_WORDS ? { words } : undefined;
  },
};

const from: FilterParameter = {
  list: false,
  name: 'from',
  description: `Records from this event time on (inclusive): ${TIME_FORMS}.`,
  schema: time,
  expected: TIME_FORMS,
  read: ([text = ''], nowMs) => {
    const time = parseSearchTime(text, nowMs);
    return time === undefined ? undefined : { from: time };
  },
};

const to: FilterParameter = {
  list: false,
  name: 'to',
  description: 'Records before this event time (exclusive), in the forms of `from`.',
  schema: time,
  expected: TIME_FORMS,
  read: ([text = ''], nowMs) => {
    const time = parseSearchTime(text, nowMs);
    return time === undefined ? undefined : { to: time };
  },
};

const service: FilterParameter = {
  list: true,
  name: 'service',
  description: 'Records of any of these services.',
  schema: { ...SHORT_SCHEMA, examples: ['checkout'] },
  expected: `up to ${MAX_VALUES} names of ${SHORT_TEXT}`,
  read: (services) => (services.every(isShort) ? { services } : undefined),
};

const level: FilterParameter = {
  list: true,
  name: 'level',
  description: 'Records of any of these levels, or from a level on: `>=warn`. Synonyms and case as in records.',
  schema: { type: 'string', examples: ['error', '>=warn'] },
  expected: `one or more of ${LEVELS.join(', ')}, or a minimum such as >=warn`,
  read: readLevels,
};

const traceId: FilterParameter = {
  list: false,
  name: 'trace_id',
  description: 'Records of this trace.',
  schema: { type: 'string', pattern: '^[0-9a-fA-F]{32}$', examples: ['4bf92f3577b34da6a3ce929d0e0e4736'] },
  expected: '32 hexadecimal digits',
  read: ([value = '']) => (/^[0-9a-f]{32}$/i.test(value) ? { traceId: value.toLowerCase() } : undefined),
};

/** Which records: the parameters that every route which reads has in common. */
export const FILTER_PARAMETERS: readonly FilterParameter[] = [
  query,
  q,
  from,
  to,
  service,
  level,
  traceId,
  exact('payment_id', 'Records with this `payment.id`.', (paymentId) => ({ paymentId })),
  exact('environment', 'Records of this environment.', (environment) => ({ environment })),
];

/** Some of {@link FILTER_PARAMETERS}, for routes where the others make no sense. */
export function filterParameters(...names: readonly string[]): readonly FilterParameter[] {
  return FILTER_PARAMETERS.filter(({ name }) => names.includes(name));
}
