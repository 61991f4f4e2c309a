import { seededRandom } from './store-documents.ts';

/** A log record as services of a payment platform write them, about 550 bytes as JSON. */
export interface PaymentLog {
  readonly id: string;
  readonly timestamp: string;
  readonly level: string;
  readonly service: string;
  readonly message: string;
  readonly trace_id: string;
  readonly span_id: string;
  readonly payment: {
    readonly id: string;
    readonly merchant_id: string;
    readonly amount_minor: number;
    readonly currency: string;
    readonly method: string;
    readonly status: string;
  };
  readonly attributes: Readonly<Record<string, string | number>>;
}

/** What {@link paymentLogs} makes. */
export interface PaymentCorpus {
  /** The same seed gives the same records. */
  readonly seed: number;
  readonly count: number;
  /** Event time of the first record in epoch ms; the others follow at 1,000 to 1,300 a second. */
  readonly startMs: number;
  /** Put in front of each id, so that corpora do not share ids. */
  readonly idPrefix: string;
}

const SERVICES = ['checkout', 'authorizer', 'capture', 'risk-scoring', 'ledger', 'refunds', 'settlement', 'webhooks'];
const CURRENCIES = ['EUR', 'EUR', 'USD', 'USD', 'GBP', 'JPY', 'INR', 'BRL'];
const METHODS = ['card', 'card', 'card', 'sepa_debit', 'pix', 'apple_pay'];
const STATUSES = ['authorized', 'captured', 'captured', 'settled', 'declined', 'failed', 'refunded'];
const REASONS = ['insufficient_funds', 'do_not_honor', 'expired_card', 'issuer_timeout', 'suspected_fraud'];
const REGIONS = ['eu-west-1', 'eu-central-1', 'us-east-1', 'ap-south-1'];
const LEVEL_OF: Readonly<Record<string, string>> = { failed: 'error', declined: 'warn' };
const MERCHANTS = 2000;

/** Payment logs, generated one by one. */
export function* paymentLogs({ seed, count, startMs, idPrefix }: PaymentCorpus): Generator<PaymentLog> {
  const random = seededRandom(seed);
  const int = (below: number): number => Math.floor(random() * below);
  const pick = <T>(items: readonly T[]): T => items[int(items.length)] as T;
  const hex = (digits: number): string =>
    Array.from({ length: digits / 8 }, () =>
      int(2 ** 32)
        .toString(16)
        .padStart(8, '0'),
    ).join('');
  let timeMs = startMs;
  for (let index = 0; index < count; index += 1) {
    timeMs += random() < 0.8 ? 1 : 0;
    const status = pick(STATUSES);
    const paymentId = `pay_${hex(16)}`;
    const merchantId = `mrc_${(int(MERCHANTS) * 7919).toString(36).padStart(6, '0')}`;
    const latencyMs = Math.round(20 * Math.exp(random() * 3.2)) / 10;
    const isGood = LEVEL_OF[status] === undefined;
    yield {
      id: `${idPrefix}${index.toString(36).padStart(6, '0')}`,
      timestamp: new Date(timeMs).toISOString(),
      level: LEVEL_OF[status] ?? (random() < 0.1 ? 'debug' : 'info'),
      service: pick(SERVICES),
      message: `payment ${paymentId} ${status}${isGood ? '' : `: ${pick(REASONS)}`} after ${latencyMs}ms for merchant ${merchantId}`,
      trace_id: hex(32),
      span_id: hex(16),
      payment: {
        id: paymentId,
        merchant_id: merchantId,
        amount_minor: 50 + int(250_000),
        currency: pick(CURRENCIES),
        method: pick(METHODS),
        status,
      },
      attributes: {
        region: pick(REGIONS),
        host: `node-${int(40)}`,
        http_status: isGood ? 200 : 402,
        latency_ms: latencyMs,
        attempt: random() < 0.93 ? 1 : 2,
        card_last4: String(int(10_000)).padStart(4, '0'),
      },
    };
  }
}
