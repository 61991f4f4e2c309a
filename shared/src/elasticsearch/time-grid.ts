import type { RecordFilter } from '../ports/store.ts';
import { eventTimeClause, TIME_FORMAT } from './time-range.ts';

/** Most buckets of one answer; the cluster's own limit is 65,536. */
const MAX_BUCKETS = 60_000;

/** A bucket of an aggregation over time. */
export interface TimeBucket {
  /** Epoch milliseconds at which it begins. */
  readonly key?: number;
  readonly doc_count: number;
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

/** The bounds of a histogram, as an aggregation and its answer. */
export class TimeGrid {
  readonly #bounds: readonly string[];
  readonly #starts: readonly number[];
  /** Length of the even steps that all intervals are made of; undefined when there would be too many. */
  readonly #stepMs: number | undefined;

  /** `copies`: how many times the aggregation occurs in one request. */
  constructor(bounds: readonly string[], copies: number) {
    this.#bounds = bounds;
    this.#starts = bounds.map((bound) => Date.parse(`${bound.slice(0, 23)}Z`));
    const [first = 0] = this.#starts;
    const span = (this.#starts.at(-1) ?? first) - first;
    const step = this.#starts.reduce((divisor, start) => greatestDivisor(divisor, start - first), 0);
    this.#stepMs = (span / step) * copies > MAX_BUCKETS ? undefined : step;
  }

  /** The filter, narrowed to the time of the histogram. */
  narrowed(filter: RecordFilter): RecordFilter {
    const [first = '', last = ''] = [this.#bounds[0], this.#bounds.at(-1)];
    const from = filter.from === undefined || filter.from < first ? first : filter.from;
    const to = filter.to === undefined || filter.to > last ? last : filter.to;
    return { ...filter, from, to };
  }

  /**
   * Intervals of one length, or of a few (days when clocks change), are sums of even steps, which Elasticsearch counts fastest;
   * others are counted one by one. (`date_range` compares nanoseconds as doubles, which cannot hold them.)
   */
  get aggregation(): object {
    if (this.#stepMs === undefined) {
      const intervals = this.#bounds.slice(1).map((end, n) => eventTimeClause(this.#bounds[n], end));
      return { filters: { filters: intervals } };
    }
    const offset = (this.#starts[0] ?? 0) % this.#stepMs;
    return {
      date_histogram: {
        field: '@timestamp',
        fixed_interval: `${this.#stepMs}ms`,
        offset: `${offset}ms`,
        min_doc_count: 1,
        format: TIME_FORMAT,
      },
    };
  }

  /** Counts of the intervals, in order. */
  counts(buckets: readonly TimeBucket[]): number[] {
    if (this.#stepMs === undefined) return buckets.map((bucket) => bucket.doc_count);
    const counts = Array<number>(this.#bounds.length - 1).fill(0);
    let at = 0;
    for (const { key = 0, doc_count: count } of buckets) {
      while (key >= (this.#starts[at + 1] ?? Infinity)) at += 1;
      counts[at] = (counts[at] ?? 0) + count;
    }
    return counts;
  }
}
