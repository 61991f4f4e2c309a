import type { RecordIndexer } from './record-terms.ts';
import { parseRecord } from './record-values.ts';
import type { SqlDatabase } from './sqlite.ts';

/** Records of one step, so that other work of the thread (closing, above all) gets its turn several times a second. */
const STEP_ROWS = 2000;

/** How far the rebuild is, in records. */
export interface RebuildStep {
  readonly done: number;
  readonly total: number;
}

/** Makes the index of a database of layout 1 anew. Each step is one transaction, so a kill loses one step at most. */
export class StoreRebuild {
  readonly #db: SqlDatabase;
  readonly #indexer: RecordIndexer;

  constructor(db: SqlDatabase, indexer: RecordIndexer) {
    this.#db = db;
    this.#indexer = indexer;
  }

  /** Undefined when the index is whole. */
  step(): RebuildStep | undefined {
    if (this.#db.sql("SELECT 1 FROM sqlite_master WHERE name = 'rebuild'").first() === undefined) return undefined;
    return this.#db.transaction(() => {
      const state = this.#db.sql('SELECT next_key, done, total FROM rebuild').big().first() ?? [];
      const [nextKey, done, total] = [state[0] as bigint, Number(state[1]), Number(state[2])];
      const rows = this.#db
        .sql('SELECT key, source FROM log WHERE key >= ? ORDER BY key LIMIT ?')
        .big()
        .all(nextKey, STEP_ROWS);
      const insert = this.#db.sql('INSERT INTO entry(rowid, terms) VALUES(?, ?)');
      for (const [key, source] of rows) insert.run(key as bigint, this.#entryOf(source as Buffer));
      const last = rows.at(-1)?.[0] as bigint | undefined;
      if (last === undefined) this.#db.exec('DROP TABLE term; DROP TABLE rebuild');
      else this.#db.sql('UPDATE rebuild SET next_key = ?, done = ?').run(last + 1n, done + rows.length);
      return { done: done + rows.length, total: Math.max(total, done + rows.length) };
    });
  }

  #entryOf(source: Buffer): string {
    const record = parseRecord(source);
    // Layout 1 took objects only; whatever else stands there is kept, and found by its time.
    return record === undefined ? '' : this.#indexer.termsOf(record, Date.parse(String(record['received_at'])));
  }
}
