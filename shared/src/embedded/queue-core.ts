import { join } from 'node:path';
import type { Logger } from '../ports/logger.ts';
import type { DependencyState, TopicSettings } from '../ports/queue.ts';
import { lockDataDir, type DataDirLock } from './data-dir-lock.ts';
import { GroupCommit } from './group-commit.ts';
import { PartitionOwners } from './partition-owners.ts';
import type { QueueOps, QueueWorkerData, TopicInfo } from './queue-ops.ts';
import { WorkerLink } from './worker-link.ts';

/** Settings of the embedded queue. Everything but the directory has a default that suits one machine. */
export interface EmbeddedQueueOptions {
  /** Made when missing. Only one process at a time may use it. */
  readonly dataDir: string;
  /** Bytes of the queue on disk; beyond it publishing is answered `overloaded`. Default 4 GiB. */
  readonly maxBytes?: number;
  /** Largest value of a message; a topic's own limit may be smaller. Default 1 MiB. */
  readonly maxMessageBytes?: number;
  /** Default 4500 ms. */
  readonly publishTimeoutMs?: number;
  /** Bytes of publish calls that wait for a commit. Default 64 MiB. */
  readonly maxWaitingBytes?: number;
  /** Topics that may exceed `maxBytes` by a tenth. Default `logs.dlq`. */
  readonly deadLetterTopics?: readonly string[];
  /** How long messages are kept after every group has settled them. Default 10 minutes. */
  readonly settledRetentionMs?: number;
  /** A group that was not seen for this long no longer holds messages back if another one reads them. Default 7 days. */
  readonly groupExpiryMs?: number;
  /** How often retention runs. Default 10 s. */
  readonly retentionIntervalMs?: number;
}

const MIB = 1024 * 1024;

/** What publishers, consumers and the administration share: the worker, its commits, the topics, the owners of partitions. */
export class QueueCore {
  readonly options: Required<EmbeddedQueueOptions>;
  readonly link: WorkerLink<QueueOps>;
  readonly commits: GroupCommit;
  readonly owners = new PartitionOwners();
  readonly logger: Logger;
  #topics = new Map<string, TopicInfo>();
  readonly #listeners = new Set<(parts: ReadonlySet<number> | undefined) => void>();
  #lock: DataDirLock | undefined;
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;
  #retentionTimer: NodeJS.Timeout | undefined;

  constructor(options: EmbeddedQueueOptions, logger: Logger) {
    this.options = {
      maxBytes: 4096 * MIB,
      maxMessageBytes: MIB,
      publishTimeoutMs: 4500,
      maxWaitingBytes: 64 * MIB,
      deadLetterTopics: ['logs.dlq'],
      settledRetentionMs: 600_000,
      groupExpiryMs: 7 * 86_400_000,
      retentionIntervalMs: 10_000,
      ...options,
    };
    this.logger = logger;
    const { dataDir, maxBytes, deadLetterTopics, settledRetentionMs, groupExpiryMs } = this.options;
    const path = join(dataDir, 'queue.db');
    const workerData: QueueWorkerData = { path, maxBytes, deadLetterTopics, settledRetentionMs, groupExpiryMs };
    this.link = new WorkerLink(
      {
        module: 'queue-worker',
        workerData,
        name: 'queue',
        onReady: () => {
          this.commits.schedule();
          this.#notify(undefined);
        },
      },
      logger,
    );
    this.commits = new GroupCommit(this.link, {
      publishTimeoutMs: this.options.publishTimeoutMs,
      maxWaitingBytes: this.options.maxWaitingBytes,
      onAppended: (parts) => {
        this.#notify(parts);
      },
    });
  }

  /** Takes the directory and opens the database. Called by every part; runs once. */
  start(): Promise<void> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  state(): DependencyState {
    return this.link.state();
  }

  topic(name: string): TopicInfo | undefined {
    return this.#topics.get(name);
  }

  async makeTopics(topics: readonly TopicSettings[]): Promise<void> {
    this.#remember(await this.link.call('makeTopics', topics));
    this.#notify(undefined);
  }

  /** Calls `listener` when messages were committed, with their partitions; without when anything may have changed. */
  listen(listener: (parts: ReadonlySet<number> | undefined) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #start(): Promise<void> {
    this.#lock = lockDataDir(this.options.dataDir, 'queue');
    try {
      await this.link.start();
      this.#remember(await this.link.call('topics', undefined));
    } catch (error) {
      await this.link.stop();
      this.#lock.release();
      throw error;
    }
    this.#planRetention(this.options.retentionIntervalMs);
  }

  async #stop(): Promise<void> {
    await this.#starting?.catch(() => undefined);
    clearTimeout(this.#retentionTimer);
    this.#retentionTimer = undefined;
    await this.commits.drain();
    await this.link.stop();
    this.commits.abandon();
    this.#lock?.release();
  }

  #planRetention(delayMs: number): void {
    this.#retentionTimer = setTimeout(() => {
      void this.#retain();
    }, delayMs);
  }

  async #retain(): Promise<void> {
    let delayMs = this.options.retentionIntervalMs;
    try {
      const { more } = await this.link.call('retain', { nowMs: Date.now() });
      // Small steps with room for publishing in between.
      if (more) delayMs = 5;
    } catch (error) {
      this.logger.warn('embedded queue retention failed', { error });
    }
    if (this.#stopping === undefined) this.#planRetention(delayMs);
  }

  #remember(topics: readonly TopicInfo[]): void {
    this.#topics = new Map(topics.map((info) => [info.topic, info]));
  }

  #notify(parts: ReadonlySet<number> | undefined): void {
    for (const listener of this.#listeners) listener(parts);
  }
}
