import type { Admin, ICustomPartitioner, Message, PartitionMetadata, Producer } from 'kafkajs';
import type { Logger } from '../ports/logger.ts';
import type { QueueMessage } from '../ports/queue.ts';
import type { KafkaPublisherOptions } from './kafka-options.ts';
import { createKafkaJsClient } from './kafkajs-client.ts';
import type { ProduceClient } from './produce-client.ts';
import type { MessageSlice } from './slice-messages.ts';

const ACKS_ALL = -1;
const MAX_CONNECT_TIMEOUT_MS = 2000;

/** A message that carries which slice of its call it belongs to, for the partitioner. */
interface SlicedMessage extends Message {
  readonly slot: number;
}

/** Sends through kafkajs's producer, not idempotent (see `kafka-publisher.ts`). */
export class KafkaJsProduceClient implements ProduceClient {
  /** kafkajs copies the list of a partition's messages once for each message. */
  readonly maxMessagesPerBatch = 1000;
  readonly #producer: Producer;
  readonly #admin: Admin;
  readonly #spread = new Map<string, { partitions: readonly PartitionMetadata[]; routes: readonly number[] }>();
  #cursor = Math.floor(Math.random() * 1024);
  #connecting: Promise<void> | undefined;
  #connected = false;

  constructor(options: KafkaPublisherOptions, logger: Logger) {
    const { publishTimeoutMs } = options;
    const kafka = createKafkaJsClient(
      options,
      {
        connectTimeoutMs: Math.min(publishTimeoutMs, MAX_CONNECT_TIMEOUT_MS),
        requestTimeoutMs: publishTimeoutMs,
        // One layer retries, the publisher; but kafkajs refreshes its metadata between two of its own attempts only.
        retry: { retries: 1, initialRetryTime: 50, maxRetryTime: 200 },
      },
      logger,
    );
    this.#producer = kafka.producer({
      idempotent: false,
      allowAutoTopicCreation: false,
      metadataMaxAge: 30_000,
      createPartitioner: this.#partitioner,
    });
    this.#admin = kafka.admin();
  }

  async refresh(): Promise<void> {
    await this.#connect();
    await this.#admin.describeCluster();
  }

  partitions(topic: string): number {
    return Math.max(1, this.#spread.get(topic)?.routes.length ?? 1);
  }

  async produce(
    topic: string,
    messages: readonly QueueMessage[],
    slices: readonly MessageSlice[],
    deadlineMs: number,
  ): Promise<void> {
    if (!this.#connected) await this.#connect();
    const timestamp = String(Date.now());
    const sent: SlicedMessage[] = [];
    for (const { start, end } of slices) {
      const slot = this.#cursor;
      this.#cursor += 1;
      for (let index = start; index < end; index += 1) {
        const message = messages[index];
        if (message === undefined) break;
        const { key, value, headers } = message;
        sent.push(headers === undefined ? { key, value, timestamp, slot } : { key, value, headers, timestamp, slot });
      }
    }
    const timeout = Math.max(1, deadlineMs - Date.now());
    await this.#producer.send({ topic, messages: sent, acks: ACKS_ALL, timeout });
  }

  async close(): Promise<void> {
    await Promise.all([this.#producer.disconnect(), this.#admin.disconnect()]);
  }

  /** Slot n of a topic goes to partition n, counted round over those that have a leader. */
  readonly #partitioner: ICustomPartitioner =
    () =>
    ({ topic, partitionMetadata, message }) => {
      let spread = this.#spread.get(topic);
      if (spread?.partitions !== partitionMetadata) {
        const withLeader = partitionMetadata.filter(({ leader }) => leader >= 0);
        const usable = withLeader.length > 0 ? withLeader : partitionMetadata;
        spread = { partitions: partitionMetadata, routes: usable.map(({ partitionId }) => partitionId) };
        this.#spread.set(topic, spread);
      }
      // kafkajs hands over the object that we gave it.
      const { slot } = message as SlicedMessage;
      return spread.routes[slot % spread.routes.length] ?? 0;
    };

  #connect(): Promise<void> {
    this.#connecting ??= Promise.all([this.#producer.connect(), this.#admin.connect()])
      .then(() => {
        this.#connected = true;
      })
      .finally(() => {
        this.#connecting = undefined;
      });
    return this.#connecting;
  }
}
