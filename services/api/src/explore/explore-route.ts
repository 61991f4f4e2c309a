import type { RecordFilter, StoreSearcher } from '@paylog/shared/ports/store';
import type { Parameter } from '../search/parameter.ts';

/** What a route has to answer one request. */
export interface ExploreRequest<Values extends object = object> {
  readonly values: Partial<Values>;
  /** The last part of the path, where the route has one there; else empty. */
  readonly subject: string;
  readonly searcher: StoreSearcher;
  readonly signal: AbortSignal;
  readonly nowMs: number;
  /** Whole milliseconds since the request began. */
  readonly tookMs: () => number;
}

/** A route below /api/v1 that reads. */
export interface ExploreRoute<Values extends RecordFilter = RecordFilter> {
  /** As in the OpenAPI document, without /api/v1: `/traces/{trace_id}`. */
  readonly path: string;
  readonly parameters: readonly Parameter<Values>[];
  /** The answer as JSON text. Throws ProblemError. */
  readonly answer: (request: ExploreRequest<Values>) => Promise<string>;
}
