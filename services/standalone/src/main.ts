import { apiOptionsFrom } from '@paylog/api/api-options-from';
import { createApi } from '@paylog/api/api';
import { createIndexer } from '@paylog/indexer/indexer';
import { indexerOptionsFrom } from '@paylog/indexer/indexer-options-from';
import { showCertificateExpiry } from '@paylog/shared/composition/certificate-expiry';
import { configOrExit } from '@paylog/shared/composition/config-or-exit';
import { processLogFrom } from '@paylog/shared/composition/process-log';
import { profilingFrom } from '@paylog/shared/composition/profiling-from';
import { queueSideFrom } from '@paylog/shared/composition/queue-side';
import { stopTimeoutFrom } from '@paylog/shared/composition/stop-timeout-from';
import { storeSideFrom } from '@paylog/shared/composition/store-side';
import { tracingFrom } from '@paylog/shared/composition/tracing-from';
import { createTopicsComponent } from '@paylog/shared/composition/topics-component';
import { runLifecycle } from '@paylog/shared/flow/lifecycle';
import { showDiskSpace } from '@paylog/shared/telemetry/disk-space';
import { createMetrics } from '@paylog/shared/telemetry/metrics';
import { readyLine } from './ready-line.ts';

const config = configOrExit('standalone', process);
const metrics = createMetrics();
// Standard output belongs to the one line for people.
const log = processLogFrom(config, { service: 'paylog', env: process.env, metrics, destination: process.stderr });
const { logger } = log;
const checks = showCertificateExpiry(metrics, config);
// On disk is what has an embedded side.
const isEmbedded = config.queue.kind === 'embedded' || config.store.kind === 'embedded';
showDiskSpace(metrics, { data: isEmbedded ? config.embedded.dataDir : undefined, logs: config.log.directory });
const tracing = tracingFrom(config, 'paylog', metrics, logger);
const queue = queueSideFrom(config, 'paylog', checks.kafka, logger);
const store = storeSideFrom(config, checks.elasticsearch, logger);

const indexer = createIndexer({
  consumer: queue.consumer(() => {
    metrics.consumerRestarts.add({});
  }),
  // For dead letters: its faults are told by the indexer, with whose records they concern.
  publisher: queue.publisher(log.local),
  writer: store.writer(),
  metrics,
  logger,
  clock: Date,
  tracing,
  options: indexerOptionsFrom(config),
});
const topics = createTopicsComponent(queue.topicAdmin(), config, logger);
const api = createApi({
  publisher: queue.publisher(),
  searcher: store.searcher(),
  inspector: queue.topicInspector(),
  metrics,
  logger,
  clock: Date,
  tracing,
  options: apiOptionsFrom(config),
  alsoShown: indexer.dependencies,
  missing: () => topics.missing(),
  stalled: () => indexer.stalled(),
});

await runLifecycle(
  {
    // Requests and batches are drained one after the other.
    stopTimeoutMs: stopTimeoutFrom(config, 2),
    components: [
      tracing,
      profilingFrom(config, 'paylog', process, logger),
      ...queue.components,
      ...log.components(() => queue.publisher(log.local)),
      ...store.components,
      // Early, because it answers probes while brokers and cluster are waited for.
      api,
      topics,
      indexer,
      // And stopped first: what it still accepts, the indexer may still store.
      { name: 'api intake', start: () => Promise.resolve(), stop: () => api.stop() },
    ],
    onStopping: () => {
      api.markStopping();
    },
    onReady: () => {
      const sides = { queue: config.queue.kind, store: config.store.kind };
      logger.info('all in one is ready', { host: config.http.host, port: api.port, ...sides });
      process.stdout.write(`${readyLine(config, api.port)}\n`);
    },
  },
  process,
  logger,
);
