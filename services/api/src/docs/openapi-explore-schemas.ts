const text = { type: 'string' };
const count = { type: 'integer', minimum: 0 };
const time = { type: 'string', description: 'RFC 3339 in UTC.' };
const milliseconds = {
  type: 'number',
  minimum: 0,
  description: 'Milliseconds, with a fraction down to the microsecond.',
};
const maybeText = { type: ['string', 'null'] };
const tookMs = { type: 'integer', minimum: 0 };
const records = { type: 'array', items: { $ref: '#/components/schemas/StoredRecord' } };

function object(properties: Readonly<Record<string, object>>, optional: readonly string[] = [], description?: string) {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', required, properties, ...(description !== undefined && { description }) };
}

function list(items: object, description?: string): object {
  return { type: 'array', items, ...(description !== undefined && { description }) };
}

const valueCounts = list(object({ value: text, count }), 'The most frequent first.');

const total = {
  ...object({
    value: count,
    relation: { type: 'string', enum: ['eq', 'gte'], description: '`gte`: there are at least so many.' },
  }),
  description: 'Records that there are; exact up to 10,000.',
};

const truncated = {
  type: 'boolean',
  description: 'Whether records were left out in the middle: only the oldest and the newest half of `limit` are told.',
};

const servicePart = object(
  {
    service: text,
    records: count,
    errors: { ...count, description: 'Records of level error or fatal, or with an `error`.' },
    from: time,
    to: time,
    offset_ms: milliseconds,
    duration_ms: milliseconds,
    clock_ahead_ms: {
      type: 'integer',
      description:
        'Given when records arrived before they happened: the clock of the service is ahead by at least so much, and its records stand too late among the others.',
    },
  },
  ['clock_ahead_ms'],
);

const step = object(
  {
    id: text,
    at: time,
    offset_ms: { ...milliseconds, description: 'Milliseconds since the first step.' },
    gap_ms: { ...milliseconds, description: 'Milliseconds since the step before.' },
    service: text,
    level: text,
    message: { type: 'string', description: 'The first 1,000 characters.' },
    status: { type: 'string', description: '`payment.status` of the record.' },
    duration_ms: { ...milliseconds, description: '`duration_ms` of the record, or `http.duration_ms`.' },
    latency_ms: { ...milliseconds, description: '`payment.latency_ms` of the record.' },
    error: object({ type: text, message: text }, ['type', 'message']),
    trace_id: text,
    span_id: text,
  },
  ['status', 'duration_ms', 'latency_ms', 'error', 'trace_id', 'span_id'],
);

const payment = object({
  payment_id: text,
  status: {
    ...maybeText,
    description:
      'The last status, as it happened: a record whose time is later than its arrival counts from its arrival. A status that leaves a payment open does not undo success. Null: no record names one.',
  },
  outcome: {
    type: 'string',
    enum: ['succeeded', 'failed', 'open'],
    description:
      'What `status` means: captured, settled, paid, refunded ... succeeded; declined, failed, canceled, expired ... failed; everything else is open.',
  },
  amount_minor: { type: ['integer', 'null'], description: 'What the first record with an amount says.' },
  currency: maybeText,
  amounts: list(
    object({ amount_minor: { type: 'integer' }, currency: maybeText, records: count, at: time, id: text }),
    'Every amount that the records name, with the first record of each: partial captures, refunds, conversions, and mistakes.',
  ),
  merchant_id: maybeText,
  method: maybeText,
  provider: { ...maybeText, description: 'As the last record that names one says; so are `merchant_id` and `method`.' },
  from: time,
  to: time,
  duration_ms: milliseconds,
  records: { ...count, description: 'Records that are told.' },
  total,
  truncated,
  left_out: {
    anyOf: [object({ after_id: text, before_id: text }), { type: 'null' }],
    description: 'Where records were left out: between the steps with these ids.',
  },
  services: list(servicePart, 'In the order of their first records.'),
  statuses: list(
    object({ status: text, at: time, offset_ms: milliseconds, service: text, id: text }),
    'Statuses in the order of time; one that repeats the one before is left out.',
  ),
  steps: list(step),
  errors: count,
  error_types: list(
    object({ type: { ...maybeText, description: 'Null: errors without a type.' }, count, first_id: text }),
  ),
  gaps: list(
    object({ from: time, to: time, duration_ms: milliseconds, after_id: text, before_id: text }),
    'Pauses that stand out: longer than a second and than five times the median pause (with fewer than four pauses: than a second).',
  ),
  traces: list(text),
});

/** Schemas of the routes that count and tell stories. */
export const EXPLORE_SCHEMAS = {
  Histogram: object({
    interval: { type: 'string', description: 'Such as 30s, 5m, 1h, 1d.' },
    time_zone: text,
    from: time,
    to: time,
    total: { ...count, description: 'Records in all intervals, exact.' },
    buckets: list(
      object({ from: time, to: { ...time, description: 'Exclusive.' }, count, split: valueCounts }, ['split']),
    ),
    took_ms: tookMs,
  }),
  Facets: object({
    facets: list(
      object({
        field: text,
        type: { type: 'string', enum: ['keyword', 'number'] },
        values: valueCounts,
        others: { ...count, description: 'Occurrences of values that are not listed.' },
        exact: { type: 'boolean', description: 'False: counted in the newest records only.' },
      }),
    ),
    took_ms: tookMs,
  }),
  Fields: object({
    fields: list(
      object({
        name: { type: 'string', description: 'As it is written in queries.' },
        type: { type: 'string', enum: ['text', 'keyword', 'number', 'time'] },
        description: text,
        aliases: list(text),
        share: { type: 'number', minimum: 0, maximum: 1, description: 'Part of the sampled records that have it.' },
        examples: { type: 'array', maxItems: 5, items: text, description: 'Values of the newest records.' },
      }),
    ),
    sampled: { ...count, description: 'Records that were looked at.' },
    took_ms: tookMs,
  }),
  Context: object({
    by: { type: 'string', enum: ['service', 'trace'] },
    value: { type: 'string', description: 'The service or the trace.' },
    record: { $ref: '#/components/schemas/StoredRecord' },
    before: { ...records, description: 'The records right before it, oldest first.' },
    after: { ...records, description: 'The records right after it, oldest first.' },
    more_before: { type: 'boolean', description: 'Whether there are records before these.' },
    more_after: { type: 'boolean', description: 'Whether there are records after these.' },
  }),
  Trace: object({
    trace_id: text,
    from: time,
    to: time,
    duration_ms: milliseconds,
    records: { ...count, description: 'Records that are told.' },
    total,
    truncated,
    services: list(servicePart, 'In the order of their first records.'),
    spans: list(
      object({
        span_id: text,
        service: text,
        from: time,
        to: time,
        records: count,
        errors: count,
        offset_ms: milliseconds,
        duration_ms: milliseconds,
      }),
      'By their beginnings, longer ones first.',
    ),
    logs: { ...records, description: 'Oldest first.' },
  }),
  Payment: payment,
} as const;
