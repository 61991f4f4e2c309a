import type { CountedField, HistogramBucket, HistogramRequest } from '../ports/store.ts';
import type { Query } from '../ports/query.ts';
import { filterClause } from './filter-clause.ts';
import { queryClause } from './query-clause.ts';
import { readAggregations } from './search-answer.ts';
import { TimeGrid, type TimeBucket } from './time-grid.ts';
import { termsAggregation, valueOf, type TermsAnswer, type TermsBucket } from './value-counts.ts';

/** Values that each shard sends with their counts over time, and without. */
const SHARD_VALUES = 100;
const SHARD_VALUES_ALONE = 10_000;

interface OverTime {
  readonly over_time: { readonly buckets: readonly TimeBucket[] };
}

/** `values` has a bucket for each value: of `terms` with its key, of `filters` in the order asked for. */
interface HistogramAggregations extends Partial<OverTime> {
  readonly values?: {
    readonly doc_count_error_upper_bound?: number;
    readonly buckets: readonly (Partial<TermsBucket> & OverTime)[];
  };
}

/** What an answer says. */
export interface HistogramAnswer {
  readonly timedOut: boolean;
  readonly buckets: readonly HistogramBucket[];
  /** False: a value may be missing from the split, or its counts be too low. */
  readonly exact: boolean;
}

/** The requests and answers of one histogram. */
export class Histogram {
  readonly #request: HistogramRequest;
  readonly #timeoutMs: number;
  readonly #grid: TimeGrid;

  constructor(request: HistogramRequest, timeoutMs: number) {
    this.#request = request;
    this.#timeoutMs = timeoutMs;
    this.#grid = new TimeGrid(request.bounds, 1 + (request.splitBy?.limit ?? 0));
  }

  /** Counts, split by the values that every shard has among its most frequent ones. */
  body(): object {
    const { splitBy } = this.#request;
    if (splitBy === undefined) return this.#bodyOf({});
    const values = termsAggregation(splitBy.field, splitBy.limit, SHARD_VALUES);
    return this.#bodyOf({ values: { ...values, aggs: { over_time: this.#grid.aggregation } } });
  }

  /** The most frequent values alone, from many more of each shard. */
  valuesBody(field: CountedField, limit: number): object {
    return this.#bodyOf({ values: termsAggregation(field, limit, SHARD_VALUES_ALONE) }, false);
  }

  /** Counts, split by these values, exact. */
  bodyOfValues(field: CountedField, values: readonly string[]): object {
    const filters = values.map((value) => queryClause(equalsQuery(field, value)));
    return this.#bodyOf({ values: { filters: { filters }, aggs: { over_time: this.#grid.aggregation } } });
  }

  #bodyOf(aggregations: object, withCounts = true): object {
    return {
      query: filterClause(this.#grid.narrowed(this.#request.filter)),
      size: 0,
      track_total_hits: false,
      timeout: `${this.#timeoutMs}ms`,
      aggs: { ...(withCounts ? { over_time: this.#grid.aggregation } : {}), ...aggregations },
    };
  }

  /** Reads the answer to {@link body}, or to {@link bodyOfValues} with its values. */
  read(text: string, values?: readonly string[]): HistogramAnswer {
    const { timedOut, aggregations } = readAggregations(text);
    const { over_time: overTime, values: split } = aggregations as HistogramAggregations;
    const counts = this.#grid.counts(overTime?.buckets ?? []);
    const intervals = this.#request.bounds.slice(1);
    if (this.#request.splitBy === undefined) {
      return { timedOut, exact: true, buckets: intervals.map((_, n) => ({ count: counts[n] ?? 0 })) };
    }
    const splits = intervals.map(() => new Map<string, number>());
    for (const [at, bucket] of (split?.buckets ?? []).entries()) {
      const value = values?.[at] ?? valueOf(bucket);
      for (const [n, count] of this.#grid.counts(bucket.over_time.buckets).entries()) {
        if (count > 0) splits[n]?.set(value, (splits[n].get(value) ?? 0) + count);
      }
    }
    const buckets = splits.map((of, n) => ({ count: counts[n] ?? 0, split: of }));
    return { timedOut, exact: (split?.doc_count_error_upper_bound ?? 0) === 0, buckets };
  }
}

/** Values of the answer to {@link Histogram.valuesBody}. */
export function readValues(text: string): { readonly timedOut: boolean; readonly values: readonly string[] } {
  const { timedOut, aggregations } = readAggregations(text);
  const answer = aggregations['values'] as TermsAnswer | undefined;
  return { timedOut, values: [...new Set((answer?.buckets ?? []).map(valueOf))] };
}

function equalsQuery(field: CountedField, value: string): Query {
  if (field.type !== 'number') return { op: 'equals', field, value };
  return { op: 'range', field, gte: Number(value), lte: Number(value) };
}
