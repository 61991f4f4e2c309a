/**
 * The queue port: an ordered, durable, partitioned log of messages. Adapters: `kafka/`, `embedded/`.
 * No code lives here; the contract suite `testing/queue-contract.ts` holds every adapter to this prose.
 */

/** One message as it is handed to a {@link Publisher}. */
export interface QueueMessage {
  /** The record's id. Never decides the partition by itself: see {@link Publisher.publish}. */
  readonly key: string;
  /** The bytes to keep. The publisher reads them before `publish` settles and never changes them. */
  readonly value: Buffer;
  /** Kept only where needed (traceparent of sampled requests): headers double what a message costs. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * What became of one `publish` call. The call is one unit: `stored` speaks for every message of it; after anything else
 * some of them may be in the queue all the same, which is harmless because document addresses are deterministic.
 */
export type PublishOutcome =
  | { readonly status: 'stored' }
  | {
      readonly status: 'retryable';
      /** `unavailable`: no broker took it in time. `overloaded`: the queue's own limit (disk, quota) is met. */
      readonly reason: 'unavailable' | 'overloaded';
      /** For people; names no secret. */
      readonly message: string;
    }
  | {
      readonly status: 'rejected';
      /** The queue will never take it (message larger than the broker allows, topic not authorised). */
      readonly reason: 'too_large' | 'not_allowed';
      readonly message: string;
    };

/** State of something that a service depends on, as shown by `/health/ready`. */
export interface DependencyState {
  readonly name: string;
  readonly state: 'up' | 'down';
  /** Epoch milliseconds of the last change of `state`. */
  readonly sinceMs: number;
  /** Why it is down, for people; absent when up. */
  readonly reason?: string;
}

/**
 * Writes to topics. `start` is called once, before `publish`; `stop` is idempotent and legal before `start`.
 * `publish` may be called concurrently. It never throws for what a broker does: that is an outcome.
 */
export interface Publisher {
  /** Resolves when the publisher may be used; a broker that is down is not an error here (see {@link Publisher.state}). */
  start(): Promise<void>;
  /**
   * Resolves with `stored` only after every in-sync replica holds every message (Kafka: acks=-1; embedded: fsync), and
   * settles within the configured publish timeout in every case. Messages of one call keep their order when they go to
   * the same partition; the adapter chooses partitions per call, spreading large calls.
   */
  publish(topic: string, messages: readonly QueueMessage[]): Promise<PublishOutcome>;
  /** Finishes what was handed over (bounded by the publish timeout), then disconnects. */
  stop(): Promise<void>;
  /** Cheap: reads a field. */
  state(): DependencyState;
}

/** One message as it is read back. */
export interface ConsumedMessage {
  /** Position in the partition; grows, may have gaps. (Kafka's int64; exact up to 2^53.) */
  readonly offset: number;
  /** Null when the producer gave none. */
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** Epoch milliseconds that the queue gave (Kafka: message timestamp). */
  readonly timestampMs: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** Consecutive messages of one partition, in order, never empty. */
export interface ConsumedBatch {
  readonly topic: string;
  readonly partition: number;
  readonly messages: readonly ConsumedMessage[];
  /** Aborted when the partition is being taken away or the consumer stops: finish or give up soon, settle what is done. */
  readonly signal: AbortSignal;
  /**
   * Says that the first `count` messages of this batch are settled (stored, duplicate or dead-lettered). Only settled
   * messages are ever committed. May be called several times with growing counts.
   */
  settle(count: number): void;
}

/**
 * Handles one batch. Resolving does not settle anything by itself: call `settle`. What is not settled when the handler
 * resolves or rejects is delivered again. Never called concurrently for one partition; called side by side for several.
 */
export type BatchHandler = (batch: ConsumedBatch) => Promise<void>;

/** How far a group is behind in one partition. Partitions that are not assigned to this consumer are not reported. */
export interface PartitionLag {
  readonly topic: string;
  readonly partition: number;
  /** Messages not yet committed. */
  readonly records: number;
  /**
   * Age of the oldest message that is not committed, in seconds; 0 when `records` is 0. Of a partition that was taken over and not read yet,
   * the time since then.
   */
  readonly seconds: number;
}

/** What a consumer tells its owner besides batches. */
export interface ConsumerProgress {
  /** Epoch milliseconds of the last sign of life of the consume loop: a fetch that came back (even empty) or a commit. */
  readonly lastActivityMs: number;
  /** Whether the member has joined its group and owns its partitions (possibly none). */
  readonly joined: boolean;
}

/**
 * Reads topics as a member of a consumer group, from the oldest message on when the group has no committed offset.
 * Delivery is at least once. The adapter supervises itself: a crash of the client is repaired by a new one with backoff,
 * and `state` is `down` meanwhile. While a handler is busy the member stays in its group (heartbeats are the adapter's).
 */
export interface Consumer {
  /** Resolves when the loop runs; a broker that is down is not an error here. */
  start(handler: BatchHandler): Promise<void>;
  /**
   * Aborts the signals of running batches, waits for their handlers within the drain budget, commits what they settled,
   * leaves the group. Idempotent, legal before `start`.
   */
  stop(): Promise<void>;
  state(): DependencyState;
  progress(): ConsumerProgress;
  /** Lag of the assigned partitions, from the broker; rejects when it cannot be had, as between two assignments. */
  lag(): Promise<readonly PartitionLag[]>;
}

/** Settings with which topics are made when they do not exist. */
export interface TopicSettings {
  readonly topic: string;
  readonly partitions: number;
  /** Absent: the number of brokers in the cluster, at most 3. Without meaning for the embedded queue. */
  readonly replicationFactor?: number | undefined;
  readonly retentionMs: number;
  /** Absent: `replicationFactor - 1`, at least 1. Without meaning for the embedded queue. */
  readonly minInsyncReplicas?: number | undefined;
  /** Largest batch that the broker takes for this topic, in bytes (Kafka: max.message.bytes). */
  readonly maxMessageBytes: number;
  /**
   * Messages get the queue's time, whatever time their producer gives them (Kafka: message.timestamp.type=LogAppendTime). For topics that
   * strangers write to: lag and `received_at` follow from this time. The embedded queue always does so.
   */
  readonly stampedByQueue?: boolean;
}

/** Administration of topics. */
export interface TopicAdmin {
  /**
   * Makes the topics that are missing when `create` is true. Rejects with an error that names every topic that is missing
   * and cannot be made, and why; with `QueueUnavailableError` (`errors/queue-unavailable-error.ts`) when the queue cannot be
   * asked. Existing topics are left as they are.
   */
  ensureTopics(topics: readonly TopicSettings[], create: boolean): Promise<void>;
}
