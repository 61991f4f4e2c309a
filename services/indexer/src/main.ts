import { showCertificateExpiry } from '@paylog/shared/composition/certificate-expiry';
import { configOrExit } from '@paylog/shared/composition/config-or-exit';
import {
  elasticsearchConnectionFrom,
  elasticsearchWriterFrom,
} from '@paylog/shared/composition/elasticsearch-options-from';
import {
  kafkaConnectionFrom,
  kafkaConsumerFrom,
  kafkaPublisherFrom,
} from '@paylog/shared/composition/kafka-options-from';
import { processLogFrom } from '@paylog/shared/composition/process-log';
import { profilingFrom } from '@paylog/shared/composition/profiling-from';
import { stopTimeoutFrom } from '@paylog/shared/composition/stop-timeout-from';
import { tracingFrom } from '@paylog/shared/composition/tracing-from';
import { createTopicsComponent } from '@paylog/shared/composition/topics-component';
import { createElasticsearchWriter } from '@paylog/shared/elasticsearch/elasticsearch-writer';
import { runLifecycle } from '@paylog/shared/flow/lifecycle';
import { createKafkaConsumer } from '@paylog/shared/kafka/create-kafka-consumer';
import { createKafkaPublisher } from '@paylog/shared/kafka/create-kafka-publisher';
import { createKafkaTopicAdmin } from '@paylog/shared/kafka/kafka-topic-admin';
import { AdminServer } from '@paylog/shared/telemetry/admin-server';
import { showDiskSpace } from '@paylog/shared/telemetry/disk-space';
import { Health } from '@paylog/shared/telemetry/health';
import { createMetrics } from '@paylog/shared/telemetry/metrics';
import { indexerOptionsFrom } from './indexer-options-from.ts';
import { createIndexer } from './indexer.ts';

const config = configOrExit('indexer', process);
const metrics = createMetrics();
const log = processLogFrom(config, { service: 'paylog-indexer', env: process.env, metrics });
const { logger } = log;
const checks = showCertificateExpiry(metrics, config);
showDiskSpace(metrics, { logs: config.log.directory });
const tracing = tracingFrom(config, 'paylog-indexer', metrics, logger);
const kafka = kafkaConnectionFrom(config.queue, 'paylog-indexer', checks.kafka);
const elasticsearch = elasticsearchConnectionFrom(config.store, checks.elasticsearch);

const countRestart = (): void => {
  metrics.consumerRestarts.add({});
};

const indexer = createIndexer({
  consumer: createKafkaConsumer(kafkaConsumerFrom(kafka, config, countRestart), logger),
  // For dead letters: its faults are told by the indexer, with whose records they concern.
  publisher: createKafkaPublisher(kafkaPublisherFrom(kafka, config.queue, config), log.local),
  writer: createElasticsearchWriter(elasticsearchWriterFrom(elasticsearch, config), logger),
  metrics,
  logger,
  clock: Date,
  tracing,
  options: indexerOptionsFrom(config),
});
const health = new Health({ clock: Date, metrics, needed: indexer.dependencies, stalled: () => indexer.stalled() });
const admin = new AdminServer({ ...config.http, health }, logger);

await runLifecycle(
  {
    stopTimeoutMs: stopTimeoutFrom(config, 1),
    // The admin server early: probes are answered while the brokers and the store are waited for.
    components: [
      tracing,
      profilingFrom(config, 'paylog-indexer', process, logger),
      ...log.components(() => createKafkaPublisher(kafkaPublisherFrom(kafka, config.queue, config), log.local)),
      {
        name: 'admin server',
        start: async () => {
          logger.info('health and metrics are served', { host: config.http.host, port: await admin.start() });
        },
        stop: () => admin.stop(),
      },
      createTopicsComponent(createKafkaTopicAdmin(kafka, logger), config, logger),
      indexer,
    ],
    onStopping: () => {
      health.markStopping();
    },
    onReady: () => {
      logger.info('indexer is ready', { topics: config.topics, group: config.consumer.group });
    },
  },
  process,
  logger,
);
