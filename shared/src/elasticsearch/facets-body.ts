import type { CountedField, Facet, FacetsRequest } from '../ports/store.ts';
import { filterClause } from './filter-clause.ts';
import { readAggregations } from './search-answer.ts';
import { termsAggregation, valueOf, type TermsAnswer } from './value-counts.ts';

/** Values that each shard sends: a field with fewer is counted exactly, however many shards there are. */
const SHARD_VALUES = 1000;

/** The body of `_search` for facets. */
export function facetsBody({ filter, fields, limit }: FacetsRequest, timeoutMs: number): object {
  const aggregations = fields.map((field, n) => [`f${n}`, termsAggregation(field, limit, SHARD_VALUES)] as const);
  return {
    query: filterClause(filter),
    size: 0,
    track_total_hits: false,
    timeout: `${timeoutMs}ms`,
    aggs: Object.fromEntries(aggregations),
  };
}

/** What an answer says of each field. */
export interface FacetsAnswer {
  readonly facets: readonly Facet[];
  readonly timedOut: boolean;
}

/** Reads the answer to {@link facetsBody}. */
export function readFacetsAnswer(text: string, fields: readonly CountedField[]): FacetsAnswer {
  const { timedOut, aggregations } = readAggregations(text);
  return { timedOut, facets: fields.map((_, n) => facetOf(aggregations[`f${n}`] as TermsAnswer | undefined)) };
}

/** No index, no aggregations. */
function facetOf(answer: TermsAnswer | undefined): Facet {
  if (answer === undefined) return { values: [], others: 0, exact: true };
  const counts = new Map<string, number>();
  for (const bucket of answer.buckets) {
    const value = valueOf(bucket);
    counts.set(value, (counts.get(value) ?? 0) + bucket.doc_count);
  }
  return {
    values: Array.from(counts, ([value, count]) => ({ value, count })),
    others: answer.sum_other_doc_count,
    exact: answer.doc_count_error_upper_bound === 0,
  };
}
