import type { Logger } from '../ports/logger.ts';
import type { Consumer, Publisher, TopicAdmin, TopicSettings } from '../ports/queue.ts';
import type { TopicInspector } from '../ports/topic-inspector.ts';
import { EmbeddedConsumer, type EmbeddedConsumerOptions } from './embedded-consumer.ts';
import { EmbeddedPublisher } from './embedded-publisher.ts';
import { createEmbeddedTopicInspector } from './embedded-topic-inspector.ts';
import { QueueCore, type EmbeddedQueueOptions } from './queue-core.ts';

/** The queue port on a SQLite file of this process. */
export interface EmbeddedQueue {
  /**
   * Takes `<dataDir>` for this process and opens `queue.db` in a worker thread. Rejects with an error that says what to do
   * when the directory is in use, cannot be written, or the file is damaged.
   */
  start(): Promise<void>;
  /** Commits what was handed over, closes the file. Stop consumers and publishers first. Idempotent, legal before `start`. */
  stop(): Promise<void>;
  publisher(): Publisher;
  consumer(options: EmbeddedConsumerOptions): Consumer;
  topicAdmin(): TopicAdmin;
  topicInspector(): TopicInspector;
}

/**
 * The embedded queue: what Kafka is for one process. An acknowledged message survives kill -9 and power loss (as far as the
 * disk honors fsync). Nothing is opened before `start`.
 */
export function createEmbeddedQueue(options: EmbeddedQueueOptions, logger: Logger): EmbeddedQueue {
  const core = new QueueCore(options, logger);
  return {
    start: () => core.start(),
    stop: () => core.stop(),
    publisher: () => new EmbeddedPublisher(core),
    consumer: (consumerOptions) => new EmbeddedConsumer(core, consumerOptions),
    topicAdmin: () => ({ ensureTopics: (topics, create) => ensureTopics(core, topics, create) }),
    topicInspector: () => createEmbeddedTopicInspector(core),
  };
}

async function ensureTopics(core: QueueCore, topics: readonly TopicSettings[], create: boolean): Promise<void> {
  await core.start();
  const missing = topics.filter(({ topic }) => core.topic(topic) === undefined);
  if (missing.length === 0) return;
  if (create) {
    await core.makeTopics(missing);
    return;
  }
  const names = missing.map(({ topic }) => topic).join(', ');
  throw new Error(`Topics are missing in the embedded queue, and making them is not allowed: ${names}`);
}
