import { join } from 'node:path';
import type { Logger } from '../ports/logger.ts';
import { lockDataDir, type DataDirLock } from './data-dir-lock.ts';
import type { StoreReaderOps, StoreWorkerData, StoreWriterOps } from './store-ops.ts';
import { WorkerLink } from './worker-link.ts';

/** Settings of the embedded store. */
export interface EmbeddedStoreOptions {
  /** Made when missing. Only one process at a time may use it. */
  readonly dataDir: string;
  /** Whole days that are kept by `enforceRetention`; 0 keeps everything. Default 400. */
  readonly retentionDays?: number;
  /** A write that takes longer is answered `retryable`. Default 30 s. */
  readonly writeTimeoutMs?: number;
  /** A search that takes longer is rejected with `store_timeout`. Default 10 s. */
  readonly searchTimeoutMs?: number;
  /** Searches at once; a further one is rejected with `store_unavailable`. Default 32. */
  readonly maxSearches?: number;
}

/** How often the progress of a rebuild is logged. */
const TELL_INTERVAL_MS = 5000;

/** What writer and searcher share: the directory and the two worker threads on `store.db`. */
export class StoreCore {
  readonly options: Required<EmbeddedStoreOptions>;
  readonly writer: WorkerLink<StoreWriterOps>;
  readonly reader: WorkerLink<StoreReaderOps>;
  readonly logger: Logger;
  #lock: DataDirLock | undefined;
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

  constructor(options: EmbeddedStoreOptions, logger: Logger) {
    this.options = {
      retentionDays: 400,
      writeTimeoutMs: 30_000,
      searchTimeoutMs: 10_000,
      maxSearches: 32,
      ...options,
    };
    this.logger = logger;
    const workerData: StoreWorkerData = { path: join(options.dataDir, 'store.db') };
    this.writer = new WorkerLink({ module: 'store-write-worker', workerData, name: 'store' }, logger);
    this.reader = new WorkerLink({ module: 'store-read-worker', workerData, name: 'store' }, logger);
  }

  /** Takes the directory and opens the database. Called by writer and searcher too; runs once. */
  start(): Promise<void> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #start(): Promise<void> {
    this.#lock = lockDataDir(this.options.dataDir, 'store');
    try {
      // The writer makes the tables.
      await this.writer.start();
      await this.#rebuild();
      await this.reader.start();
    } catch (error) {
      await this.reader.stop();
      await this.writer.stop();
      this.#lock.release();
      throw error;
    }
  }

  /** An index of an older layout is made anew before anything is written or read. Goes on where it was when the process ended. */
  async #rebuild(): Promise<void> {
    const { dataDir } = this.options;
    let toldMs: number | undefined;
    for (;;) {
      const step = await this.writer.call('rebuild', undefined);
      if (step === undefined) break;
      if (this.#stopping !== undefined)
        throw new Error('Stopped while the index was made anew; the next start goes on');
      if (toldMs !== undefined && performance.now() - toldMs < TELL_INTERVAL_MS) continue;
      this.logger.info('embedded store makes its index anew for this version', { dataDir, ...step });
      toldMs = performance.now();
    }
    if (toldMs !== undefined) this.logger.info('embedded store has made its index anew', { dataDir });
  }

  async #stop(): Promise<void> {
    await this.#starting?.catch(() => undefined);
    await this.reader.stop();
    await this.writer.stop();
    this.#lock?.release();
  }
}
