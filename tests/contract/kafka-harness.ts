import type { Context } from 'mocha';
import { createKafkaConsumer } from '@paylog/shared/kafka/create-kafka-consumer';
import { createKafkaPublisher } from '@paylog/shared/kafka/create-kafka-publisher';
import type { KafkaConnectionOptions, KafkaPublisherOptions } from '@paylog/shared/kafka/kafka-options';
import { createKafkaTopicAdmin } from '@paylog/shared/kafka/kafka-topic-admin';
import type { Logger } from '@paylog/shared/ports/logger';
import type { Consumer, Publisher, TopicAdmin } from '@paylog/shared/ports/queue';
import type { QueueHarness } from '@paylog/shared/testing/queue-bench';
import { acquireKafka } from '../stack/acquire-kafka.ts';
import { orSkip } from '../stack/skip.ts';

const MAX_BATCH_BYTES = 1_048_576;
/** What a batch and a record add around the largest value and its key, rounded up. */
const OVERHEAD_BYTES = 576;

/** Logs of the adapter, shown when PAYLOG_TEST_LOG is set. */
const testLogger: Logger = {
  debug: () => undefined,
  info: (message, fields) => {
    show('info', message, fields);
  },
  warn: (message, fields) => {
    show('warn', message, fields);
  },
  error: (message, fields) => {
    show('error', message, fields);
  },
};

function show(level: string, message: string, fields: unknown): void {
  if (process.env['PAYLOG_TEST_LOG'] !== undefined) console.log(new Date().toISOString(), level, message, fields ?? '');
}

/** A publisher with the settings of these tests. */
export function testPublisher(
  client: KafkaPublisherOptions['client'],
  connection: Partial<KafkaConnectionOptions> & Pick<KafkaConnectionOptions, 'brokers'>,
  publishTimeoutMs = 4500,
): Publisher {
  const options = { clientId: 'contract', ...connection, client, publishTimeoutMs, maxBatchBytes: MAX_BATCH_BYTES };
  return createKafkaPublisher(options, testLogger);
}

/** A consumer with the settings of these tests. */
export function testConsumer(
  connection: Partial<KafkaConnectionOptions> & Pick<KafkaConnectionOptions, 'brokers'>,
  group: { readonly groupId: string; readonly topics: readonly string[]; readonly groupInstanceId?: string },
  logger: Logger = testLogger,
): Consumer {
  const bounds = { sessionTimeoutMs: 10_000, drainTimeoutMs: 4000 };
  const fetch = { maxBytesPerPartition: 1_048_576, maxBytesPerFetch: 8_388_608 };
  return createKafkaConsumer({ clientId: 'contract', ...connection, ...group, ...bounds, ...fetch }, logger);
}

/** A topic admin for these tests. */
export function testTopicAdmin(brokers: readonly string[]): TopicAdmin {
  return createKafkaTopicAdmin({ brokers, clientId: 'contract' }, testLogger);
}

/** The Kafka adapter with one of its producing clients, on a broker of its own that can be killed. */
export async function kafkaHarness(context: Context, client: KafkaPublisherOptions['client']): Promise<QueueHarness> {
  const broker = orSkip(context, await acquireKafka({ own: true }));
  const brokers = broker.brokers.split(',');
  return {
    publisher: () => testPublisher(client, { brokers }),
    consumer: (group) => testConsumer({ brokers }, group),
    topicAdmin: () => testTopicAdmin(brokers),
    maxMessageBytes: MAX_BATCH_BYTES - OVERHEAD_BYTES,
    maxDeliveredBytes: 8_388_608 + 1_048_576,
    kill: async () => {
      await broker.kill();
      await broker.start();
    },
    close: () => broker.dispose(),
  };
}
