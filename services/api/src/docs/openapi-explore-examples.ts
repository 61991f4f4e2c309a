const START = '2026-11-20T08:00:00.123000000Z';
const END = '2026-11-20T08:00:03.623000000Z';
const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';

const declined = {
  message: 'payment declined by issuer',
  service: 'checkout',
  level: 'warn',
  timestamp: '2026-11-20T08:00:03.623Z',
  id: 'evt-8f14e45f',
  trace_id: TRACE_ID,
  payment: { id: 'pay_123', amount_minor: 1999, currency: 'EUR', status: 'declined' },
  received_at: '2026-11-20T08:00:03.640Z',
};
const created = {
  message: 'payment created',
  service: 'checkout',
  level: 'info',
  timestamp: '2026-11-20T08:00:00.123Z',
  id: 'evt-45c48cce',
  trace_id: TRACE_ID,
  span_id: '00f067aa0ba902b7',
  payment: { id: 'pay_123', amount_minor: 1999, currency: 'EUR', status: 'created' },
  received_at: '2026-11-20T08:00:00.140Z',
};
const servicePart = {
  service: 'checkout',
  records: 2,
  errors: 0,
  from: START,
  to: END,
  offset_ms: 0,
  duration_ms: 3500,
};
const total = { value: 2, relation: 'eq' };

/** One answer of each route, by the name of its schema. */
export const EXPLORE_EXAMPLES = {
  Histogram: {
    interval: '1m',
    time_zone: 'Europe/Berlin',
    from: '2026-11-20T08:00:00.000000000Z',
    to: '2026-11-20T08:02:00.000000000Z',
    total: 12,
    buckets: [
      {
        from: '2026-11-20T08:00:00.000Z',
        to: '2026-11-20T08:01:00.000Z',
        count: 12,
        split: [
          { value: 'info', count: 9 },
          { value: 'warn', count: 3 },
        ],
      },
      { from: '2026-11-20T08:01:00.000Z', to: '2026-11-20T08:02:00.000Z', count: 0, split: [] },
    ],
    took_ms: 4,
  },
  Facets: {
    facets: [
      {
        field: 'payment.status',
        type: 'keyword',
        values: [
          { value: 'captured', count: 8123 },
          { value: 'declined', count: 411 },
        ],
        others: 17,
        exact: true,
      },
    ],
    took_ms: 5,
  },
  Fields: {
    fields: [
      {
        name: 'payment.amount_minor',
        type: 'number',
        description: 'the amount, in minor units such as cents',
        aliases: [],
        share: 0.93,
        examples: ['1999', '500'],
      },
      {
        name: 'attributes.attempt',
        type: 'number',
        description: 'an attribute',
        aliases: [],
        share: 0.4,
        examples: ['2'],
      },
    ],
    sampled: 1000,
    took_ms: 18,
  },
  Context: {
    by: 'service',
    value: 'checkout',
    record: declined,
    before: [created],
    after: [],
    more_before: false,
    more_after: false,
  },
  Trace: {
    trace_id: TRACE_ID,
    from: START,
    to: END,
    duration_ms: 3500,
    records: 2,
    total,
    truncated: false,
    services: [servicePart],
    spans: [
      {
        span_id: '00f067aa0ba902b7',
        service: 'checkout',
        from: START,
        to: START,
        records: 1,
        errors: 0,
        offset_ms: 0,
        duration_ms: 0,
      },
    ],
    logs: [created, declined],
  },
  Payment: {
    payment_id: 'pay_123',
    status: 'declined',
    outcome: 'failed',
    amount_minor: 1999,
    currency: 'EUR',
    amounts: [{ amount_minor: 1999, currency: 'EUR', records: 2, at: START, id: 'evt-45c48cce' }],
    merchant_id: null,
    method: null,
    provider: null,
    from: START,
    to: END,
    duration_ms: 3500,
    records: 2,
    total,
    truncated: false,
    left_out: null,
    services: [servicePart],
    statuses: [
      { status: 'created', at: START, offset_ms: 0, service: 'checkout', id: 'evt-45c48cce' },
      { status: 'declined', at: END, offset_ms: 3500, service: 'checkout', id: 'evt-8f14e45f' },
    ],
    steps: [
      {
        id: 'evt-45c48cce',
        at: START,
        offset_ms: 0,
        gap_ms: 0,
        service: 'checkout',
        level: 'info',
        message: 'payment created',
        status: 'created',
        trace_id: TRACE_ID,
        span_id: '00f067aa0ba902b7',
      },
      {
        id: 'evt-8f14e45f',
        at: END,
        offset_ms: 3500,
        gap_ms: 3500,
        service: 'checkout',
        level: 'warn',
        message: 'payment declined by issuer',
        status: 'declined',
        trace_id: TRACE_ID,
      },
    ],
    errors: 0,
    error_types: [],
    gaps: [{ from: START, to: END, duration_ms: 3500, after_id: 'evt-45c48cce', before_id: 'evt-8f14e45f' }],
    traces: [TRACE_ID],
  },
} as const;
