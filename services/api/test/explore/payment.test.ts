import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { paymentStory, type PaymentStory } from '../../src/explore/payment.ts';
import { type Told, tell } from './story-records.ts';

const status = (at: number, name: string, more: Partial<Told> = {}): Told => ({
  at,
  payment: { id: 'p', status: name },
  ...more,
});

function story(...told: readonly Told[]): PaymentStory {
  const records = tell(...told);
  return paymentStory('p', records, { total: { value: records.length, relation: 'eq' }, cutAt: undefined });
}

describe('the story of a payment', () => {
  it('goes across services, with statuses, durations, errors and gaps', () => {
    const told = story(
      {
        ...{ at: 0, id: 'a', service: 'checkout', message: 'payment created', trace_id: 't1', span_id: 's1' },
        payment: { id: 'p', status: 'created', amount_minor: 1999, currency: 'EUR', merchant_id: 'm1', method: 'card' },
      },
      { ...{ at: 40.25, id: 'b', service: 'risk', message: 'scored', duration_ms: 31.5 }, payment: { id: 'p' } },
      {
        ...{ at: 90, id: 'c', service: 'acquirer', message: 'timeout', level: 'error', trace_id: 't1' },
        error: { type: 'TimeoutError', message: 'no answer', stack: 'at x' },
        payment: { id: 'p', provider: 'acme', latency_ms: 30000 },
      },
      {
        ...{ at: 3090, id: 'd', service: 'acquirer', trace_id: 't2' },
        payment: { id: 'p', status: 'authorized', provider: 'zen' },
      },
      {
        ...{ at: 3100, id: 'e', service: 'ledger' },
        payment: { id: 'p', status: 'captured', amount_minor: 1999, currency: 'EUR' },
      },
    );
    const { steps, services, statuses, ...facts } = told;
    assert.deepEqual(facts, {
      payment_id: 'p',
      status: 'captured',
      outcome: 'succeeded',
      amount_minor: 1999,
      currency: 'EUR',
      amounts: [{ amount_minor: 1999, currency: 'EUR', at: '2026-11-20T08:00:00.000000000Z', id: 'a', records: 2 }],
      merchant_id: 'm1',
      method: 'card',
      provider: 'zen',
      from: '2026-11-20T08:00:00.000000000Z',
      to: '2026-11-20T08:00:03.100000000Z',
      duration_ms: 3100,
      records: 5,
      total: { value: 5, relation: 'eq' },
      truncated: false,
      left_out: null,
      errors: 1,
      error_types: [{ type: 'TimeoutError', count: 1, first_id: 'c' }],
      gaps: [
        {
          from: '2026-11-20T08:00:00.090000000Z',
          to: '2026-11-20T08:00:03.090000000Z',
          duration_ms: 3000,
          after_id: 'c',
          before_id: 'd',
        },
      ],
      traces: ['t1', 't2'],
    });
    assert.deepEqual(steps[1], {
      id: 'b',
      at: '2026-11-20T08:00:00.040250000Z',
      offset_ms: 40.25,
      gap_ms: 40.25,
      service: 'risk',
      level: 'info',
      message: 'scored',
      duration_ms: 31.5,
    });
    assert.deepEqual(steps[2], {
      id: 'c',
      at: '2026-11-20T08:00:00.090000000Z',
      offset_ms: 90,
      gap_ms: 49.75,
      service: 'acquirer',
      level: 'error',
      message: 'timeout',
      latency_ms: 30000,
      error: { type: 'TimeoutError', message: 'no answer' },
      trace_id: 't1',
    });
    assert.deepEqual(
      services.map(({ service, records, errors, offset_ms, duration_ms }) => [
        service,
        records,
        errors,
        offset_ms,
        duration_ms,
      ]),
      [
        ['checkout', 1, 0, 0, 0],
        ['risk', 1, 0, 40.25, 0],
        ['acquirer', 2, 1, 90, 3000],
        ['ledger', 1, 0, 3100, 0],
      ],
    );
    assert.deepEqual(
      statuses.map(({ status: name, offset_ms, service, id }) => [name, offset_ms, service, id]),
      [
        ['created', 0, 'checkout', 'a'],
        ['authorized', 3090, 'acquirer', 'd'],
        ['captured', 3100, 'ledger', 'e'],
      ],
    );
  });

  for (const [what, statuses, expected] of [
    ['nothing', [], [null, 'open']],
    ['a status that nobody knows', ['Sent-To-Moon'], ['Sent-To-Moon', 'open']],
    ['authorized', ['created', 'authorized'], ['authorized', 'open']],
    ['captured', ['authorized', 'captured'], ['captured', 'succeeded']],
    ['any spelling', ['Timed Out'], ['Timed Out', 'failed']],
    ['a decline and a second try under way', ['declined', 'authorized'], ['authorized', 'open']],
    ['a decline and a second try that worked', ['declined', 'authorized', 'captured'], ['captured', 'succeeded']],
    ['a second try that failed too', ['failed', 'pending', 'failed'], ['failed', 'failed']],
    ['a late note after success', ['captured', 'pending', 'authorized'], ['captured', 'succeeded']],
    ['a refund', ['captured', 'refund_pending', 'refunded'], ['refunded', 'succeeded']],
    ['a failure after capture', ['captured', 'settlement_failed'], ['settlement_failed', 'failed']],
  ] as const) {
    it(`ends rightly with ${what}`, () => {
      const told = story({ at: 0 }, ...statuses.map((name, index) => status(10 + index, name)));
      assert.deepEqual([told.status, told.outcome], expected);
    });
  }

  it('tells a status that repeats once', () => {
    const told = story(
      status(0, 'created'),
      { at: 1 },
      status(2, 'created'),
      status(3, 'captured'),
      status(4, 'captured'),
    );
    assert.deepEqual(
      told.statuses.map(({ status: name, offset_ms }) => [name, offset_ms]),
      [
        ['created', 0],
        ['captured', 3],
      ],
    );
  });

  it('does not trust clocks that are ahead', () => {
    // The acquirer's clock is two minutes ahead: its records stand last and did not happen last.
    const told = story(
      status(0, 'created', { service: 'checkout' }),
      status(120_200, 'authorized', { service: 'acquirer', received: 220 }),
      status(120_300, 'pending', { service: 'acquirer', received: 320 }),
      status(900, 'declined', { service: 'ledger' }),
    );
    assert.deepEqual([told.status, told.outcome], ['declined', 'failed']);
    assert.deepEqual(
      told.services.map(({ service, clock_ahead_ms }) => [service, clock_ahead_ms]),
      [
        ['checkout', undefined],
        ['ledger', undefined],
        ['acquirer', 119_980],
      ],
    );
    assert.ok(
      told.steps.every(({ gap_ms, offset_ms }) => gap_ms >= 0 && offset_ms >= 0),
      'steps stay in the order of time',
    );
  });

  it('keeps the order of records that arrive late, together', () => {
    const late = { received: 60_000, service: 'batch' };
    const told = story(status(10, 'captured', late), status(5, 'authorized', late), status(0, 'created'));
    assert.deepEqual([told.status, told.outcome], ['captured', 'succeeded']);
    assert.equal(told.services.find(({ service }) => service === 'batch')?.clock_ahead_ms, undefined);
  });

  it('takes facts from whatever record has them', () => {
    const told = story(
      { at: 0 },
      { at: 1, payment: 'not an object', error: 'not an object either', duration_ms: 'long', trace_id: 7 },
      { at: 2, payment: { id: 'p', currency: 'JPY' } },
      { at: 3, payment: { id: 'p', merchant_id: 'late', status: '' }, level: 'nonsense' },
    );
    assert.deepEqual(
      [told.status, told.amount_minor, told.currency, told.merchant_id, told.method, told.errors],
      [null, null, 'JPY', 'late', null, 0],
    );
    assert.deepEqual(
      told.steps.map(({ level }) => level),
      ['info', 'info', 'info', 'info'],
    );
  });

  it('tells all amounts, the first as its own', () => {
    const amount = (at: number, minor: unknown, currency?: string): Told => ({
      at,
      payment: { id: 'p', amount_minor: minor, currency },
    });
    const told = story(
      amount(0, 2 ** 60, 'EUR'),
      amount(1, 5000, 'EUR'),
      amount(2, 3000, 'EUR'),
      amount(3, 5000, 'EUR'),
      amount(4, 5000, 'USD'),
      amount(5, 'x'),
      amount(6, -700),
    );
    assert.deepEqual([told.amount_minor, told.currency], [5000, 'EUR']);
    assert.deepEqual(
      told.amounts.map(({ amount_minor, currency, records }) => [amount_minor, currency, records]),
      [
        [5000, 'EUR', 2],
        [3000, 'EUR', 1],
        [5000, 'USD', 1],
        [-700, null, 1],
      ],
    );
  });

  it('counts errors by type, those without one as well', () => {
    const told = story(
      { at: 0, level: 'ERROR', id: 'x' },
      { at: 1, level: 'fatal' },
      { at: 2, level: 'warn', error: { type: 'Declined' }, id: 'y' },
      { at: 3, level: 'warn' },
      { at: 4, level: 'info', error: { message: 'only a text' } },
      { at: 5, level: 'info', error: {} },
    );
    assert.equal(told.errors, 4);
    assert.deepEqual(told.error_types, [
      { type: null, count: 3, first_id: 'x' },
      { type: 'Declined', count: 1, first_id: 'y' },
    ]);
  });

  it('shortens long messages, never in the middle of a character', () => {
    const told = story({
      at: 0,
      message: `${'x'.repeat(999)}😀${'y'.repeat(50_000)}`,
      error: { message: 'z'.repeat(2000) },
    });
    assert.equal(told.steps[0]?.message, `${'x'.repeat(999)}…`);
    assert.equal(told.steps[0].error?.message?.length, 1001);
  });

  it('takes numbers that are no durations for none', () => {
    const [record] = tell({ at: 0, payment: { latency_ms: -1 }, http: { duration_ms: 12 } });
    assert.deepEqual([record?.durationMs, record?.payment.latencyMs], [12, undefined]);
  });

  it('is told in time with thousands of records, and says where some are missing', () => {
    const records = tell(
      ...Array.from({ length: 5000 }, (_, index): Told => ({
        at: index * 10,
        id: `n${String(index).padStart(5, '0')}`,
        trace_id: `t${index}`,
      })),
    );
    const startedMs = performance.now();
    const told = paymentStory('p', records, { total: { value: 9000, relation: 'eq' }, cutAt: 2500 });
    assert.ok(performance.now() - startedMs < 1000);
    assert.deepEqual([told.records, told.truncated, told.total.value, told.steps.length], [5000, true, 9000, 5000]);
    assert.deepEqual(told.left_out, { after_id: 'n02499', before_id: 'n02500' });
    assert.equal(told.traces.length, 100);
  });
});

describe('gaps of a payment', () => {
  const gapsAt = (...at: readonly number[]): readonly number[] =>
    story(...at.map((each) => ({ at: each }))).gaps.map(({ duration_ms }) => duration_ms);

  it('are pauses of more than a second when there are few', () => {
    assert.deepEqual(gapsAt(0), []);
    assert.deepEqual(gapsAt(0, 1000), []);
    assert.deepEqual(gapsAt(0, 1001), [1001]);
    assert.deepEqual(gapsAt(0, 5000, 10_000), [5000, 5000]);
  });

  it('are longer than five times the median pause when there are more', () => {
    assert.deepEqual(gapsAt(0, 10, 20, 30, 2030, 2040), [2000]);
    assert.deepEqual(gapsAt(0, 1100, 2200, 3300, 4400), []);
    assert.deepEqual(gapsAt(0, 1000, 2000, 3000, 8000, 13_001), [5001]);
  });

  it('are not where records were left out', () => {
    const records = tell({ at: 0 }, { at: 5000 }, { at: 10_000 });
    const told = paymentStory('p', records, { total: { value: 9, relation: 'eq' }, cutAt: 1 });
    assert.deepEqual(
      told.gaps.map(({ to }) => to),
      ['2026-11-20T08:00:10.000000000Z'],
    );
  });

  it('are the longest hundred, in the order of time', () => {
    const at = [0];
    for (let index = 0; index < 2000; index += 1) at.push((at.at(-1) ?? 0) + (index % 10 === 0 ? 1500 + index : 1));
    const gaps = gapsAt(...at);
    assert.equal(gaps.length, 100);
    assert.deepEqual(
      gaps,
      [...gaps].sort((a, b) => a - b),
    );
    assert.equal(gaps.at(-1), 3490);
  });
});
