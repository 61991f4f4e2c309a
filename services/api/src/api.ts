import { ByteBudget } from '@paylog/shared/flow/byte-budget';
import { CoalescingPublisher } from '@paylog/shared/flow/coalescing-publisher';
import type { Clock } from '@paylog/shared/ports/clock';
import type { Logger } from '@paylog/shared/ports/logger';
import type { DependencyState, Publisher } from '@paylog/shared/ports/queue';
import type { StoreSearcher } from '@paylog/shared/ports/store';
import type { TopicInspector } from '@paylog/shared/ports/topic-inspector';
import type { RecordLimits } from '@paylog/shared/record/limits';
import { RecordPreparer } from '@paylog/shared/record/prepare';
import { Health } from '@paylog/shared/telemetry/health';
import type { Metrics } from '@paylog/shared/telemetry/metrics';
import { TracedPublisher } from '@paylog/shared/telemetry/tracing/traced-publisher';
import { NO_TRACING, type Tracing } from '@paylog/shared/telemetry/tracing/tracing';
import { createApp } from './app.ts';
import { createElasticsearchRouter } from './compat/elasticsearch-router.ts';
import { createLokiRouter } from './compat/loki-router.ts';
import { createSplunkHecRouter } from './compat/splunk-hec-router.ts';
import { createDocsRouter } from './docs/docs-router.ts';
import { createExploreRouter } from './explore/explore-router.ts';
import { explorerFolder } from './explorer/explorer-files.ts';
import { createExplorerRouter } from './explorer/explorer-router.ts';
import { createHealthRouter } from './health/health-router.ts';
import { HttpServer } from './http-server.ts';
import { Ingest } from './ingest/ingest.ts';
import { createIngestHandler } from './ingest/ingest-handler.ts';
import { DataSetGate } from './protocols/data-set-gate.ts';
import { createSearchRouter } from './search/search-router.ts';
import { SlowQueryLog } from './search/slow-query-log.ts';
import { IngestRate } from './status/ingest-rate.ts';
import { QueueWatch } from './status/queue-watch.ts';
import { ServiceVolumes } from './status/service-volumes.ts';
import { createStatusRouter } from './status/status-router.ts';
import { createStreams } from './streams/streams.ts';

/** Settings of an API; all of them come from the configuration. */
export interface ApiOptions {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly topic: string;
  /** What the indexers read, as which group, and where they put what can never be stored. */
  readonly indexing: { readonly topics: readonly string[]; readonly group: string; readonly deadLetterTopic: string };
  readonly dataSet: string;
  /** Distinct data sets that senders may name, besides `dataSet`. */
  readonly maxDataSets: number;
  readonly recordLimits: RecordLimits;
  readonly maxBodyBytes: number;
  readonly maxRecordsPerRequest: number;
  readonly maxInflightBytes: number;
  readonly maxTails: number;
  readonly maxExports: number;
  readonly requestTimeoutMs: number;
  /** From handing records over until the queue has answered, or 503. */
  readonly publishTimeoutMs: number;
  readonly searchTimeoutMs: number;
  /** Requests to the store that take at least this long are logged. */
  readonly searchSlowMs: number;
  readonly drainTimeoutMs: number;
  /** Address of Jaeger's pages, for the explorer's links. */
  readonly jaegerUiUrl?: string | undefined;
}

/** What an API works with. It starts and stops the publisher and the searcher. */
export interface ApiDeps {
  readonly publisher: Publisher;
  readonly searcher: StoreSearcher;
  readonly inspector: TopicInspector;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Absent: nothing is traced. */
  readonly tracing?: Tracing;
  readonly options: ApiOptions;
  /** Dependencies of other parts of the same process: shown by `/health/ready`, not needed for it. */
  readonly alsoShown?: readonly (() => DependencyState)[];
  /** What the start of the process still waits for, without which no record is taken; for readiness. */
  readonly missing?: () => string | undefined;
  /** Why the process should be restarted; for liveness. */
  readonly stalled?: () => string | undefined;
}

/** Takes records in over HTTP and answers searches. */
export interface Api {
  readonly name: string;
  /**
   * Listens at once; resolves when brokers and store have answered, or been given time to. They may be down. Rejects when the port cannot
   * be had.
   */
  start(): Promise<void>;
  /** Takes no more connections, finishes what was begun (bounded), then stops publisher and searcher. */
  stop(): Promise<void>;
  /** From now on not ready, so that load balancers send nothing new. Requests are still taken. */
  markStopping(): void;
  /** Port that is listened on. */
  readonly port: number;
}

/**
 * Sends under way at a time. Two keep the connection busy while the next batch fills; more make batches smaller and dearer (measured:
 * `bench/`, one record per request).
 */
const SENDS_IN_FLIGHT = 2;
/** A shared send stops growing here: several broker batches, and a small part of the in-flight budget. */
const MAX_SEND_BYTES = 4 * 1024 * 1024;

/** Puts an API together; nothing runs before `start`. */
export function createApi(deps: ApiDeps): Api {
  const { metrics, logger, clock, tracing = NO_TRACING, options } = deps;
  const searcher = new SlowQueryLog({ searcher: deps.searcher, logger, clock, slowMs: options.searchSlowMs, tracing });
  const inner = tracing.isOn ? new TracedPublisher(deps.publisher, tracing) : deps.publisher;
  const publisher = new CoalescingPublisher(inner, {
    maxSendsInFlight: SENDS_IN_FLIGHT,
    maxSendBytes: MAX_SEND_BYTES,
    callTimeoutMs: options.publishTimeoutMs,
  });
  const health = new Health({
    clock,
    metrics,
    needed: [() => publisher.state()],
    // Records are taken in while the store is down: that is what the queue is for.
    optional: distinct([() => searcher.state(), ...(deps.alsoShown ?? [])], [publisher.state().name]),
    missing: deps.missing,
    ...(deps.stalled && { stalled: deps.stalled }),
  });
  const rate = new IngestRate(clock);
  const ingest = createIngest(deps, publisher, rate);
  const watch = new QueueWatch({ inspector: deps.inspector, clock, ...options.indexing });
  const streams = createStreams({ ...deps, ...options, searcher, settledMs: () => watch.settledMs() });
  const app = createApp({
    health: createHealthRouter(health),
    search: createSearchRouter({ searcher, metrics, clock, timeoutMs: options.searchTimeoutMs }),
    explore: createExploreRouter({ searcher, metrics, clock, timeoutMs: options.searchTimeoutMs }),
    streams: streams.router,
    status: createStatusRouter({
      clock,
      rate,
      watch,
      volumes: new ServiceVolumes(searcher, clock),
      queue: () => publisher.state(),
      store: () => searcher.state(),
    }),
    docs: createDocsRouter(),
    explorer: createExplorerRouter({ folder: explorerFolder(), jaegerUiUrl: options.jaegerUiUrl }),
    elasticsearch: createElasticsearchRouter({ queue: () => publisher.state(), clock }),
    loki: createLokiRouter(() => publisher.state()),
    splunkHec: createSplunkHecRouter(() => publisher.state()),
    logger,
    tracing,
  });
  const server = new HttpServer((request, response) => {
    if (!ingest(request, response)) app(request, response);
  }, options);
  return {
    name: 'api',
    start: async () => {
      // First of all: probes are answered, and told what is missing, also while servers take connections and say nothing.
      await server.start();
      await Promise.all([publisher.start(), searcher.start()]);
    },
    markStopping: () => {
      health.markStopping();
    },
    stop: async () => {
      await streams.stop();
      await server.stop();
      await Promise.all([publisher.stop(), searcher.stop()]);
    },
    get port() {
      return server.port;
    },
  };
}

/** Parts of one process may share a dependency: each name is shown once. */
function distinct(reads: readonly (() => DependencyState)[], known: readonly string[]): (() => DependencyState)[] {
  const names = new Set(known);
  return reads.filter((read) => {
    const { name } = read();
    const isNew = !names.has(name);
    names.add(name);
    return isNew;
  });
}

function createIngest({ metrics, logger, clock, tracing, options }: ApiDeps, publisher: Publisher, rate: IngestRate) {
  const budget = new ByteBudget(options.maxInflightBytes);
  metrics.ingestInflightBytes.child({}).readFrom(() => budget.usedBytes);
  metrics.ingestInflightLimitBytes.set({}, budget.limitBytes);
  const dataSets = new DataSetGate(options.dataSet, options.maxDataSets);
  metrics.ingestDataSets.child({}).readFrom(() => dataSets.size);
  metrics.ingestDataSetsLimit.set({}, options.maxDataSets);
  const preparer = new RecordPreparer(options.recordLimits);
  const ingest = new Ingest({ preparer, publisher, clock, topic: options.topic });
  return createIngestHandler({ ingest, budget, metrics, rate, logger, tracing, dataSets, ...options });
}
