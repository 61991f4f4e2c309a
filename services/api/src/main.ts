import { showCertificateExpiry } from '@paylog/shared/composition/certificate-expiry';
import { configOrExit } from '@paylog/shared/composition/config-or-exit';
import { elasticsearchConnectionFrom } from '@paylog/shared/composition/elasticsearch-options-from';
import { kafkaConnectionFrom, kafkaPublisherFrom } from '@paylog/shared/composition/kafka-options-from';
import { processLogFrom } from '@paylog/shared/composition/process-log';
import { profilingFrom } from '@paylog/shared/composition/profiling-from';
import { stopTimeoutFrom } from '@paylog/shared/composition/stop-timeout-from';
import { tracingFrom } from '@paylog/shared/composition/tracing-from';
import { createTopicsComponent } from '@paylog/shared/composition/topics-component';
import { createElasticsearchSearcher } from '@paylog/shared/elasticsearch/elasticsearch-searcher';
import { runLifecycle } from '@paylog/shared/flow/lifecycle';
import { createKafkaPublisher } from '@paylog/shared/kafka/create-kafka-publisher';
import { createKafkaTopicAdmin } from '@paylog/shared/kafka/kafka-topic-admin';
import { createKafkaTopicInspector } from '@paylog/shared/kafka/kafka-topic-inspector';
import { showDiskSpace } from '@paylog/shared/telemetry/disk-space';
import { createMetrics } from '@paylog/shared/telemetry/metrics';
import { apiOptionsFrom } from './api-options-from.ts';
import { createApi } from './api.ts';

const config = configOrExit('api', process);
const metrics = createMetrics();
const log = processLogFrom(config, { service: 'paylog-api', env: process.env, metrics });
const { logger } = log;
const checks = showCertificateExpiry(metrics, config);
showDiskSpace(metrics, { logs: config.log.directory });
const tracing = tracingFrom(config, 'paylog-api', metrics, logger);
const kafka = kafkaConnectionFrom(config.queue, 'paylog-api', checks.kafka);

const topics = createTopicsComponent(createKafkaTopicAdmin(kafka, logger), config, logger);
const api = createApi({
  publisher: createKafkaPublisher(kafkaPublisherFrom(kafka, config.queue, config), logger),
  searcher: createElasticsearchSearcher(elasticsearchConnectionFrom(config.store, checks.elasticsearch), logger),
  inspector: createKafkaTopicInspector(kafka, logger),
  metrics,
  logger,
  clock: Date,
  tracing,
  options: apiOptionsFrom(config),
  missing: () => topics.missing(),
});

await runLifecycle(
  {
    stopTimeoutMs: stopTimeoutFrom(config, 1),
    components: [
      tracing,
      profilingFrom(config, 'paylog-api', process, logger),
      ...log.components(() => createKafkaPublisher(kafkaPublisherFrom(kafka, config.queue, config), log.local)),
      // Early: it answers probes, and 503 with a reason, while the brokers are waited for.
      api,
      topics,
    ],
    onStopping: () => {
      api.markStopping();
    },
    onReady: () => {
      logger.info('api is ready', { host: config.http.host, port: api.port, topic: config.topics.records });
    },
  },
  process,
  logger,
);
