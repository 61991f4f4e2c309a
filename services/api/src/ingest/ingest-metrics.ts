import type { Metrics } from '@paylog/shared/telemetry/metrics';
import type { TracedSpan } from '@paylog/shared/telemetry/tracing/traced-span';
import type { IngestRate } from '../status/ingest-rate.ts';
import type { IngestResult } from '../protocols/ingest-result.ts';

/** Told to slow down, told to come again. */
const STATUSES_OF_ALERTS = [429, 503] as const;

type Counter = ReturnType<Metrics['ingestRecords']['child']>;

/** Counts what one protocol takes in; holds its counters, since a look-up by labels for each record would be dear. */
export class IngestMetrics {
  readonly #metrics: Metrics;
  readonly #rate: IngestRate;
  readonly #protocol: string;
  readonly #acceptedByService = new Map<string, Counter>();
  readonly #requestsByStatus = new Map<number, Counter>();
  readonly #bytes: Counter;
  readonly #publishSeconds: ReturnType<Metrics['ingestPublishSeconds']['child']>;

  constructor(metrics: Metrics, rate: IngestRate, protocol: string) {
    this.#metrics = metrics;
    this.#rate = rate;
    this.#protocol = protocol;
    this.#bytes = metrics.ingestBytes.child({ protocol });
    this.#publishSeconds = metrics.ingestPublishSeconds.child({});
    // There with zero from the first request of the protocol on: Prometheus does not see the first step of a series that begins with it.
    for (const outcome of ['rejected', 'refused']) metrics.ingestRecords.child({ service: 'other', protocol, outcome });
    for (const status of STATUSES_OF_ALERTS) metrics.ingestRequests.child({ protocol, status: String(status) });
  }

  /** A request that was answered with `status`. */
  request(status: number): void {
    let counter = this.#requestsByStatus.get(status);
    if (!counter) {
      counter = this.#metrics.ingestRequests.child({ protocol: this.#protocol, status: String(status) });
      this.#requestsByStatus.set(status, counter);
    }
    counter.add(1);
  }

  /** A body of `bytes` after decompression, whose records took `seconds` from the queue's first byte to its answer. */
  body(bytes: number): void {
    this.#bytes.add(bytes);
  }

  result(result: IngestResult, seconds: number, span?: TracedSpan): void {
    const protocol = this.#protocol;
    this.#publishSeconds.observe(seconds, 1, span);
    if (result.status !== 'settled') {
      this.#rate.add('refused', result.records);
      this.#metrics.ingestRecords.add({ service: 'other', protocol, outcome: 'refused' }, result.records);
      return;
    }
    this.#rate.add('accepted', result.accepted.length);
    this.#rate.add('rejected', result.rejected.length);
    for (const { service, pan, cvv } of result.accepted) {
      this.#accepted(service).add(1);
      if (pan > 0) this.#metrics.redactions.add({ kind: 'pan' }, pan);
      if (cvv > 0) this.#metrics.redactions.add({ kind: 'cvv' }, cvv);
    }
    if (result.rejected.length === 0) return;
    this.#metrics.ingestRecords.add({ service: 'other', protocol, outcome: 'rejected' }, result.rejected.length);
    for (const { fault } of result.rejected) this.#metrics.ingestRejected.add({ code: fault.code });
  }

  #accepted(service: string): Counter {
    const known = this.#acceptedByService.get(service);
    if (known) return known;
    const counter = this.#metrics.ingestRecords.child({ service, protocol: this.#protocol, outcome: 'accepted' });
    // The family maps services beyond its bound to one child; the map here is bounded for the same reason.
    if (this.#acceptedByService.size < 1000) this.#acceptedByService.set(service, counter);
    return counter;
  }
}
