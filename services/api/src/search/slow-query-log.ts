import type { Clock } from '@paylog/shared/ports/clock';
import type { LogFields, Logger } from '@paylog/shared/ports/logger';
import type {
  Facet,
  FacetsRequest,
  HistogramBucket,
  HistogramRequest,
  RecordFilter,
  SearchHit,
  SearchRequest,
  SearchResult,
  StoreSearcher,
} from '@paylog/shared/ports/store';
import { queryShape } from '@paylog/shared/query/query-shape';
import { epochMillis } from '@paylog/shared/record/timestamp';

interface Options {
  readonly signal: AbortSignal;
}

export interface SlowQueryLogDependencies {
  readonly searcher: StoreSearcher;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Requests that take at least so long are logged. */
  readonly slowMs: number;
}

/**
 * A searcher that logs what the store takes long for: its kind, its shape, how long it took, what came of it. Never values: somebody's
 * name may be among them. Those that fail or are given up are logged as well when they took as long.
 */
export function withSlowQueryLog({ searcher, logger, clock, slowMs }: SlowQueryLogDependencies): StoreSearcher {
  const timed = async <T>(
    kind: string,
    work: (options: Options) => Promise<T>,
    options: Options,
    describe: (result?: T) => LogFields,
  ): Promise<T> => {
    const startedMs = clock.now();
    const log = (outcome: string, result?: T): void => {
      const durationMs = clock.now() - startedMs;
      if (durationMs >= slowMs) {
        logger.warn('Slow search', { kind, outcome, duration_ms: Math.round(durationMs), ...describe(result) });
      }
    };
    try {
      const result = await work(options);
      log('answered', result);
      return result;
    } catch (error) {
      log(options.signal.aborted ? 'given_up' : 'failed');
      throw error;
    }
  };
  return {
    start: () => searcher.start(),
    stop: () => searcher.stop(),
    state: () => searcher.state(),
    search: (request: SearchRequest, options: Options): Promise<SearchResult> =>
      timed(
        'search',
        (each) => searcher.search(request, each),
        options,
        (result) => ({
          ...shapeOf(request),
          order: request.order,
          limit: request.limit,
          later_page: request.after !== undefined,
          ...(result && { hits: result.hits.length, total: result.total.value }),
        }),
      ),
    histogram: (request: HistogramRequest, options: Options): Promise<readonly HistogramBucket[]> =>
      timed(
        'histogram',
        (each) => searcher.histogram(request, each),
        options,
        (result) => ({
          ...shapeOf(request.filter),
          buckets: request.bounds.length - 1,
          split: request.splitBy !== undefined,
          ...(result && { hits: result.reduce((sum, { count }) => sum + count, 0) }),
        }),
      ),
    facets: (request: FacetsRequest, options: Options): Promise<readonly Facet[]> =>
      timed(
        'facets',
        (each) => searcher.facets(request, each),
        options,
        (result) => ({
          ...shapeOf(request.filter),
          fields: request.fields.length,
          ...(result && { exact: result.every(({ exact }) => exact) }),
        }),
      ),
    get: (id: string, options: Options): Promise<SearchHit | undefined> =>
      timed(
        'get',
        (each) => searcher.get(id, each),
        options,
        (result) => ({ ...(result && { hits: 1 }) }),
      ),
  };
}

/** A filter without its values. */
function shapeOf({
  query,
  from,
  to,
  words,
  services,
  levels,
  traceId,
  paymentId,
  environment,
}: RecordFilter): LogFields {
  const counts = { q: words?.length, service: services?.length, level: levels?.length };
  const given = { trace_id: traceId, payment_id: paymentId, environment, from, to };
  const filters = [
    ...Object.entries(counts).flatMap(([name, count]) => (count === undefined ? [] : `${name} x${count}`)),
    ...Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : name)),
  ];
  return {
    filters: filters.join(', '),
    ...(query && { query: queryShape(query) }),
    ...(from !== undefined && to !== undefined && { range_ms: epochMillis(to) - epochMillis(from) }),
  };
}
