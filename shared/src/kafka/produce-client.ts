import type { QueueMessage } from '../ports/queue.ts';
import type { MessageSlice } from './slice-messages.ts';

/**
 * What the publisher needs of a client library: single attempts. Retrying, deadlines, splitting and outcomes are the
 * publisher's (`kafka-publisher.ts`), the same for every library.
 */
export interface ProduceClient {
  /** Most messages that the library packs into one record batch at a bearable cost. */
  readonly maxMessagesPerBatch: number;
  /** Connects, or finds out whether the brokers still answer; learns the leaders anew. Rejects when none answers. */
  refresh(): Promise<void>;
  /** Partitions that slices can be spread over, as known; at least 1. */
  partitions(topic: string): number;
  /**
   * Sends each slice as a record batch to a partition of its own, one request for each leader, acks=-1. Resolves when
   * all in-sync replicas hold all of them. Rejects with the library's error, at the latest at `deadlineMs` (epoch).
   * At most `partitions(topic)` slices.
   */
  produce(
    topic: string,
    messages: readonly QueueMessage[],
    slices: readonly MessageSlice[],
    deadlineMs: number,
  ): Promise<void>;
  /** Closes the connections. May hang with a broken broker: the publisher bounds it. */
  close(): Promise<void>;
}
