import type { Clock } from '@paylog/shared/ports/clock';
import type { LogFields, Logger } from '@paylog/shared/ports/logger';
import type { DependencyState } from '@paylog/shared/ports/queue';
import type {
  Facet,
  FacetsRequest,
  HistogramBucket,
  HistogramRequest,
  SearchHit,
  SearchRequest,
  SearchResult,
  StoreSearcher,
} from '@paylog/shared/ports/store';
import { NO_TRACING, type Tracing } from '@paylog/shared/telemetry/tracing/tracing';
import { logFieldsOf } from '../http/request-trace.ts';
import { filterShape } from './filter-shape.ts';
import { endStoreSpan, startStoreSpan } from './store-span.ts';

interface Options {
  readonly signal: AbortSignal;
}

export interface SlowQueryLogDependencies {
  readonly searcher: StoreSearcher;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Requests that take at least so long are logged. */
  readonly slowMs: number;
  /** Absent: nothing is traced. */
  readonly tracing?: Tracing | undefined;
}

/**
 * A searcher that logs what the store takes long for: its kind, its shape, how long it took, what came of it. Never values: somebody's
 * name may be among them. Those that fail or are given up are logged as well when they took as long. What a sampled request asks has a span
 * that tells the same.
 */
export class SlowQueryLog implements StoreSearcher {
  readonly #inner: StoreSearcher;
  readonly #deps: SlowQueryLogDependencies;

  constructor(deps: SlowQueryLogDependencies) {
    this.#inner = deps.searcher;
    this.#deps = deps;
  }

  start(): Promise<void> {
    return this.#inner.start();
  }

  stop(): Promise<void> {
    return this.#inner.stop();
  }

  state(): DependencyState {
    return this.#inner.state();
  }

  search(request: SearchRequest, options: Options): Promise<SearchResult> {
    return this.#timed(
      'search',
      () => this.#inner.search(request, options),
      options,
      (result) => ({
        ...filterShape(request),
        order: request.order,
        limit: request.limit,
        later_page: request.after !== undefined,
        ...(result && { hits: result.hits.length, total: result.total.value }),
      }),
    );
  }

  histogram(request: HistogramRequest, options: Options): Promise<readonly HistogramBucket[]> {
    return this.#timed(
      'histogram',
      () => this.#inner.histogram(request, options),
      options,
      (result) => ({
        ...filterShape(request.filter),
        buckets: request.bounds.length - 1,
        split: request.splitBy !== undefined,
        ...(result && { hits: result.reduce((sum, { count }) => sum + count, 0) }),
      }),
    );
  }

  facets(request: FacetsRequest, options: Options): Promise<readonly Facet[]> {
    return this.#timed(
      'facets',
      () => this.#inner.facets(request, options),
      options,
      (result) => ({
        ...filterShape(request.filter),
        fields: request.fields.length,
        ...(result && { exact: result.every(({ exact }) => exact) }),
      }),
    );
  }

  get(id: string, options: Options): Promise<SearchHit | undefined> {
    return this.#timed(
      'get',
      () => this.#inner.get(id, options),
      options,
      (hit) => ({ ...(hit && { hits: 1 }) }),
    );
  }

  async #timed<T>(
    kind: string,
    work: () => Promise<T>,
    { signal }: Options,
    describe: (result?: T) => LogFields,
  ): Promise<T> {
    const { logger, clock, slowMs, tracing = NO_TRACING } = this.#deps;
    const startedMs = clock.now();
    const span = startStoreSpan(tracing, signal, this.#inner.state().name, kind);
    const log = (outcome: string, result?: T): void => {
      if (span) endStoreSpan(span, outcome, describe(result));
      const durationMs = clock.now() - startedMs;
      if (durationMs < slowMs) return;
      const fields = { kind, outcome, duration_ms: Math.round(durationMs) };
      logger.warn('Slow search', { ...fields, ...logFieldsOf(signal), ...describe(result) });
    };
    try {
      const result = await work();
      log('answered', result);
      return result;
    } catch (error) {
      log(signal.aborted ? 'given_up' : 'failed');
      throw error;
    }
  }
}
