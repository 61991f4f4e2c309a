import { readFileSync } from 'node:fs';
import type { Config, KafkaConnection } from '../config/config.ts';
import type { Service } from '../config/setting.ts';
import type { KafkaConnectionOptions, KafkaConsumerOptions, KafkaPublisherOptions } from '../kafka/kafka-options.ts';
import type { ServerCheck } from './certificate-expiry.ts';

/**
 * How to reach the brokers, as the Kafka adapter takes it. Reads the CA file; throws when that cannot be read.
 *
 * @param clientId shown in the brokers' logs and quotas
 * @param check absent: Node.js's own
 */
export function kafkaConnectionFrom(
  { brokers, ssl, sasl }: KafkaConnection,
  clientId: string,
  check?: ServerCheck,
): KafkaConnectionOptions {
  return {
    brokers,
    clientId,
    ...(ssl && {
      ssl: {
        ...(ssl.caFile !== undefined && { ca: readFileSync(ssl.caFile, 'utf8') }),
        ...(check && { checkServerIdentity: check }),
      },
    }),
    ...(sasl && { sasl }),
  };
}

/** Settings of a publisher. */
export function kafkaPublisherFrom(
  connection: KafkaConnectionOptions,
  queue: KafkaConnection,
  config: Pick<Config<Service>, 'timeouts' | 'topics'>,
): KafkaPublisherOptions {
  return {
    ...connection,
    client: queue.client,
    publishTimeoutMs: config.timeouts.publishMs,
    maxBatchBytes: config.topics.maxBatchBytes,
  };
}

const MIB = 1024 * 1024;

/**
 * Settings of the indexer's consumer: it reads the checked records and those of direct producers.
 *
 * @param onRestart called each time the consumer crashed and is made anew
 */
export function kafkaConsumerFrom(
  connection: KafkaConnectionOptions,
  config: Pick<Config<'indexer' | 'standalone'>, 'timeouts' | 'topics' | 'consumer' | 'indexer'>,
  onRestart: () => void,
): KafkaConsumerOptions {
  const { topics, consumer, indexer, timeouts } = config;
  return {
    ...connection,
    groupId: consumer.group,
    groupInstanceId: consumer.groupInstanceId,
    onRestart,
    topics: [topics.records, topics.direct],
    sessionTimeoutMs: consumer.sessionTimeoutMs,
    drainTimeoutMs: timeouts.drainMs,
    // Records of one partition are prepared in one turn of the event loop: more at once would stall health and heartbeats.
    maxBytesPerPartition: Math.max(MIB, topics.maxBatchBytes),
    // Enough to fill every bulk that may be under way, and never more than may be held.
    maxBytesPerFetch: Math.min(indexer.maxInflightBytes, Math.max(indexer.bulkMaxBytes * indexer.bulkConcurrency, MIB)),
  };
}
