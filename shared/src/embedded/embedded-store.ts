import type { Logger } from '../ports/logger.ts';
import type { StoreSearcher, StoreWriter } from '../ports/store.ts';
import { EmbeddedStoreSearcher } from './embedded-store-searcher.ts';
import { EmbeddedStoreWriter } from './embedded-store-writer.ts';
import { StoreCore, type EmbeddedStoreOptions } from './store-core.ts';

/** The store port on a SQLite file of this process. */
export interface EmbeddedStore {
  /**
   * Takes `<dataDir>` for this process and opens `store.db` in two worker threads (one writes, one reads). Rejects with an
   * error that says what to do when the directory is in use, cannot be written, or the file is damaged.
   */
  start(): Promise<void>;
  /** Closes the file. Stop writers and searchers first. Idempotent, legal before `start`. */
  stop(): Promise<void>;
  writer(): StoreWriter;
  searcher(): StoreSearcher;
}

/**
 * The embedded store: what Elasticsearch is for one process. What it called stored survives kill -9 and power loss (as far as
 * the disk honors fsync), and is found by the next search. Nothing is opened before `start`.
 */
export function createEmbeddedStore(options: EmbeddedStoreOptions, logger: Logger): EmbeddedStore {
  const core = new StoreCore(options, logger);
  return {
    start: () => core.start(),
    stop: () => core.stop(),
    writer: () => new EmbeddedStoreWriter(core),
    searcher: () => new EmbeddedStoreSearcher(core),
  };
}
