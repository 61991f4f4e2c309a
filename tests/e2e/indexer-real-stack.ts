import type { Context } from 'mocha';
import { createElasticsearchSearcher } from '@paylog/shared/elasticsearch/elasticsearch-searcher';
import { createElasticsearchWriter } from '@paylog/shared/elasticsearch/elasticsearch-writer';
import { createKafkaConsumer } from '@paylog/shared/kafka/create-kafka-consumer';
import { createKafkaPublisher } from '@paylog/shared/kafka/create-kafka-publisher';
import { createKafkaTopicAdmin } from '@paylog/shared/kafka/kafka-topic-admin';
import { ownPrefix, removePrefix, writerOptions } from '../contract/elasticsearch-harness.ts';
import { acquireElasticsearch } from '../stack/acquire-elasticsearch.ts';
import { acquireKafka } from '../stack/acquire-kafka.ts';
import { orSkip } from '../stack/skip.ts';
import { silentLogger, type IndexerStack } from './indexer-world.ts';

const MIB = 1_048_576;

/** Kafka and Elasticsearch. */
export interface RealStack extends IndexerStack {
  readonly brokers: string;
}

/** Opens the shared broker and node, with indices of its own; skips the suite when there are none. */
export async function openRealStack(context: Context): Promise<RealStack> {
  const broker = orSkip(context, await acquireKafka());
  const node = orSkip(context, await acquireElasticsearch());
  const brokers = broker.brokers.split(',');
  const connection = { brokers, clientId: 'e2e' };
  const prefix = ownPrefix();
  const store = writerOptions(node.url, prefix, { refreshMs: 200 });
  return {
    brokers: broker.brokers,
    publisher: () =>
      createKafkaPublisher(
        { ...connection, client: 'platformatic', publishTimeoutMs: 4500, maxBatchBytes: MIB },
        silentLogger,
      ),
    consumer: (groupId, topics) =>
      createKafkaConsumer(
        {
          ...connection,
          groupId,
          topics,
          sessionTimeoutMs: 10_000,
          drainTimeoutMs: 4000,
          maxBytesPerPartition: MIB,
          maxBytesPerFetch: 8 * MIB,
        },
        silentLogger,
      ),
    topicAdmin: () => createKafkaTopicAdmin(connection, silentLogger),
    writer: () => createElasticsearchWriter(store, silentLogger),
    searcher: () => createElasticsearchSearcher(store, silentLogger),
    close: async () => {
      await removePrefix(node.url, prefix);
      await broker.dispose();
      await node.dispose();
    },
  };
}
