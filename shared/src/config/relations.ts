import { formatBytes, formatDuration } from './value-type.ts';

/** Room that the server fields spliced in front of a record may take (see `record/envelope.ts`), with batch overhead. */
const ENVELOPE_OVERHEAD_BYTES = 4096;

/** Parsed values by key; a key is absent when the service does not read it, when it has no value or when it is at fault. */
export type ValuesByKey = ReadonlyMap<string, unknown>;

/** A rule between settings. `check` answers a fault or undefined. */
export interface Relation {
  /** The check runs only when each of these has a value, */
  readonly keys: readonly string[];
  /** and none of these is at fault itself. */
  readonly others?: readonly string[];
  /** For `docs/config.md`. */
  readonly rule: string;
  readonly check: (values: ValuesByKey) => string | undefined;
}

function numberOf(values: ValuesByKey, key: string): number {
  return Number(values.get(key));
}

interface Comparison {
  readonly low: string;
  readonly high: string;
  readonly plus?: number;
  readonly strict?: boolean;
  readonly format: (value: number) => string;
  readonly why: string;
  /** Does not apply when this says so. */
  readonly unless?: (values: ValuesByKey) => boolean;
}

function atMost({ low, high, plus = 0, strict = false, format, why, unless }: Comparison): Relation {
  const left = plus === 0 ? low : `${low} + ${format(plus)}`;
  const rule = `${left} must be ${strict ? 'less than' : 'at most'} ${high}: ${why}`;
  return {
    keys: [low, high],
    rule,
    check: (values) => {
      const lowValue = numberOf(values, low);
      const highValue = numberOf(values, high);
      const holds = strict ? lowValue + plus < highValue : lowValue + plus <= highValue;
      if (holds || unless?.(values) === true) return undefined;
      return `${low}=${format(lowValue)} and ${high}=${format(highValue)}: ${rule}`;
    },
  };
}

function excludes(one: string, other: string, why: string): Relation {
  const rule = `${one} and ${other} exclude each other: ${why}`;
  return { keys: [one, other], rule, check: () => rule };
}

function distinctTopics(one: string, other: string): Relation {
  const rule = `${one} and ${other} must be different topics`;
  return {
    keys: [one, other],
    rule,
    check: (values) =>
      values.get(one) === values.get(other)
        ? `${one}=${String(values.get(one))} and ${other}=${String(values.get(other))}: ${rule}`
        : undefined,
  };
}

const isGiven = (value: unknown): boolean => value !== undefined;
const startsWithHttps = (value: unknown): boolean => typeof value === 'string' && value.startsWith('https:');

/** One key is of no use without another. */
function needs(key: string, other: string, why: string, holds: (value: unknown) => boolean = isGiven): Relation {
  const rule = `${key} needs ${other}: ${why}`;
  return {
    keys: [key],
    others: [other],
    rule,
    check: (values) => (holds(values.get(other)) ? undefined : `${key} is set: ${rule}`),
  };
}

const CREDENTIALS = [
  needs('KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME', 'mechanism, user name and password belong together'),
  needs('KAFKA_SASL_MECHANISM', 'KAFKA_SASL_PASSWORD', 'mechanism, user name and password belong together'),
  needs('KAFKA_SASL_USERNAME', 'KAFKA_SASL_MECHANISM', 'mechanism, user name and password belong together'),
  needs('KAFKA_SASL_PASSWORD', 'KAFKA_SASL_MECHANISM', 'mechanism, user name and password belong together'),
  needs('KAFKA_SASL_MECHANISM', 'KAFKA_BROKERS', 'the embedded queue has no login'),
  needs('KAFKA_GROUP_INSTANCE_ID', 'KAFKA_BROKERS', 'the embedded queue has one member'),
  needs('KAFKA_SSL_CA_FILE', 'KAFKA_SSL', 'set to true, else the authority is not used', (value) => value === true),
  needs('ELASTICSEARCH_USERNAME', 'ELASTICSEARCH_PASSWORD', 'user name and password belong together'),
  needs('ELASTICSEARCH_PASSWORD', 'ELASTICSEARCH_USERNAME', 'user name and password belong together'),
  needs('ELASTICSEARCH_USERNAME', 'ELASTICSEARCH_URL', 'the embedded store has no login'),
  needs('ELASTICSEARCH_API_KEY', 'ELASTICSEARCH_URL', 'the embedded store has no login'),
  needs(
    'ELASTICSEARCH_CA_FILE',
    'ELASTICSEARCH_URL',
    'an https:// URL, else the authority is not used',
    startsWithHttps,
  ),
  excludes('ELASTICSEARCH_API_KEY', 'ELASTICSEARCH_USERNAME', 'log in by the one or by the other'),
  needs('PROFILE_PORT', 'PROFILE_DIR', 'there must be a place for the files'),
] as const;

const embeddedQueue = (values: ValuesByKey): boolean => !values.has('KAFKA_BROKERS');
const embeddedStore = (values: ValuesByKey): boolean => !values.has('ELASTICSEARCH_URL');

const LIMITS = [
  atMost({
    low: 'MAX_RECORD_BYTES',
    plus: ENVELOPE_OVERHEAD_BYTES,
    high: 'KAFKA_MAX_BATCH_BYTES',
    format: formatBytes,
    why: 'a record and its server fields must fit into one produce batch',
  }),
  atMost({
    low: 'MAX_RECORD_BYTES',
    plus: ENVELOPE_OVERHEAD_BYTES,
    high: 'MAX_BODY_BYTES',
    format: formatBytes,
    why: 'a record of the largest size must fit into a request',
  }),
  atMost({
    low: 'MAX_RECORD_BYTES',
    plus: ENVELOPE_OVERHEAD_BYTES,
    high: 'BULK_MAX_BYTES',
    format: formatBytes,
    why: 'a record of the largest size must fit into a bulk request',
  }),
  atMost({
    low: 'MAX_BODY_BYTES',
    high: 'MAX_INFLIGHT_BYTES',
    format: formatBytes,
    why: 'else the largest request could never be taken',
  }),
  atMost({
    low: 'BULK_MAX_BYTES',
    high: 'INDEXER_MAX_INFLIGHT_BYTES',
    format: formatBytes,
    why: 'else a full bulk request could never be held',
  }),
  atMost({
    low: 'KAFKA_MAX_BATCH_BYTES',
    high: 'INDEXER_MAX_INFLIGHT_BYTES',
    format: formatBytes,
    why: 'else a fetched batch could never be held',
  }),
  atMost({
    low: 'RETRY_MIN_MS',
    high: 'RETRY_MAX_MS',
    format: formatDuration,
    why: 'the first wait is not longer than the longest',
  }),
  atMost({
    low: 'RETRY_MAX_MS',
    high: 'STALL_TIMEOUT_MS',
    strict: true,
    format: formatDuration,
    why: 'waiting for the store is not a stall',
  }),
  atMost({
    low: 'ELASTICSEARCH_TIMEOUT_MS',
    high: 'KAFKA_SESSION_TIMEOUT_MS',
    strict: true,
    format: formatDuration,
    why: 'a bulk request must end before the partition goes to another indexer',
    unless: (values) => embeddedQueue(values) || embeddedStore(values),
  }),
  atMost({
    low: 'DRAIN_TIMEOUT_MS',
    high: 'KAFKA_SESSION_TIMEOUT_MS',
    strict: true,
    format: formatDuration,
    why: 'what is under way must be settled before the partition goes to another indexer',
    unless: embeddedQueue,
  }),
  atMost({
    low: 'KAFKA_MIN_INSYNC_REPLICAS',
    high: 'KAFKA_REPLICATION_FACTOR',
    format: String,
    why: 'more copies than there are would refuse every write',
  }),
  atMost({
    low: 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE',
    high: 'OTEL_BSP_MAX_QUEUE_SIZE',
    format: String,
    why: 'else a full export could never be gathered',
  }),
  atMost({
    low: 'INDEX_DAYS_PAST',
    high: 'RETENTION_DAYS',
    format: String,
    why: 'an older day would be dropped as soon as it is written (RETENTION_DAYS=0 keeps all)',
    unless: (values) => values.get('RETENTION_DAYS') === 0,
  }),
] as const;

/** Every rule between settings. */
export const RELATIONS: readonly Relation[] = [
  ...LIMITS,
  ...CREDENTIALS,
  distinctTopics('KAFKA_TOPIC', 'KAFKA_DIRECT_TOPIC'),
  distinctTopics('KAFKA_TOPIC', 'KAFKA_DLQ_TOPIC'),
  distinctTopics('KAFKA_DIRECT_TOPIC', 'KAFKA_DLQ_TOPIC'),
];
