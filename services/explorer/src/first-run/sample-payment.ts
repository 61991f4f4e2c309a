import type { SampleRandom } from './sample-random.ts';
import { HOSTS, STACKS, type SampleMerchant } from './sample-world.ts';

/** A record as it is sent. */
export type SampleRecord = Readonly<Record<string, unknown>> & { readonly id: string; readonly timestamp: string };

/** What a record says besides what all records of its payment say. */
interface Said {
  readonly level?: 'debug' | 'info' | 'warn' | 'error';
  readonly status?: string;
  readonly took?: number;
  readonly latency?: number;
  readonly error?: { readonly type: string; readonly message: string };
  readonly http?: Readonly<Record<string, unknown>>;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/** One payment while its records are written. The clock runs on by `wait`, and by what calls take. */
export class SamplePayment {
  readonly random: SampleRandom;
  readonly records: SampleRecord[] = [];
  readonly #facts: {
    readonly id: string;
    readonly merchant: SampleMerchant;
    readonly provider: string;
    readonly method: string;
  };
  readonly #amount: number;
  #atMs: number;
  #traceId: string;
  #spans = new Map<string, string>();

  constructor(
    random: SampleRandom,
    facts: {
      readonly id: string;
      readonly merchant: SampleMerchant;
      readonly provider: string;
      readonly method: string;
      readonly startMs: number;
    },
  ) {
    this.random = random;
    this.#facts = facts;
    this.#amount = random.of(facts.merchant.amounts);
    this.#atMs = facts.startMs;
    this.#traceId = random.hex(32);
  }

  get provider(): string {
    return this.#facts.provider;
  }

  /** Time goes by, more or less. */
  wait(ms: number): this {
    this.#atMs += ms * (0.7 + this.random.next() * 0.6);
    return this;
  }

  /** What follows belongs to another request. */
  newTrace(): this {
    this.#traceId = this.random.hex(32);
    this.#spans = new Map();
    return this;
  }

  /** A record of a service; with `took` it is said at the end of what took that long. */
  say(service: string, message: string, said: Said = {}): this {
    const { id, merchant, provider, method } = this.#facts;
    if (said.took !== undefined) this.#atMs += said.took;
    this.#atMs += 0.2 + this.random.next() * 2;
    this.records.push({
      id: `sample-${id}-${String(this.records.length + 1).padStart(2, '0')}`,
      timestamp: rfc3339(this.#atMs),
      level: said.level ?? 'info',
      service,
      message,
      trace_id: this.#traceId,
      span_id: this.#spanOf(service),
      environment: 'production',
      host: this.random.of(HOSTS[service] ?? [service]),
      ...(said.took !== undefined && { duration_ms: round(said.took) }),
      ...(said.error !== undefined && { error: { ...said.error, stack: STACKS[said.error.type] ?? said.error.type } }),
      ...(said.http !== undefined && { http: said.http }),
      payment: {
        id,
        merchant_id: merchant.id,
        amount_minor: this.#amount,
        currency: merchant.currency,
        method,
        provider,
        ...(said.status !== undefined && { status: said.status }),
        ...(said.latency !== undefined && { latency_ms: round(said.latency) }),
      },
      attributes: { sample: true, ...said.attributes },
    });
    return this;
  }

  #spanOf(service: string): string {
    const known = this.#spans.get(service);
    if (known !== undefined) return known;
    const span = this.random.hex(16);
    this.#spans.set(service, span);
    return span;
  }
}

const round = (ms: number): number => Math.round(ms * 10) / 10;

/** With microseconds, so that steps within one millisecond keep their order. */
function rfc3339(ms: number): string {
  const whole = Math.floor(ms);
  const micros = String(Math.floor((ms - whole) * 1_000)).padStart(3, '0');
  return `${new Date(whole).toISOString().slice(0, -1)}${micros}Z`;
}
