import type { BatchHandler, ConsumedMessage } from '../ports/queue.ts';
import { unpackMessages } from './message-codec.ts';
import type { QueueCore } from './queue-core.ts';

/** Which partition to read, for whom. */
export interface PartitionReaderOptions {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  readonly no: number;
  readonly maxBatchBytes: number;
  readonly maxBatchMessages: number;
}

interface Fetched {
  /** Offset asked for. */
  readonly offset: number;
  readonly messages: Promise<readonly ConsumedMessage[]>;
}

/** Settled offsets are committed at most this often: a commit is an fsync, and what it loses is delivered again. */
const COMMIT_DELAY_MS = 50;
const BACKOFF_MIN_MS = 100;
const BACKOFF_MAX_MS = 5000;

/**
 * The loop of one partition: read, hand to the handler, commit what it settled, go back to the first unsettled message.
 * While a handler runs the next batch is read ahead (one batch). Stops by its signal.
 */
export class PartitionReader {
  readonly #core: QueueCore;
  readonly #options: PartitionReaderOptions;
  readonly #handler: BatchHandler;
  readonly #abort = new AbortController();
  #loop: Promise<void> = Promise.resolve();
  /** Offset of the first message that is not settled. */
  #settled = 0;
  #committed = 0;
  #committing: Promise<void> | undefined;
  #commitTimer: NodeJS.Timeout | undefined;
  #ahead: Fetched | undefined;
  #wake: (() => void) | undefined;
  /** Something may have been published since the last read began. */
  #woken = false;
  #failures = 0;
  lastActivityMs = 0;

  constructor(core: QueueCore, options: PartitionReaderOptions, handler: BatchHandler) {
    this.#core = core;
    this.#options = options;
    this.#handler = handler;
  }

  get no(): number {
    return this.#options.no;
  }

  get topic(): string {
    return this.#options.topic;
  }

  get partition(): number {
    return this.#options.partition;
  }

  start(): void {
    this.#loop = this.#run();
  }

  /** Something was published, or may have been. */
  wake(): void {
    this.#woken = true;
    this.#wake?.();
  }

  /** Waits for the handler at most `drainTimeoutMs`, commits what is settled. */
  async stop(drainTimeoutMs: number): Promise<void> {
    this.#abort.abort();
    this.#wake?.();
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, drainTimeoutMs);
    });
    // A commit waits for a database that is gone: the time limit holds for it too.
    await Promise.race([this.#loop.then(() => this.flush()), timeout]);
    clearTimeout(timer);
    clearTimeout(this.#commitTimer);
  }

  /** Commits now what is settled and not committed; never rejects: what fails is tried again later. */
  async flush(): Promise<void> {
    await this.#committing;
    if (this.#settled > this.#committed) await this.#commit();
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      try {
        const { group } = this.#options;
        const [position] = await this.#core.link.call('positions', { group, parts: [this.no] });
        this.#settled = this.#committed = position?.committed ?? 0;
        await this.#consume(signal);
      } catch (error) {
        // The database is gone for now: its link brings it back.
        this.#core.logger.warn('embedded queue read failed', { topic: this.topic, partition: this.partition, error });
        this.#ahead = undefined;
        await this.#backOff();
      }
    }
  }

  async #consume(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const messages = await this.#fetch(this.#settled).messages;
      this.#ahead = undefined;
      this.lastActivityMs = Date.now();
      if (messages.length === 0) await this.#waitForWake();
      else await this.#deliver(messages, signal);
    }
  }

  async #deliver(messages: readonly ConsumedMessage[], signal: AbortSignal): Promise<void> {
    const last = messages.at(-1);
    // Stopped while reading: nothing is handed out any more.
    if (last === undefined || signal.aborted) return;
    const end = last.offset + 1;
    this.#ahead = this.#fetch(end);
    const before = this.#settled;
    const { topic, partition } = this;
    try {
      await this.#handler({
        topic,
        partition,
        messages,
        signal,
        settle: (count) => {
          const settled = messages[Math.min(count, messages.length) - 1];
          if (settled !== undefined) this.#settle(settled.offset + 1);
        },
      });
      // Not settled without an error: the handler gave up in order, but must not spin.
      if (this.#settled === before) await this.#backOff();
      else if (this.#settled === end) this.#failures = 0;
    } catch (error) {
      if (this.#abort.signal.aborted) return;
      this.#core.logger.warn('batch handler failed', { topic, partition, error });
      if (this.#settled > before) this.#failures = 0;
      await this.#backOff();
    }
  }

  #fetch(offset: number): Fetched {
    if (this.#ahead?.offset === offset) return this.#ahead;
    const messages = this.#read(offset);
    // Read ahead and not wanted after all (redelivery): its failure is nobody's.
    messages.catch(() => undefined);
    return { offset, messages };
  }

  async #read(offset: number): Promise<readonly ConsumedMessage[]> {
    // From here on: a batch that was read ahead and found nothing may be older than what woke this reader since.
    this.#woken = false;
    const { no, maxBatchBytes: maxBytes, maxBatchMessages: maxCount } = this.#options;
    const { runs, payload } = await this.#core.link.call('read', { no, offset, maxBytes, maxCount });
    const bytes = Buffer.from(payload);
    let at = 0;
    return runs.flatMap((run) => {
      const part = bytes.subarray(at, (at += run.bytes));
      return unpackMessages(part, { baseOffset: run.baseOffset, fromOffset: offset, timestampMs: run.timestampMs });
    });
  }

  #settle(offset: number): void {
    if (offset <= this.#settled) return;
    this.#settled = offset;
    this.#commitTimer ??= setTimeout(() => {
      this.#commitTimer = undefined;
      void this.flush();
    }, COMMIT_DELAY_MS);
  }

  async #commit(): Promise<void> {
    const offset = this.#settled;
    this.#committing = this.#core.commits.commit({ group: this.#options.group, no: this.no, offset }).then(
      () => {
        this.#committed = Math.max(this.#committed, offset);
        this.lastActivityMs = Date.now();
      },
      (error: unknown) => {
        this.#core.logger.warn('embedded queue commit failed', { topic: this.topic, partition: this.partition, error });
        if (!this.#abort.signal.aborted) this.#retryCommit();
      },
    );
    await this.#committing;
  }

  #retryCommit(): void {
    this.#commitTimer ??= setTimeout(() => {
      this.#commitTimer = undefined;
      void this.flush();
    }, BACKOFF_MIN_MS * 5);
  }

  /** Resolves when something was published since the last read began, or when stopping. */
  async #waitForWake(): Promise<void> {
    if (this.#woken || this.#abort.signal.aborted) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = undefined;
  }

  async #backOff(): Promise<void> {
    const delayMs = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** Math.min(this.#failures, 10));
    this.#failures += 1;
    const { signal } = this.#abort;
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, delayMs);
      signal.addEventListener('abort', done);
    });
  }
}
