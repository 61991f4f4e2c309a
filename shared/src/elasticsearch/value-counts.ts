import type { CountedField } from '../ports/store.ts';
import { fieldPath } from './field-paths.ts';

/** The answer to a `terms` aggregation. */
export interface TermsAnswer {
  /** 0: no shard left out a value that could belong to the answer. */
  readonly doc_count_error_upper_bound: number;
  readonly sum_other_doc_count: number;
  readonly buckets: readonly TermsBucket[];
}

/** One value of a `terms` aggregation. */
export interface TermsBucket {
  readonly key: string | number;
  readonly doc_count: number;
}

/** Counts of the most frequent values; each shard contributes its `shardSize` most frequent ones. */
export function termsAggregation(field: CountedField, size: number, shardSize: number): object {
  return { terms: { field: fieldPath(field), size, shard_size: Math.max(size, shardSize) } };
}

/** The value of a bucket as the port writes it. Two buckets may have one: -0 and 0. */
export function valueOf({ key }: Partial<TermsBucket>): string {
  return String(key);
}
