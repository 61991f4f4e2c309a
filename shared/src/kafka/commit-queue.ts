import type { Logger } from '../ports/logger.ts';
import { describeKafkaError, isMembershipError } from './kafka-error.ts';

/** The next offset to read of a partition. */
export interface PartitionOffset {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** Commits are at most this often while work goes on. */
const COMMIT_INTERVAL_MS = 1000;

/** Collects settled offsets and commits them: one request at a time, the newest offset of each partition. */
export class CommitQueue {
  readonly #commit: (offsets: readonly PartitionOffset[]) => Promise<void>;
  readonly #onCommitted: (offsets: readonly PartitionOffset[]) => void;
  readonly #logger: Logger;
  #pending = new Map<string, PartitionOffset>();
  #flushing: Promise<void> | undefined;
  #lastFlushMs = 0;
  /** Grows when the partitions are shared anew: what failed before is then no longer ours to repeat. */
  #generation = 0;

  constructor(
    commit: (offsets: readonly PartitionOffset[]) => Promise<void>,
    onCommitted: (offsets: readonly PartitionOffset[]) => void,
    logger: Logger,
  ) {
    this.#commit = commit;
    this.#onCommitted = onCommitted;
    this.#logger = logger;
  }

  add(settled: PartitionOffset): void {
    this.#pending.set(`${settled.topic}/${String(settled.partition)}`, settled);
  }

  /** Forgets everything: the partitions were shared anew, and others may have gone on from the last commit. */
  reset(): void {
    this.#pending.clear();
    this.#generation += 1;
  }

  /** Commits when the last time is long enough ago. Called once in a while and after each batch. */
  async flushIfDue(): Promise<void> {
    if (Date.now() - this.#lastFlushMs >= COMMIT_INTERVAL_MS) await this.flush();
  }

  /** Commits what is settled now. Never rejects: what failed is repeated at the next flush. */
  async flush(): Promise<void> {
    await this.#flushing;
    if (this.#pending.size === 0) return;
    this.#flushing ??= this.#send().finally(() => {
      this.#flushing = undefined;
    });
    await this.#flushing;
  }

  async #send(): Promise<void> {
    const sent = this.#pending;
    const generation = this.#generation;
    this.#pending = new Map();
    this.#lastFlushMs = Date.now();
    const offsets = [...sent.values()];
    try {
      await this.#commit(offsets);
      this.#onCommitted(offsets);
    } catch (error) {
      this.#logger.warn('offsets could not be committed', { reason: describeKafkaError(error) });
      if (isMembershipError(error) || generation !== this.#generation) return;
      for (const [name, offset] of sent) if (!this.#pending.has(name)) this.#pending.set(name, offset);
    }
  }
}
