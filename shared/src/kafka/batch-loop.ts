import { setTimeout as sleep } from 'node:timers/promises';
import type { EachBatchPayload } from 'kafkajs';
import type { Logger } from '../ports/logger.ts';
import type { BatchHandler } from '../ports/queue.ts';
import { BatchRun } from './batch-run.ts';
import type { CommitQueue } from './commit-queue.ts';
import { describeKafkaError, isMembershipError } from './kafka-error.ts';

/** Settings of {@link BatchLoop}. */
export interface BatchLoopLimits {
  readonly heartbeatIntervalMs: number;
  readonly drainTimeoutMs: number;
}

/** Waits before a batch whose handler failed is delivered again. */
const MIN_REDELIVERY_MS = 50;
const MAX_REDELIVERY_MS = 1000;

/** Partitions that this member owns, by topic. */
export type Assignment = Readonly<Record<string, readonly number[]>>;

/** What is known of a partition's place without asking the broker. */
export interface PartitionPlace {
  /** The batch that is with its handler. */
  readonly run?: BatchRun | undefined;
  /** When the last batch ended, or nothing waited any more. */
  readonly endedMs: number;
  /** Timestamp of the last message of the last batch. */
  readonly lastTimestampMs: number;
  /** Whether the last batch reached the end of the partition: what waits now came after `endedMs`. */
  readonly reachedEnd: boolean;
}

/**
 * What kafkajs calls for each batch of a fetch. The call lasts as long as the handler: kafkajs fetches from a broker again
 * when all batches of the last fetch are through, which bounds memory; and it rejoins a group only then, so that a
 * partition is drained before it is given away.
 *
 * kafkajs sends heartbeats only when it is told to, so we do while a handler is busy. An answer that the group is about to
 * rebalance aborts the signals; handlers have the drain budget to finish; what they settled is committed; then the error
 * goes to kafkajs, which rejoins.
 */
export class BatchLoop {
  readonly #handler: BatchHandler;
  readonly #commits: CommitQueue;
  readonly #limits: BatchLoopLimits;
  readonly #logger: Logger;
  readonly #running = new Map<string, BatchRun>();
  /** Handlers that outlived their drain budget. Their partition waits for them. */
  readonly #leftBehind = new Map<string, Promise<unknown>>();
  readonly #places = new Map<string, PartitionPlace>();
  readonly #failures = new Map<string, number>();
  #stopping = false;

  constructor(handler: BatchHandler, commits: CommitQueue, limits: BatchLoopLimits, logger: Logger) {
    this.#handler = handler;
    this.#commits = commits;
    this.#limits = limits;
    this.#logger = logger;
  }

  place(topic: string, partition: number): PartitionPlace | undefined {
    return this.#places.get(nameOf(topic, partition));
  }

  /**
   * The partitions were shared anew. The places of those that stay are still right; what waits in a new one is at least as old as this
   * moment, which is all that is known until its first batch.
   */
  assign(assignment: Assignment): void {
    const before = new Map(this.#places);
    const unknown: PartitionPlace = { endedMs: Date.now(), lastTimestampMs: 0, reachedEnd: true };
    this.#places.clear();
    this.#failures.clear();
    for (const [topic, partitions] of Object.entries(assignment)) {
      for (const partition of partitions) {
        const name = nameOf(topic, partition);
        this.#places.set(name, before.get(name) ?? unknown);
      }
    }
  }

  /** Nothing waited in a partition at this moment. */
  caughtUp(topic: string, partition: number, atMs: number): void {
    const name = nameOf(topic, partition);
    const place = this.#places.get(name);
    if (place === undefined || place.run !== undefined || place.endedMs > atMs) return;
    this.#places.set(name, { ...place, endedMs: atMs, reachedEnd: true });
  }

  /** Aborts the signals and waits for the handlers within the drain budget, then commits what they settled. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const runs = [...this.#running.values()];
    for (const run of runs) run.abort();
    await this.#endedInTime(Promise.all(runs.map(({ ended }) => ended)));
    for (const run of runs) run.close();
    await this.#commits.flush();
  }

  readonly eachBatch = async (payload: EachBatchPayload): Promise<void> => {
    const { topic, partition } = payload.batch;
    const name = nameOf(topic, partition);
    const unusable = (): boolean => this.#stopping || payload.isStale() || !payload.isRunning();
    if (unusable()) return;
    const before = this.#leftBehind.get(name);
    if (before !== undefined) await this.#hold(before, payload);
    if (unusable()) return;

    const run = new BatchRun(payload, this.#handler, (offset) => {
      this.#commits.add({ topic, partition, offset });
    });
    this.#running.set(name, run);
    const place = this.#places.get(name);
    this.#places.set(name, { endedMs: 0, lastTimestampMs: 0, reachedEnd: false, ...place, run });
    try {
      await this.#hold(run.over, payload, run);
    } finally {
      run.close();
      this.#running.delete(name);
      await this.#finish(name, run, payload);
    }
  };

  /** Waits for `work` with heartbeats. Rejects with the group's error when the member has to rejoin. */
  async #hold(work: Promise<unknown>, payload: EachBatchPayload, run?: BatchRun): Promise<void> {
    let over = false;
    const ended = work.then(() => {
      over = true;
    });
    for (;;) {
      const timer = new AbortController();
      const tick = sleep(this.#limits.heartbeatIntervalMs, undefined, { signal: timer.signal }).catch(() => undefined);
      await Promise.race([ended, tick]);
      timer.abort();
      // Set by the promise above; the compiler does not see it.
      if (over as boolean) return;
      try {
        await payload.heartbeat();
      } catch (error) {
        if (!isMembershipError(error)) {
          // The broker may come back before the session ends; the handler's work is not lost by waiting.
          this.#logger.debug('a heartbeat failed', { reason: describeKafkaError(error) });
          continue;
        }
        if (run !== undefined) await this.#drain(run);
        throw error;
      }
      void this.#commits.flushIfDue();
      if (this.#stopping && run === undefined) return;
    }
  }

  async #drain(run: BatchRun): Promise<void> {
    this.#logger.info('the group shares its partitions anew', { topic: run.topic, partition: run.partition });
    run.abort();
    await this.#endedInTime(run.ended);
    run.close();
    await this.#commits.flush();
  }

  async #finish(name: string, run: BatchRun, payload: EachBatchPayload): Promise<void> {
    const next = run.nextOffset;
    if (next !== undefined) payload.resolveOffset(String(next - 1));
    this.#places.set(name, {
      endedMs: Date.now(),
      lastTimestampMs: run.complete ? run.lastTimestampMs : (run.oldestUnsettledMs ?? 0),
      reachedEnd: run.complete && next !== undefined && next >= run.highWatermark,
    });
    if (!run.hasEnded) {
      const gone = run.ended.then(() => this.#leftBehind.delete(name));
      this.#leftBehind.set(name, gone);
      this.#logger.warn('a handler did not end in time', { topic: run.topic, partition: run.partition });
      return;
    }
    if (run.complete) this.#failures.delete(name);
    else if (!this.#stopping) await this.#beforeRedelivery(name, run, run.error);
    void this.#commits.flushIfDue();
  }

  /** Slows down a handler that fails again and again. */
  async #beforeRedelivery(name: string, run: BatchRun, error: unknown): Promise<void> {
    const failures = (this.#failures.get(name) ?? 0) + 1;
    this.#failures.set(name, failures);
    if (error !== undefined)
      this.#logger.warn('a batch failed and is delivered again', {
        topic: run.topic,
        partition: run.partition,
        failures,
        error,
      });
    await sleep(Math.min(MAX_REDELIVERY_MS, MIN_REDELIVERY_MS * 2 ** Math.min(failures - 1, 10)));
  }

  async #endedInTime(work: Promise<unknown>): Promise<void> {
    await Promise.race([work, sleep(this.#limits.drainTimeoutMs, undefined, { ref: false })]);
  }
}

function nameOf(topic: string, partition: number): string {
  return `${topic}/${String(partition)}`;
}
