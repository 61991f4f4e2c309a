import type { Clock } from '@paylog/shared/ports/clock';

/** What may become of a record at the door. */
export type IngestOutcome = 'accepted' | 'rejected' | 'refused';

/** Rates are those of so many whole seconds. */
export const RATE_SECONDS = 10;

interface Bucket {
  second: number;
  readonly counts: Record<IngestOutcome, number>;
}

/** How many records come in, over the last seconds: counters of each second in a ring, without a timer. */
export class IngestRate {
  readonly #clock: Clock;
  readonly #startedMs: number;
  readonly #buckets: Bucket[];

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startedMs = clock.now();
    // One more than the window: the current second has not ended yet.
    this.#buckets = Array.from({ length: RATE_SECONDS + 1 }, () => ({
      second: -1,
      counts: { accepted: 0, rejected: 0, refused: 0 },
    }));
  }

  add(outcome: IngestOutcome, count: number): void {
    if (count === 0) return;
    const second = this.#second();
    const bucket = this.#buckets[second % this.#buckets.length];
    if (bucket === undefined) return;
    if (bucket.second !== second) {
      bucket.second = second;
      Object.assign(bucket.counts, { accepted: 0, rejected: 0, refused: 0 });
    }
    bucket.counts[outcome] += count;
  }

  /** Records per second over the last {@link RATE_SECONDS} whole seconds, or those since the start. */
  perSecond(outcome: IngestOutcome): number {
    const now = this.#second();
    const seconds = Math.min(RATE_SECONDS, Math.max(1, now - Math.floor(this.#startedMs / 1000)));
    const sum = this.#buckets
      .filter(({ second }) => second < now && second >= now - RATE_SECONDS)
      .reduce((total, { counts }) => total + counts[outcome], 0);
    return Math.round((sum / seconds) * 100) / 100;
  }

  #second(): number {
    return Math.floor(this.#clock.now() / 1000);
  }
}
