import { seededRandom } from '@paylog/shared/testing/store-documents';

/** A log record as a service would send it. */
export interface SeedRecord {
  readonly id: string;
  readonly timestamp: string;
  readonly service: string;
  readonly level: string;
  readonly message: string;
  readonly [member: string]: unknown;
}

/** The payment that tests and screenshots tell the story of: retried after a time-out of the issuer, and declined then. */
export const STORY_PAYMENT = 'pay_9f3c27d1a4e8';
export const STORY_TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
/** A payment that succeeded. */
export const GOOD_PAYMENT = 'pay_000000000001';
export const LONG_ID = 'seed-long-line';
export const UNICODE_ID = 'seed-unicode';
export const STACK_ID = 'seed-stack';
export const UNICODE_MESSAGE = 'Zahlung für Müller & Söhne 支払い完了 דחייה 👩‍👩‍👧‍👦 e\u0301 ﷽';

const STACK = [
  'CardNetworkError: issuer did not answer within 3000 ms',
  '    at NetworkClient.authorize (/srv/authorizer/dist/network/client.js:118:13)',
  '    at async Authorizer.attempt (/srv/authorizer/dist/authorizer.js:64:22)',
  '    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)',
  '    at async retry (/srv/authorizer/node_modules/p-retry/index.js:40:12)',
  '    at async Authorizer.authorize (/srv/authorizer/dist/authorizer.js:41:18)',
  '    at async handle (/srv/authorizer/dist/routes/authorizations.js:27:20)',
  '    at async Server.<anonymous> (/srv/authorizer/node_modules/fastify/lib/handle-request.js:96:7)',
  'Caused by: Error: connect ETIMEDOUT 10.20.4.17:8583',
  '    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1607:16)',
].join('\n');

const MERCHANTS = ['mrc_aurora_books', 'mrc_kaffeehaus', 'mrc_velo_shop', 'mrc_northwind', 'mrc_pampa_tickets'];
const PROVIDERS = ['acquirer-one', 'acquirer-two', 'sepa-gateway'];
const CURRENCIES = ['EUR', 'EUR', 'EUR', 'USD', 'GBP', 'JPY'];
const METHODS = ['card', 'card', 'card', 'sepa_debit', 'apple_pay'];
const DECLINES = ['insufficient_funds', 'do_not_honor', 'expired_card', 'suspected_fraud'];

interface Step {
  readonly afterMs: number;
  readonly service: string;
  readonly level: string;
  readonly message: string;
  readonly status?: string;
  readonly more?: Readonly<Record<string, unknown>>;
}

interface PaymentPlan {
  readonly id: string;
  readonly traceId: string;
  readonly startMs: number;
  readonly merchantId: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly method: string;
  readonly provider: string;
  readonly steps: readonly Step[];
}

/** {@link paymentRecords} and what logs also hold: very long lines, scripts of many peoples, deep attributes. */
export function seedRecords(nowMs: number, payments: number): SeedRecord[] {
  return [...paymentRecords(nowMs, payments), ...oddRecords(nowMs - 5 * 60_000)].sort(byTime);
}

/** Records of so many payments, and of the story, in the hour before `nowMs`, oldest first; the same for the same arguments. */
export function paymentRecords(nowMs: number, payments: number): SeedRecord[] {
  const random = seededRandom(7);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  const hex = (digits: number): string =>
    Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('');
  const records: SeedRecord[] = [];
  for (let index = 1; index <= payments; index += 1) {
    // More of them in the middle of the hour, so that the histogram has a shape.
    const minutesAgo = 3 + 50 * (0.5 + (random() - 0.5) * random());
    const number = String(index).padStart(12, '0');
    const outcome = index === 1 ? 'good' : pick(['good', 'good', 'good', 'good', 'declined', 'timeout']);
    const plan: PaymentPlan = {
      id: `pay_${number}`,
      traceId: hex(32),
      startMs: nowMs - minutesAgo * 60_000,
      merchantId: pick(MERCHANTS),
      amountMinor: 199 + Math.floor(random() * 50_000),
      currency: pick(CURRENCIES),
      method: pick(METHODS),
      provider: pick(PROVIDERS),
      steps: stepsOf(outcome, random, pick(DECLINES)),
    };
    records.push(...recordsOf(plan, random));
  }
  records.push(...recordsOf(storyPlan(nowMs - 8 * 60_000), random));
  return records.sort(byTime);
}

function byTime(one: SeedRecord, other: SeedRecord): number {
  return one.timestamp < other.timestamp ? -1 : 1;
}

function stepsOf(outcome: string, random: () => number, reason: string): Step[] {
  const latencyMs = Math.round(40 * Math.exp(random() * 3));
  const steps: Step[] = [
    { afterMs: 0, service: 'checkout', level: 'info', message: 'payment created', status: 'created' },
    {
      afterMs: 18,
      service: 'risk-scoring',
      level: random() < 0.2 ? 'debug' : 'info',
      message: 'risk score computed',
      more: { attributes: { risk: { score: Math.round(random() * 100), model: 'gbm-14' } } },
    },
    {
      afterMs: 35,
      service: 'payment-api',
      level: 'info',
      message: 'authorization requested',
      status: 'authorizing',
      more: { http: { method: 'POST', path: '/v1/authorizations', status_code: 202, duration_ms: 7.4 } },
    },
  ];
  if (outcome === 'timeout') {
    steps.push({
      afterMs: 3040,
      service: 'authorizer',
      level: 'error',
      message: 'authorization failed: issuer did not answer within 3000 ms',
      status: 'failed',
      more: { duration_ms: 3002.7, error: errorWithStack() },
    });
    return steps;
  }
  if (outcome === 'declined') {
    const message = `card declined: ${reason}`;
    const more = { duration_ms: latencyMs, attributes: { reason } };
    steps.push({ afterMs: 40 + latencyMs, service: 'authorizer', level: 'warn', message, status: 'declined', more });
    return steps;
  }
  steps.push(
    {
      afterMs: 40 + latencyMs,
      service: 'authorizer',
      level: 'info',
      message: 'payment authorized',
      status: 'authorized',
      more: { duration_ms: latencyMs },
    },
    { afterMs: 120 + latencyMs, service: 'capture', level: 'info', message: 'payment captured', status: 'captured' },
    {
      afterMs: 160 + latencyMs,
      service: 'ledger',
      level: 'debug',
      message: 'booked 2 entries',
      more: { attributes: { journal: 'sales', entries: 2 } },
    },
    {
      afterMs: 420 + latencyMs,
      service: 'webhooks',
      level: 'info',
      message: 'webhook payment.captured delivered',
      more: { http: { method: 'POST', path: '/hooks/payments', status_code: 200, duration_ms: 188.2 } },
    },
  );
  return steps;
}

function errorWithStack(): Record<string, string> {
  return { type: 'CardNetworkError', message: 'issuer did not answer within 3000 ms', stack: STACK };
}

/** One payment over four services with a retry, a gap of forty seconds and a decline at the end. */
function storyPlan(startMs: number): PaymentPlan {
  const failure = { duration_ms: 3002.7, attributes: { attempt: 1 }, error: errorWithStack() };
  return {
    id: STORY_PAYMENT,
    traceId: STORY_TRACE,
    startMs,
    merchantId: 'mrc_aurora_books',
    amountMinor: 12_990,
    currency: 'EUR',
    method: 'card',
    provider: 'acquirer-one',
    steps: [
      { afterMs: 0, service: 'checkout', level: 'info', message: 'payment created', status: 'created' },
      {
        afterMs: 21,
        service: 'risk-scoring',
        level: 'info',
        message: 'risk score computed',
        more: { attributes: { risk: { score: 17, model: 'gbm-14' } } },
      },
      {
        afterMs: 44,
        service: 'payment-api',
        level: 'info',
        message: 'authorization requested',
        status: 'authorizing',
        more: { http: { method: 'POST', path: '/v1/authorizations', status_code: 202, duration_ms: 6.1 } },
      },
      {
        afterMs: 3055,
        service: 'authorizer',
        level: 'error',
        message: 'authorization failed: issuer did not answer within 3000 ms',
        more: failure,
      },
      { afterMs: 3060, service: 'authorizer', level: 'warn', message: 'authorization will be retried in 40 s' },
      {
        afterMs: 43_120,
        service: 'authorizer',
        level: 'info',
        message: 'authorization requested again',
        status: 'authorizing',
        more: { attributes: { attempt: 2 } },
      },
      {
        afterMs: 43_700,
        service: 'authorizer',
        level: 'warn',
        message: 'card declined: insufficient_funds',
        status: 'declined',
        more: { duration_ms: 571.3, attributes: { reason: 'insufficient_funds', attempt: 2 } },
      },
      {
        afterMs: 43_950,
        service: 'webhooks',
        level: 'info',
        message: 'webhook payment.declined delivered',
        more: { http: { method: 'POST', path: '/hooks/payments', status_code: 200, duration_ms: 201.9 } },
      },
    ],
  };
}

function recordsOf(plan: PaymentPlan, random: () => number): SeedRecord[] {
  const { id, traceId, startMs, merchantId, amountMinor, currency, method, provider } = plan;
  let status = 'created';
  return plan.steps.map((step, index) => {
    status = step.status ?? status;
    const span = `${traceId.slice(0, 8)}${step.service.length.toString(16).padStart(8, '0')}`;
    const { attributes, ...more } = step.more ?? {};
    return {
      id: `${id}-${index}`,
      timestamp: new Date(startMs + step.afterMs).toISOString(),
      service: step.service,
      level: step.level,
      message: step.message,
      environment: 'production',
      host: `${step.service}-${1 + Math.floor(random() * 3)}`,
      logger: `${step.service}.main`,
      trace_id: traceId,
      span_id: span,
      payment: { id, merchant_id: merchantId, amount_minor: amountMinor, currency, method, provider, status },
      attributes: { region: 'eu-central-1', ...(attributes as object | undefined) },
      ...more,
    };
  });
}

/** What logs also hold: a very long line, scripts of many peoples, a deep attribute, a long stack. */
function oddRecords(atMs: number): SeedRecord[] {
  const at = (offsetMs: number): string => new Date(atMs + offsetMs).toISOString();
  const base = { level: 'info', environment: 'production' };
  return [
    {
      ...base,
      id: LONG_ID,
      timestamp: at(0),
      service: 'settlement',
      message: `settled ${'batch-0123456789 '.repeat(1200)}end`,
    },
    {
      ...base,
      id: 'seed-no-space',
      timestamp: at(1),
      service: 'settlement',
      message: `token ${'A'.repeat(5000)}`,
      attributes: { [`long_${'n'.repeat(200)}`]: 'v'.repeat(3000) },
    },
    { ...base, id: UNICODE_ID, timestamp: at(2), service: 'café-службы', message: UNICODE_MESSAGE },
    {
      ...base,
      id: 'seed-deep',
      timestamp: at(3),
      service: 'settlement',
      message: 'many lines\n  second\n  third',
      attributes: { a: { b: { c: { d: { e: 'deep', list: [1, 'two', { three: 3 }], none: null, yes: true } } } } },
    },
    {
      ...base,
      id: STACK_ID,
      level: 'fatal',
      timestamp: at(4),
      service: 'authorizer',
      message: 'process ends: out of connections',
      error: errorWithStack(),
    },
  ];
}
