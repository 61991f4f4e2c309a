import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { LogFields, Logger } from '@paylog/shared/ports/logger';
import type { DependencyState } from '@paylog/shared/ports/queue';
import type { StoreSearcher } from '@paylog/shared/ports/store';
import type { TopicInspector } from '@paylog/shared/ports/topic-inspector';
import { Health } from '@paylog/shared/telemetry/health';
import { createMetrics, type Metrics } from '@paylog/shared/telemetry/metrics';
import { createApp } from '../../src/app.ts';
import { createElasticsearchRouter } from '../../src/compat/elasticsearch-router.ts';
import { createLokiRouter } from '../../src/compat/loki-router.ts';
import { createSplunkHecRouter } from '../../src/compat/splunk-hec-router.ts';
import { createDocsRouter } from '../../src/docs/docs-router.ts';
import { createExplorerRouter } from '../../src/explorer/explorer-router.ts';
import { createExploreRouter } from '../../src/explore/explore-router.ts';
import { createHealthRouter } from '../../src/health/health-router.ts';
import { createSearchRouter } from '../../src/search/search-router.ts';
import { IngestRate } from '../../src/status/ingest-rate.ts';
import { QueueWatch } from '../../src/status/queue-watch.ts';
import { ServiceVolumes } from '../../src/status/service-volumes.ts';
import { createStatusRouter } from '../../src/status/status-router.ts';
import { createStreams } from '../../src/streams/streams.ts';

/** Keeps what is logged. */
export class KeptLog implements Logger {
  readonly lines: { readonly level: string; readonly message: string; readonly fields: LogFields | undefined }[] = [];

  debug(message: string, fields?: LogFields): void {
    this.lines.push({ level: 'debug', message, fields });
  }

  info(message: string, fields?: LogFields): void {
    this.lines.push({ level: 'info', message, fields });
  }

  warn(message: string, fields?: LogFields): void {
    this.lines.push({ level: 'warn', message, fields });
  }

  error(message: string, fields?: LogFields): void {
    this.lines.push({ level: 'error', message, fields });
  }
}

export interface AppServerOptions {
  readonly searcher: StoreSearcher;
  readonly timeoutMs?: number;
  /** Epoch milliseconds that the app takes for now. */
  readonly nowMs?: number;
  readonly queue?: () => DependencyState;
  /** What the start of the process still waits for. */
  readonly missing?: () => string | undefined;
}

/** The express app on a port of its own, without ingest. */
export interface AppServer extends AsyncDisposable {
  readonly url: string;
  readonly log: KeptLog;
  readonly metrics: Metrics;
  readonly health: Health;
  get(path: string, init?: RequestInit): Promise<Response>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
}

/** A build of the explorer with one asset, so that tests need not build the real one. */
const EXPLORER_FIXTURE = path.join(import.meta.dirname, '../fixtures/explorer');

/** A queue with nothing in it. */
const inspector: TopicInspector = {
  describe: (topics) =>
    Promise.resolve(
      topics.map((topic) => ({
        topic,
        partitions: [{ partition: 0, leader: 0, replicas: 1, inSync: 1, low: 0, high: 0 }],
        retentionMs: undefined,
        maxMessageBytes: undefined,
        minInsyncReplicas: undefined,
      })),
    ),
  positions: (_group, topics) =>
    Promise.resolve(topics.map((topic) => ({ topic, partition: 0, committed: 0, end: 0, records: 0 }))),
};

const UP: DependencyState = { name: 'queue', state: 'up', sinceMs: 0 };

/** The parts of the app as the API makes them. */
export function makeParts({ searcher, timeoutMs = 5000, nowMs, queue = () => UP, missing }: AppServerOptions) {
  const metrics = createMetrics();
  const log = new KeptLog();
  const clock = nowMs === undefined ? Date : { now: () => nowMs };
  const health = new Health({ clock, metrics, needed: [queue], optional: [() => searcher.state()], missing });
  const parts = {
    health: createHealthRouter(health),
    search: createSearchRouter({ searcher, metrics, clock, timeoutMs }),
    explore: createExploreRouter({ searcher, metrics, clock, timeoutMs }),
    streams: createStreams({ searcher, metrics, logger: log, clock, maxTails: 2, maxExports: 2 }).router,
    status: createStatusRouter({
      clock,
      rate: new IngestRate(clock),
      watch: new QueueWatch({ inspector, clock, group: 'g', topics: ['logs'], deadLetterTopic: 'logs.dlq' }),
      volumes: new ServiceVolumes(searcher, clock),
      queue,
      store: () => searcher.state(),
    }),
    docs: createDocsRouter(),
    explorer: createExplorerRouter({ folder: EXPLORER_FIXTURE, jaegerUiUrl: 'https://jaeger.example' }),
    elasticsearch: createElasticsearchRouter({ queue, clock }),
    loki: createLokiRouter(queue),
    splunkHec: createSplunkHecRouter(queue),
    logger: log,
  };
  return { parts, metrics, log, health };
}

export async function startAppServer(options: AppServerOptions): Promise<AppServer> {
  const { parts, metrics, log, health } = makeParts(options);
  const server = createServer(createApp(parts));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    log,
    metrics,
    health,
    get: (path, init = {}) => fetch(url + path, { redirect: 'manual', ...init }),
    post: (path, body, headers = { 'content-type': 'application/json' }) =>
      fetch(url + path, {
        method: 'POST',
        headers,
        body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
      }),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
