import type { BatchHandler, Consumer, ConsumerProgress, DependencyState, PartitionLag } from '../ports/queue.ts';
import { PartitionReader } from './partition-reader.ts';
import type { QueueCore } from './queue-core.ts';

/** Settings of one consumer. */
export interface EmbeddedConsumerOptions {
  readonly group: string;
  readonly topics: readonly string[];
  /** Bytes of one batch (keys and headers included); one larger message is a batch of its own. Default 1 MiB. */
  readonly maxBatchBytes?: number;
  /** Messages of one batch, unless one publish call was larger. Default 5000. */
  readonly maxBatchMessages?: number;
  /** How long `stop` waits for running handlers. Default 20 s. */
  readonly drainTimeoutMs?: number;
}

/** Looks for new partitions (topics made later, partitions released) and shows that the loop is alive. */
const POLL_MS = 1000;

/**
 * Reads the embedded queue as a member of a group: one {@link PartitionReader} for each partition that it owns.
 * States: new -> running -> stopped.
 */
export class EmbeddedConsumer implements Consumer {
  readonly #core: QueueCore;
  readonly #options: Required<EmbeddedConsumerOptions>;
  readonly #readers = new Map<number, PartitionReader>();
  readonly #member: { readonly group: string; readonly topics: readonly string[]; gained(): void };
  #handler: BatchHandler | undefined;
  #unlisten: (() => void) | undefined;
  #pollTimer: NodeJS.Timeout | undefined;
  #stopping: Promise<void> | undefined;
  #lastActivityMs = 0;

  constructor(core: QueueCore, options: EmbeddedConsumerOptions) {
    this.#core = core;
    this.#options = { maxBatchBytes: 1024 * 1024, maxBatchMessages: 5000, drainTimeoutMs: 20_000, ...options };
    const { group, topics } = options;
    this.#member = {
      group,
      topics,
      gained: () => {
        this.#claim();
      },
    };
  }

  async start(handler: BatchHandler): Promise<void> {
    await this.#core.start();
    this.#handler = handler;
    this.#core.owners.join(this.#member);
    this.#unlisten = this.#core.listen((parts) => {
      if (parts === undefined) this.#claim();
      for (const [no, reader] of this.#readers) if (parts?.has(no) ?? true) reader.wake();
    });
    this.#pollTimer = setInterval(() => {
      this.#claim();
      for (const reader of this.#readers.values()) reader.wake();
    }, POLL_MS);
    this.#claim();
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  state(): DependencyState {
    return this.#core.state();
  }

  progress(): ConsumerProgress {
    let lastActivityMs = this.#lastActivityMs;
    for (const reader of this.#readers.values()) lastActivityMs = Math.max(lastActivityMs, reader.lastActivityMs);
    return { lastActivityMs, joined: this.#handler !== undefined && this.#stopping === undefined };
  }

  async lag(): Promise<readonly PartitionLag[]> {
    const readers = [...this.#readers.values()];
    await Promise.all(readers.map((reader) => reader.flush()));
    const parts = readers.map(({ no }) => no);
    const positions = await this.#core.link.call('positions', { group: this.#options.group, parts });
    const nowMs = Date.now();
    return positions.flatMap(({ no, committed, end, oldestMs }) => {
      const reader = this.#readers.get(no);
      if (reader === undefined) return [];
      const records = end - committed;
      const seconds = records === 0 ? 0 : Math.max(0, nowMs - oldestMs) / 1000;
      return [{ topic: reader.topic, partition: reader.partition, records, seconds }];
    });
  }

  /** Takes every free partition of its topics. */
  #claim(): void {
    const handler = this.#handler;
    if (handler === undefined || this.#stopping !== undefined) return;
    // A standby member owns nothing and is alive all the same.
    if (this.#core.link.ready) this.#lastActivityMs = Date.now();
    for (const topic of this.#options.topics) {
      for (const { no, partition } of this.#core.topic(topic)?.partitions ?? []) {
        if (this.#readers.has(no) || !this.#core.owners.claim(this.#member, no)) continue;
        const reader = new PartitionReader(this.#core, { ...this.#options, topic, partition, no }, handler);
        this.#readers.set(no, reader);
        reader.start();
      }
    }
  }

  async #stop(): Promise<void> {
    clearInterval(this.#pollTimer);
    this.#unlisten?.();
    await Promise.all([...this.#readers.values()].map((reader) => reader.stop(this.#options.drainTimeoutMs)));
    this.#readers.clear();
    this.#core.owners.leave(this.#member);
  }
}
