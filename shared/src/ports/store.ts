/**
 * The store port: documents with a deterministic address, searchable. Adapters: `elasticsearch/`, `embedded/`.
 * No code lives here; the contract suite `testing/store-contract.ts` holds every adapter to this prose.
 */
import type { DependencyState } from './queue.ts';
import type { Level } from '../record/level.ts';
import type { AttributeField, KnownField, Query } from './query.ts';

/** One canonical record as it goes into the store. `(dataSet, event day, id)` is its address. */
export interface StoreDocument {
  readonly id: string;
  readonly dataSet: string;
  /** Time of the event: RFC 3339, UTC, nine digits of fraction: `2026-11-20T08:00:00.000000000Z` (30 characters). */
  readonly timestamp: string;
  /** When the API (or the broker, for direct producers) took it: RFC 3339, UTC, three digits (24 characters). */
  readonly receivedAt: string;
  /** The canonical record (see `record/envelope.ts`): one JSON object in UTF-8 on one line, no line feed. Kept verbatim. */
  readonly source: Buffer;
  /** W3C trace context of the work on it; only where its trace is sampled. No part of what is stored. */
  readonly traceparent?: string;
}

/** What became of one document. Outcomes stand in input order, one for each document. */
export type WriteOutcome =
  | { readonly status: 'stored' }
  /** The same document was there already. */
  | { readonly status: 'duplicate' }
  /**
   * The store will never take it. `type` is a bounded word (`mapper_parsing_exception`, `id_conflict`: the address is taken
   * by a record with other content); `reason` is for people.
   */
  | { readonly status: 'rejected'; readonly type: string; readonly reason: string }
  /** It may succeed later (overload, timeout, block, authorisation of the whole request). */
  | { readonly status: 'retryable'; readonly type: string; readonly reason: string };

/** Writes documents. One `write` is one attempt: retrying is a decorator's work (`flow/retrying-writer.ts`). */
export interface StoreWriter {
  /** Installs what the store needs (template, tables). Rejects when the store is there but refuses it. */
  start(): Promise<void>;
  /**
   * Never throws for what the store does: a failed request makes every document of it `retryable`. Writing the same
   * document twice, in one call or in two, gives `stored` once and `duplicate` after. Other content under a taken address
   * is `rejected` with type `id_conflict`. `stored` means that it survives a kill -9 of the store.
   */
  write(
    documents: readonly StoreDocument[],
    options: { readonly signal: AbortSignal },
  ): Promise<readonly WriteOutcome[]>;
  /** Drops what is older than the retention, whole days at a time; returns the names of what was dropped. */
  enforceRetention(nowMs: number): Promise<readonly string[]>;
  stop(): Promise<void>;
  state(): DependencyState;
}

/** Which records. All given conditions must hold. Absent lists and strings do not filter. */
export interface RecordFilter {
  /** Every word must occur in `message`, case-insensitive, whole words as split by Unicode word boundaries. */
  readonly words?: readonly string[];
  /** Inclusive lower bound of the event time, same form as {@link StoreDocument.timestamp}. */
  readonly from?: string;
  /** Exclusive upper bound. */
  readonly to?: string;
  /** Any of these. */
  readonly services?: readonly string[];
  /** Any of these. */
  readonly levels?: readonly Level[];
  readonly traceId?: string;
  readonly paymentId?: string;
  readonly environment?: string;
  readonly query?: Query;
}

/** What to look for. */
export interface SearchRequest extends RecordFilter {
  /** By event time, then id (byte order); `desc` is newest first. */
  readonly order: 'asc' | 'desc';
  /** 1 to 1001: the API's largest page and one more, which tells whether there is a next page. */
  readonly limit: number;
  /** Continue after this position, in `order`. */
  readonly after?: SearchPosition;
  /** Count hits exactly up to this many, then answer `gte`. */
  readonly countUpTo: number;
}

/** Where a page ended. */
export interface SearchPosition {
  readonly timestamp: string;
  readonly id: string;
}

/** One hit: the stored bytes as text, not parsed, so that numbers survive exactly. */
export interface SearchHit extends SearchPosition {
  readonly source: string;
}

/** One page of hits. */
export interface SearchResult {
  readonly hits: readonly SearchHit[];
  readonly total: { readonly value: number; readonly relation: 'eq' | 'gte' };
}

/** Fields whose values can be counted one by one. */
export type CountedField = KnownField<'keyword'> | KnownField<'number'> | AttributeField;

/** Counts over time. */
export interface HistogramRequest {
  readonly filter: RecordFilter;
  /**
   * Ascending times of the 30-character form, on whole milliseconds: interval `i` is `[bounds[i], bounds[i + 1])`. 2 to 1,001 of
   * them. The filter's own bounds of time hold besides.
   */
  readonly bounds: readonly string[];
  /** Counts of the `limit` (1 to 50) most frequent values (over all intervals) of this field in each interval. */
  readonly splitBy?: { readonly field: CountedField; readonly limit: number };
}

/** One interval of a histogram. */
export interface HistogramBucket {
  /** Records in it, exact. */
  readonly count: number;
  /** By value; values that do not occur in it are absent. A record with several values counts for each. */
  readonly split?: ReadonlyMap<string, number>;
}

/** Counts of values. */
export interface FacetsRequest {
  readonly filter: RecordFilter;
  /** 1 to 20. */
  readonly fields: readonly CountedField[];
  /** Most values of each field, 1 to 100. */
  readonly limit: number;
}

/** The most frequent values of one field. */
export interface Facet {
  /**
   * By count, then by value (bytes of the text; a field of numbers by the number). Numbers as `String` writes them; `level` in small
   * letters. Values of more than 1,024 characters are not counted.
   */
  readonly values: readonly { readonly value: string; readonly count: number }[];
  /** Occurrences of values that are not listed. */
  readonly others: number;
  /** False when the field has so many values that counts are from a part of the records, or may be too low. */
  readonly exact: boolean;
}

/**
 * Reads documents. Rejects with `StoreUnavailableError` (`errors/store-unavailable-error.ts`) when the store cannot answer in time,
 * with `QueryRefusedError` (`errors/query-refused-error.ts`) when the query would cost more than the store allows, with an `AbortError`
 * when the signal is aborted; the work in the store ends then.
 */
export interface StoreSearcher {
  start(): Promise<void>;
  search(request: SearchRequest, options: { readonly signal: AbortSignal }): Promise<SearchResult>;
  /** One bucket for each interval, in order. */
  histogram(request: HistogramRequest, options: { readonly signal: AbortSignal }): Promise<readonly HistogramBucket[]>;
  /** One facet for each field, in order. */
  facets(request: FacetsRequest, options: { readonly signal: AbortSignal }): Promise<readonly Facet[]>;
  /** The newest document with this id, in any data set and day; undefined when there is none. */
  get(id: string, options: { readonly signal: AbortSignal }): Promise<SearchHit | undefined>;
  stop(): Promise<void>;
  state(): DependencyState;
}
