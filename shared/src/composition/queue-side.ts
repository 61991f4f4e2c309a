import type { Config } from '../config/config.ts';
import { createEmbeddedQueue } from '../embedded/embedded-queue.ts';
import type { Component } from '../flow/lifecycle.ts';
import { createKafkaConsumer } from '../kafka/create-kafka-consumer.ts';
import { createKafkaPublisher } from '../kafka/create-kafka-publisher.ts';
import { createKafkaTopicAdmin } from '../kafka/kafka-topic-admin.ts';
import { createKafkaTopicInspector } from '../kafka/kafka-topic-inspector.ts';
import type { Logger } from '../ports/logger.ts';
import type { Consumer, Publisher, TopicAdmin } from '../ports/queue.ts';
import type { TopicInspector } from '../ports/topic-inspector.ts';
import type { ServerCheck } from './certificate-expiry.ts';
import { kafkaConnectionFrom, kafkaConsumerFrom, kafkaPublisherFrom } from './kafka-options-from.ts';

/** The queue of the all-in-one process: Kafka where brokers are named, else the embedded one. */
export interface QueueSide {
  /** What must be open before the parts are used and closed after them. */
  readonly components: readonly Component[];
  /** `owner` takes what it logs, where the side's logger must not. */
  publisher(owner?: Logger): Publisher;
  /** The indexer's: checked records and those of direct producers. `onRestart` is called when it crashed and is made anew. */
  consumer(onRestart: () => void): Consumer;
  topicAdmin(): TopicAdmin;
  topicInspector(): TopicInspector;
}

/** Chooses and configures the queue; opens nothing. */
export function queueSideFrom(config: Config, clientId: string, check: ServerCheck, logger: Logger): QueueSide {
  const { queue, topics, timeouts, consumer, embedded } = config;
  if (queue.kind === 'kafka') {
    const connection = kafkaConnectionFrom(queue, clientId, check);
    return {
      components: [],
      publisher: (owner = logger) => createKafkaPublisher(kafkaPublisherFrom(connection, queue, config), owner),
      consumer: (onRestart) => createKafkaConsumer(kafkaConsumerFrom(connection, config, onRestart), logger),
      topicAdmin: () => createKafkaTopicAdmin(connection, logger),
      topicInspector: () => createKafkaTopicInspector(connection, logger),
    };
  }
  const local = createEmbeddedQueue(
    {
      dataDir: embedded.dataDir,
      maxMessageBytes: topics.maxBatchBytes,
      publishTimeoutMs: timeouts.publishMs,
      deadLetterTopics: [topics.deadLetters],
    },
    logger,
  );
  return {
    components: [{ name: 'embedded queue', start: () => local.start(), stop: () => local.stop() }],
    publisher: () => local.publisher(),
    consumer: () =>
      local.consumer({
        group: consumer.group,
        topics: [topics.records, topics.direct],
        drainTimeoutMs: timeouts.drainMs,
      }),
    topicAdmin: () => local.topicAdmin(),
    topicInspector: () => local.topicInspector(),
  };
}
