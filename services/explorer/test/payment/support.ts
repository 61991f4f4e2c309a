import type { Payment, PaymentStep } from '../../src/api-types.ts';

/** A step at `offset_ms`; only what a test is about has to be said. */
export function step(offset_ms: number, more: Partial<PaymentStep> = {}): PaymentStep {
  return {
    id: `r-${offset_ms}`,
    at: '2026-11-20T08:00:00.000000000Z',
    offset_ms,
    gap_ms: 0,
    service: 'payment-api',
    level: 'info',
    message: 'payment received',
    ...more,
  };
}

/** A story of these steps; services, duration and counts follow from them. */
export function story(steps: readonly PaymentStep[], more: Partial<Payment> = {}): Payment {
  const names = [...new Set(steps.map((each) => each.service))];
  return {
    payment_id: 'pay_1',
    status: 'captured',
    outcome: 'succeeded',
    amount_minor: 4990,
    currency: 'EUR',
    merchant_id: 'mrc_7',
    method: 'card',
    provider: 'nordpay',
    from: '2026-11-20T08:00:00.000000000Z',
    to: '2026-11-20T08:00:01.000000000Z',
    duration_ms: steps.at(-1)?.offset_ms ?? 0,
    records: steps.length,
    total: { value: steps.length, relation: 'eq' },
    truncated: false,
    left_out: null,
    services: names.map((service) => {
      const own = steps.filter((each) => each.service === service);
      return {
        service,
        records: own.length,
        errors: own.filter((each) => each.level === 'error').length,
        from: '2026-11-20T08:00:00.000000000Z',
        to: '2026-11-20T08:00:01.000000000Z',
        offset_ms: own[0]?.offset_ms ?? 0,
        duration_ms: (own.at(-1)?.offset_ms ?? 0) - (own[0]?.offset_ms ?? 0),
      };
    }),
    statuses: [],
    steps,
    errors: steps.filter((each) => each.level === 'error').length,
    gaps: [],
    traces: [],
    ...more,
  };
}
