import type { PublishOutcome } from '../ports/queue.ts';
import type { AppendResult, QueueAppend, QueueCommit, QueueOps } from './queue-ops.ts';
import { WorkerFaultError, type WorkerLink } from './worker-link.ts';

/** Bounds of {@link GroupCommit}. */
export interface GroupCommitOptions {
  /** A publish call settles within this time. */
  readonly publishTimeoutMs: number;
  /** Bytes of calls that wait for a commit; beyond it a call is answered `overloaded` at once. */
  readonly maxWaitingBytes: number;
  /** Called after each commit with the partitions that got messages. */
  readonly onAppended: (parts: ReadonlySet<number>) => void;
}

interface WaitingAppend {
  readonly append: QueueAppend;
  /** Taken before the buffer moves to the worker: after that its length is 0. */
  readonly bytes: number;
  readonly deadlineMs: number;
  settled: boolean;
  readonly resolve: (outcome: PublishOutcome) => void;
}

interface WaitingCommit {
  readonly commit: QueueCommit;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Calls beyond this many bytes go into the next transaction; one larger call has a transaction of its own. */
const TRANSACTION_BYTES = 8 * 1024 * 1024;
const STORED: PublishOutcome = { status: 'stored' };
const FULL: PublishOutcome = {
  status: 'retryable',
  reason: 'overloaded',
  message: 'the embedded queue has reached its size limit: the consumer is behind',
};
const BUSY: PublishOutcome = {
  status: 'retryable',
  reason: 'overloaded',
  message: 'too many bytes wait for the embedded queue',
};
const LATE: PublishOutcome = {
  status: 'retryable',
  reason: 'unavailable',
  message: 'the embedded queue did not commit in time',
};

/**
 * Collects what waits while a transaction runs, and hands it over as the next one: concurrent calls share an fsync, a call
 * that comes when nothing runs does not wait. At most one transaction is under way.
 */
export class GroupCommit {
  readonly #link: WorkerLink<QueueOps>;
  readonly #options: GroupCommitOptions;
  #appends: WaitingAppend[] = [];
  #commits: WaitingCommit[] = [];
  #waitingBytes = 0;
  /** Calls that are not settled, in order of their deadline. */
  #deadlines: WaitingAppend[] = [];
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #scheduled = false;

  constructor(link: WorkerLink<QueueOps>, options: GroupCommitOptions) {
    this.#link = link;
    this.#options = options;
  }

  append(append: QueueAppend): Promise<PublishOutcome> {
    const bytes = append.bytes.byteLength;
    if (this.#waitingBytes > 0 && this.#waitingBytes + bytes > this.#options.maxWaitingBytes) {
      return Promise.resolve(BUSY);
    }
    this.#waitingBytes += bytes;
    return new Promise((resolve) => {
      const deadlineMs = Date.now() + this.#options.publishTimeoutMs;
      const waiting: WaitingAppend = { append, bytes, deadlineMs, settled: false, resolve };
      this.#appends.push(waiting);
      this.#deadlines.push(waiting);
      this.#armTimer();
      this.schedule();
    });
  }

  /** Resolves when the position is committed; rejects when the database refused it. */
  commit(commit: QueueCommit): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#commits.push({ commit, resolve, reject });
      this.schedule();
    });
  }

  /** Looks for work at the end of this turn: calls of the same turn share the first transaction. */
  schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#flush();
    });
  }

  /** Waits until nothing is under way or waiting; bounded by the publish timeout because every call is. */
  async drain(): Promise<void> {
    while (this.#running !== undefined || (this.#appends.length > 0 && this.#link.ready)) {
      await this.#running;
      if (this.#running === undefined) await new Promise(setImmediate);
    }
  }

  /** Settles what is still waiting; used when the queue stops. */
  abandon(): void {
    clearTimeout(this.#timer);
    for (const waiting of this.#deadlines) this.#settle(waiting, LATE);
    for (const { reject } of this.#commits.splice(0)) reject(new Error('the embedded queue stopped'));
    this.#appends = [];
    this.#deadlines = [];
  }

  #flush(): void {
    if (this.#running !== undefined || !this.#link.ready) return;
    const appends = this.#takeAppends();
    const commits = this.#commits.splice(0);
    if (appends.length === 0 && commits.length === 0) return;
    this.#running = this.#transact(appends, commits).finally(() => {
      this.#running = undefined;
      this.#flush();
    });
  }

  #takeAppends(): WaitingAppend[] {
    let bytes = 0;
    let count = 0;
    for (const waiting of this.#appends) {
      if (count > 0 && bytes + waiting.bytes > TRANSACTION_BYTES) break;
      bytes += waiting.bytes;
      count += 1;
    }
    return this.#appends.splice(0, count);
  }

  async #transact(appends: readonly WaitingAppend[], commits: readonly WaitingCommit[]): Promise<void> {
    try {
      const results = await this.#link.call(
        'transact',
        { appends: appends.map(({ append }) => append), commits: commits.map(({ commit }) => commit) },
        appends.map(({ append }) => append.bytes),
      );
      this.#tell(appends, results);
      for (const { resolve } of commits) resolve();
    } catch (error) {
      const message = error instanceof WorkerFaultError ? error.message : String(error);
      for (const waiting of appends) this.#settle(waiting, { status: 'retryable', reason: 'unavailable', message });
      for (const { reject } of commits) reject(error);
    }
    // Calls are handed over in order: what was just settled stands in front.
    const open = this.#deadlines.findIndex(({ settled }) => !settled);
    this.#deadlines.splice(0, open === -1 ? this.#deadlines.length : open);
  }

  #tell(appends: readonly WaitingAppend[], results: readonly AppendResult[]): void {
    const parts = new Set<number>();
    for (const [index, waiting] of appends.entries()) {
      const stored = results[index] === 'stored';
      if (stored) for (const no of waiting.append.parts) parts.add(no);
      this.#settle(waiting, stored ? STORED : FULL);
    }
    if (parts.size > 0) this.#options.onAppended(parts);
  }

  #settle(waiting: WaitingAppend, outcome: PublishOutcome): void {
    if (waiting.settled) return;
    waiting.settled = true;
    this.#waitingBytes -= waiting.bytes;
    waiting.resolve(outcome);
  }

  /** One timer for all: deadlines are in the order of arrival. */
  #armTimer(): void {
    if (this.#timer !== undefined) return;
    const [oldest] = this.#deadlines;
    if (oldest === undefined) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#expire();
        this.#armTimer();
      },
      Math.max(1, oldest.deadlineMs - Date.now()),
    );
  }

  #expire(): void {
    const nowMs = Date.now();
    const open = this.#deadlines.filter(({ settled }) => !settled);
    for (const waiting of open) if (waiting.deadlineMs <= nowMs) this.#settle(waiting, LATE);
    this.#deadlines = open.filter(({ settled }) => !settled);
    // What was not handed over yet is not stored after the caller was told that it is late.
    this.#appends = this.#appends.filter(({ settled }) => !settled);
  }
}
