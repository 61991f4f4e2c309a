import type { TopicSettings } from '../ports/queue.ts';
import type { PackedCall } from './message-codec.ts';
import type { CommonOps } from './worker-link.ts';

/** What the queue's worker is told at its start. */
export interface QueueWorkerData {
  readonly path: string;
  /** Pages in use beyond this many bytes: nothing more is taken. */
  readonly maxBytes: number;
  /** Topics that may fill a tenth more, so that a full queue can still be drained into them. */
  readonly deadLetterTopics: readonly string[];
  readonly settledRetentionMs: number;
  readonly groupExpiryMs: number;
}

/** A partition as the database knows it. `no` is unique over all topics. */
export interface PartitionInfo {
  readonly no: number;
  readonly partition: number;
}

/** A topic with its partitions in order. */
export interface TopicInfo {
  readonly topic: string;
  readonly maxMessageBytes: number;
  readonly partitions: readonly PartitionInfo[];
}

/** One publish call: `parts[i]` is the `no` of the partition of chunk `i`. */
export interface QueueAppend extends PackedCall {
  readonly parts: readonly number[];
}

/** A group's position in a partition: the offset of the first message that is not settled. */
export interface QueueCommit {
  readonly group: string;
  readonly no: number;
  readonly offset: number;
}

/** What became of one append of a transaction that was committed. */
export type AppendResult = 'stored' | 'full';

/** Consecutive messages of one partition; `payload` as in `message-codec.ts`. */
export interface QueueRun {
  readonly baseOffset: number;
  readonly count: number;
  readonly timestampMs: number;
  readonly bytes: number;
}

/** What a read found: `payload` holds the runs one after another. */
export interface QueueRead {
  readonly runs: readonly QueueRun[];
  readonly payload: ArrayBuffer;
}

/** How far a group is in one partition. */
export interface QueuePosition {
  readonly no: number;
  readonly committed: number;
  /** Offset that the next message will get. */
  readonly end: number;
  /** Epoch milliseconds of the oldest message that is not committed; 0 when there is none. */
  readonly oldestMs: number;
}

/** What a partition holds. */
export interface QueueExtent {
  readonly no: number;
  /** Offset of the oldest message that is still there; `end` when there is none. */
  readonly low: number;
  /** Offset that the next message will get. */
  readonly end: number;
  /** Offset up to which the group that was asked for has settled; undefined when it is not known. */
  readonly committed: number | undefined;
}

/** Operations of the queue's worker. */
export type QueueOps = {
  readonly transact: {
    readonly args: { readonly appends: readonly QueueAppend[]; readonly commits: readonly QueueCommit[] };
    readonly result: readonly AppendResult[];
  };
  readonly read: {
    readonly args: {
      readonly no: number;
      readonly offset: number;
      readonly maxBytes: number;
      readonly maxCount: number;
    };
    readonly result: QueueRead;
  };
  readonly topics: { readonly args: undefined; readonly result: readonly TopicInfo[] };
  readonly makeTopics: { readonly args: readonly TopicSettings[]; readonly result: readonly TopicInfo[] };
  /** Positions of a group; makes the group known, so that retention waits for it. */
  readonly positions: {
    readonly args: { readonly group: string; readonly parts: readonly number[] };
    readonly result: readonly QueuePosition[];
  };
  /** A look from outside: changes nothing, and makes no group known. */
  readonly extents: {
    readonly args: { readonly group: string | undefined; readonly parts: readonly number[] };
    readonly result: readonly QueueExtent[];
  };
  /** One bounded step of retention; `more` asks for another. */
  readonly retain: {
    readonly args: { readonly nowMs: number };
    readonly result: { readonly removed: number; readonly more: boolean };
  };
} & CommonOps;
