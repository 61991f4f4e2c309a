import { randomUUID } from 'node:crypto';
import type { Consumer, PublishOutcome, Publisher, QueueMessage, TopicAdmin, TopicSettings } from '../ports/queue.ts';
import type { QueueProbe } from './queue-probe.ts';

/** A real queue under test. Everything that it makes is fresh, not started, and stopped by the suite. */
export interface QueueHarness {
  publisher(): Publisher;
  consumer(options: { readonly groupId: string; readonly topics: readonly string[] }): Consumer;
  topicAdmin(): TopicAdmin;
  /** A message with a value of this size fits; one of twice the size is `rejected` as `too_large`. */
  readonly maxMessageBytes: number;
  /** Bytes of values that may be with blocked handlers at once; what "bounded" means for this adapter. */
  readonly maxDeliveredBytes: number;
  /**
   * kill -9 of the process that keeps the queue, then starts it again. Publishers and consumers made before it may be
   * dead; the suite makes new ones.
   */
  readonly kill?: () => Promise<void>;
  close(): Promise<void>;
}

/** Cases of a suite by title. */
export type QueueCases = Readonly<Record<string, (bench: QueueBench) => Promise<void>>>;

/** The outcome of a publish that went well. */
export const STORED: PublishOutcome = { status: 'stored' };

/** `count` messages of `bytes` each, keyed `<prefix>-<index>`. */
export function messagesOf(count: number, prefix: string, bytes = 64): QueueMessage[] {
  // Views over one buffer, as the API hands them over.
  const shared = Buffer.alloc(count * bytes, 0x61);
  return Array.from({ length: count }, (_, index) => ({
    key: `${prefix}-${String(index)}`,
    value: shared.subarray(index * bytes, (index + 1) * bytes),
  }));
}

/** The number at the end of a key. */
export function indexOfKey(key: string): number {
  return Number(key.slice(key.lastIndexOf('-') + 1));
}

/** Topics, groups and parts of one case, stopped together at its end. */
export class QueueBench {
  readonly harness: QueueHarness;
  readonly #parts: { stop(): Promise<void> }[] = [];

  constructor(harness: QueueHarness) {
    this.harness = harness;
  }

  async topic(partitions: number): Promise<string> {
    const topic = `contract-${randomUUID()}`;
    await this.harness.topicAdmin().ensureTopics([settingsOf(topic, partitions, this.harness.maxMessageBytes)], true);
    return topic;
  }

  async publisher(): Promise<Publisher> {
    const publisher = this.harness.publisher();
    this.#parts.push(publisher);
    await publisher.start();
    return publisher;
  }

  async consume(topic: string, probe: QueueProbe, groupId: string = randomUUID()): Promise<Consumer> {
    const consumer = this.harness.consumer({ groupId, topics: [topic] });
    this.#parts.push(consumer);
    await consumer.start(probe.handler);
    return consumer;
  }

  async stop(): Promise<void> {
    for (const part of this.#parts.reverse()) await part.stop();
  }
}

/** Settings of a topic that takes values of `maxMessageBytes`. */
export function settingsOf(topic: string, partitions: number, maxMessageBytes: number): TopicSettings {
  return {
    topic,
    partitions,
    replicationFactor: 1,
    retentionMs: 3_600_000,
    minInsyncReplicas: 1,
    maxMessageBytes: maxMessageBytes + 1024,
  };
}
