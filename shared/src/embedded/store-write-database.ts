import type { WriteOutcome } from '../ports/store.ts';
import { otherDayOfArrival } from '../record/arrival-day.ts';
import { sameRecord } from '../record/same-record.ts';
import { MAX_SHAPES, RecordIndexer } from './record-terms.ts';
import { parseRecord } from './record-values.ts';
import type { Sql, SqlDatabase } from './sqlite.ts';
import { StoreRebuild, type RebuildStep } from './store-rebuild.ts';
import { listShapes } from './vocabulary.ts';
import { DAY_MS, SLICE_CAPACITY, dayOf, keyOf, openStore, sliceOf, sliceOfDay } from './store-layout.ts';
import type { PackedDocuments, StoreWorkerData, WriteExceptions } from './store-ops.ts';

/** Days around the time of receipt in which an event is kept under its own day; beyond, under the day of receipt. */
const DAYS_PAST = 400;
const DAYS_FUTURE = 2;
const CACHE_BYTES = 64 * 1024 * 1024;
/** Documents that one step of retention removes at most, so that writes are not held up. */
const RETAIN_ROWS = 500;
/** Free pages given back to the disk in one step. */
const VACUUM_PAGES = 1000;
const MAX_KNOWN_SLICES = 20_000;

interface Entry {
  readonly key: bigint;
  readonly terms: string;
}

/** The writing half of the store. Lives in the store's writer worker; every method is synchronous. */
export class StoreWriteDatabase {
  readonly #db: SqlDatabase;
  readonly #insert: Sql;
  readonly #index: Sql;
  readonly #unindex: Sql;
  readonly #taken: Sql;
  readonly #lastKey: Sql;
  readonly #indexer: RecordIndexer;
  /** Next free number of the slices that were written lately. */
  readonly #numbers = new Map<number, number>();

  constructor({ path }: StoreWorkerData) {
    this.#db = openStore(path, CACHE_BYTES);
    this.#insert = this.#db.sql(
      `INSERT INTO log(key, day, wild, timestamp, data_set, id, source) VALUES(?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT(id, day, data_set) DO NOTHING`,
    );
    this.#index = this.#db.sql('INSERT INTO entry(rowid, terms) VALUES(?, ?)');
    this.#unindex = this.#db.sql('DELETE FROM entry WHERE rowid = ?');
    this.#taken = this.#db.sql('SELECT source FROM log WHERE id = ? AND day = ? AND data_set = ?');
    this.#lastKey = this.#db.sql('SELECT max(key) FROM log WHERE key >= ? AND key < ?').big();
    this.#indexer = new RecordIndexer(listShapes(this.#db, MAX_SHAPES));
  }

  /** One bounded step of making the index of a database of layout 1; undefined when there is nothing to do (any more). */
  rebuild(): RebuildStep | undefined {
    return new StoreRebuild(this.#db, this.#indexer).step();
  }

  /** One transaction. Throws when SQLite refuses; nothing of the call is stored then. */
  write(documents: PackedDocuments): WriteExceptions {
    return this.#db.transaction(() => {
      const exceptions: (readonly [number, WriteOutcome])[] = [];
      const entries: Entry[] = [];
      let at = 0;
      for (const [index, length] of documents.lengths.entries()) {
        const source = Buffer.from(documents.bytes, at, length);
        at += length;
        const outcome = this.#writeOne(documents, index, source, entries);
        if (outcome !== undefined) exceptions.push([index, outcome]);
      }
      // FTS5 starts a new segment each time a key is smaller than the one before.
      entries.sort((a, b) => (a.key < b.key ? -1 : 1));
      for (const { key, terms } of entries) this.#index.run(key, terms);
      return exceptions;
    });
  }

  /** One bounded step; `dropped` names the days that documents were removed from. */
  retain(day: number): { dropped: string[]; more: boolean } {
    const end = keyOf(sliceOfDay(day));
    const rows = this.#db
      .sql('SELECT key, day, data_set FROM log WHERE key < ? AND day < ? ORDER BY key LIMIT ?')
      .big()
      .all(end, day, RETAIN_ROWS);
    // Events with a wild clock are kept under the day of receipt: their key says nothing about their age.
    if (rows.length < RETAIN_ROWS) {
      const wild = this.#db.sql('SELECT key, day, data_set FROM log WHERE wild = 1 AND day < ? AND key >= ? LIMIT ?');
      rows.push(...wild.big().all(day, end, RETAIN_ROWS - rows.length));
    }
    const remove = this.#db.sql('DELETE FROM log WHERE key = ?');
    this.#db.transaction(() => {
      for (const [key] of rows) {
        this.#unindex.run(key as bigint);
        remove.run(key as bigint);
      }
    });
    const dropped = new Set(rows.map(([, rowDay, dataSet]) => nameOf(Number(rowDay), String(dataSet))));
    return { dropped: [...dropped], more: rows.length === RETAIN_ROWS || this.#giveBackPages() };
  }

  probe(nowMs: number): void {
    this.#db.sql('INSERT INTO probe VALUES(1, ?) ON CONFLICT(one) DO UPDATE SET at_ms = excluded.at_ms').run(nowMs);
  }

  close(): void {
    this.#db.close();
  }

  /** Undefined means stored. */
  #writeOne(documents: PackedDocuments, index: number, source: Buffer, entries: Entry[]): WriteOutcome | undefined {
    const { ids, dataSets, timestamps, receivedAts } = documents;
    const timestamp = timestamps[index] ?? '';
    const dataSet = dataSets[index] ?? '';
    const id = Buffer.from(ids[index] ?? '', 'utf8');
    const record = parseRecord(source);
    if (record === undefined) {
      return { status: 'rejected', type: 'mapper_parsing_exception', reason: 'the record is not a JSON object' };
    }
    const slice = sliceOf(timestamp);
    const receivedAt = receivedAts[index] ?? '';
    const receivedAtMs = Date.parse(receivedAt);
    // Nothing that one document holds may fail the whole call: it would be tried again for ever.
    if (!Number.isInteger(slice) || !Number.isInteger(dayOf(receivedAt)) || Number.isNaN(receivedAtMs)) {
      return { status: 'rejected', type: 'mapper_parsing_exception', reason: 'a time is not in the canonical form' };
    }
    if (this.#arrivedEarlier(source, id, dataSet, otherDayOfArrival(timestamp, receivedAt)))
      return { status: 'duplicate' };
    const number = this.#nextNumber(slice);
    if (number >= SLICE_CAPACITY) {
      return { status: 'rejected', type: 'too_many_at_once', reason: `more than ${SLICE_CAPACITY} records in 16 ms` };
    }
    const ownDay = dayOf(timestamp);
    const receiptDay = dayOf(receivedAt);
    const wild = ownDay < receiptDay - DAYS_PAST || ownDay > receiptDay + DAYS_FUTURE;
    const day = wild ? receiptDay : ownDay;
    const key = keyOf(slice) + BigInt(number);
    if (this.#insert.run(key, day, wild ? 1 : 0, timestamp, dataSet, id, source) === 0) {
      return this.#compare(source, id, day, dataSet);
    }
    this.#numbers.set(slice, number + 1);
    entries.push({ key, terms: this.#indexer.termsOf(record, receivedAtMs) });
    return undefined;
  }

  /** Whether the same record, without a time of its own, is stored on the neighboring day (see `record/arrival-day.ts`). */
  #arrivedEarlier(source: Buffer, id: Buffer, dataSet: string, otherDay: string | undefined): boolean {
    if (otherDay === undefined) return false;
    const stored = this.#taken.first(id, dayOf(otherDay), dataSet)?.[0] as Buffer | undefined;
    return stored !== undefined && sameRecord(stored.toString('utf8'), source.toString('utf8'));
  }

  #compare(source: Buffer, id: Buffer, day: number, dataSet: string): WriteOutcome {
    const stored = this.#taken.first(id, day, dataSet)?.[0] as Buffer;
    if (stored.equals(source) || sameRecord(stored.toString('utf8'), source.toString('utf8'))) {
      return { status: 'duplicate' };
    }
    const reason = `another record with id ${id.toString('utf8')} is stored for this data set and day`;
    return { status: 'rejected', type: 'id_conflict', reason };
  }

  #nextNumber(slice: number): number {
    const known = this.#numbers.get(slice);
    if (known !== undefined) return known;
    if (this.#numbers.size >= MAX_KNOWN_SLICES) this.#numbers.clear();
    const first = keyOf(slice);
    const last = this.#lastKey.first(first, keyOf(slice + 1))?.[0];
    const next = typeof last === 'bigint' ? Number(last - first) + 1 : 0;
    this.#numbers.set(slice, next);
    return next;
  }

  #giveBackPages(): boolean {
    const free = Number(this.#db.sql('PRAGMA freelist_count').first()?.[0]);
    const total = Number(this.#db.sql('PRAGMA page_count').first()?.[0]);
    // A quarter may stay free: new records use it again.
    if (free < VACUUM_PAGES || free * 4 < total) return false;
    this.#db.sql(`PRAGMA incremental_vacuum(${VACUUM_PAGES})`).all();
    return true;
  }
}

/** As the indices of the Elasticsearch adapter are called. */
function nameOf(day: number, dataSet: string): string {
  return `logs-${dataSet}-${new Date(day * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '.')}`;
}
