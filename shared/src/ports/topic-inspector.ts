/** One partition of a topic as the queue sees it. */
export interface PartitionDescription {
  readonly partition: number;
  /** Broker that leads it; undefined when none does. */
  readonly leader: number | undefined;
  /** Brokers that hold it. */
  readonly replicas: number;
  /** Of these, the ones that hold everything. */
  readonly inSync: number;
  /** Offset of the oldest message that is still there. */
  readonly low: number;
  /** Offset that the next message gets. */
  readonly high: number;
}

/** One topic as the queue sees it. */
export interface TopicDescription {
  readonly topic: string;
  /** Empty when the topic does not exist. */
  readonly partitions: readonly PartitionDescription[];
  /** Undefined when the queue did not say. */
  readonly retentionMs: number | undefined;
  /** Largest batch that it takes, in bytes; undefined when the queue did not say. */
  readonly maxMessageBytes: number | undefined;
  /** Undefined when the queue did not say. */
  readonly minInsyncReplicas: number | undefined;
}

/** How far a consumer group has come in one partition. */
export interface GroupPosition {
  readonly topic: string;
  readonly partition: number;
  /** Next offset that the group reads; undefined when it has committed none. */
  readonly committed: number | undefined;
  /** Offset that the next message gets. */
  readonly end: number;
  /** Messages not yet committed; without a commit all that are there. */
  readonly records: number;
}

/**
 * A look at topics and groups from outside, for operators. Changes nothing, joins no group. Rejects with
 * `QueueUnavailableError` (`errors/queue-unavailable-error.ts`) when the queue cannot be asked.
 */
export interface TopicInspector {
  /** In the order asked for. */
  describe(topics: readonly string[]): Promise<readonly TopicDescription[]>;
  /** By topic in the order asked for, then by partition. Topics that do not exist are left out. */
  positions(group: string, topics: readonly string[]): Promise<readonly GroupPosition[]>;
}
