import { TOKENIZER } from './index-terms.ts';
import { openDatabase, type SqlDatabase } from './sqlite.ts';

/**
 * Layout of `store.db`. The key of `log` is made from the time of the event, so that the table is clustered by time, the
 * full-text index yields its hits in the order of time, and retention removes neighbors:
 * `key = floor(epoch ms / 16) << 25 | number within these 16 ms`.
 */
const SCHEMA = `
  CREATE TABLE log(key INTEGER PRIMARY KEY, day INTEGER NOT NULL, wild INTEGER NOT NULL, timestamp TEXT NOT NULL,
    data_set TEXT NOT NULL, id BLOB NOT NULL, source BLOB NOT NULL);
  CREATE UNIQUE INDEX log_address ON log(id, day, data_set);
  CREATE INDEX log_time ON log(timestamp, id);
  CREATE INDEX log_wild ON log(day) WHERE wild = 1;
  CREATE TABLE probe(one INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL);`;

/** The index over all fields: see `index-terms.ts`. */
const INDEX = `
  CREATE VIRTUAL TABLE entry USING fts5(terms, content='', contentless_delete=1, detail=none, tokenize="${TOKENIZER}");
  CREATE VIRTUAL TABLE occurrence USING fts5vocab(entry, instance);`;

/**
 * Layout 1 had an index of fewer fields, called `term`. Its successor is made beside it, in steps (see `store-rebuild.ts`): while the
 * table `rebuild` exists, keys below `next_key` stand in the new index.
 */
const FROM_LAYOUT_1 = `
  ${INDEX}
  CREATE TABLE rebuild(one INTEGER PRIMARY KEY, next_key INTEGER NOT NULL, done INTEGER NOT NULL, total INTEGER NOT NULL);
  INSERT INTO rebuild SELECT 1, 0, 0, count(*) FROM log;`;

/** Bits for the documents that share 16 ms: 33 million. */
const NUMBER_BITS = 25n;
/** The most documents that may share 16 ms. */
export const SLICE_CAPACITY = 2 ** 25;
const SLICE_MS = 16;
/** The last slice whose end still fits into a 64-bit key (year 2109); later events share it, in the right order among themselves. */
export const LAST_SLICE = 2 ** 38 - 2;

export const DAY_MS = 86_400_000;

/** Opens `store.db`, made when missing. */
export function openStore(path: string, cacheBytes: number): SqlDatabase {
  return openDatabase({
    path,
    schemaVersion: 2,
    schema: SCHEMA + INDEX,
    upgrades: new Map([[1, FROM_LAYOUT_1]]),
    cacheBytes,
  });
}

/** The 16 ms to which a time of the 30-character form belongs. Times order as their slices. */
export function sliceOf(timestamp: string): number {
  const ms =
    dayOf(timestamp) * DAY_MS +
    Number(timestamp.slice(11, 13)) * 3_600_000 +
    Number(timestamp.slice(14, 16)) * 60_000 +
    Number(timestamp.slice(17, 19)) * 1000 +
    Number(timestamp.slice(20, 23));
  return Math.min(LAST_SLICE, Math.max(0, Math.floor(ms / SLICE_MS)));
}

/** The first slice of a day (a day holds whole slices). */
export function sliceOfDay(day: number): number {
  return Math.min(LAST_SLICE, Math.max(0, (day * DAY_MS) / SLICE_MS));
}

/** First key of a slice. */
export function keyOf(slice: number): bigint {
  return BigInt(slice) << NUMBER_BITS;
}

/** Slice of a key. */
export function sliceOfKey(key: bigint): number {
  return Number(key >> NUMBER_BITS);
}

let lastDayText = '';
let lastDay = 0;

/** Days since 1970 of a time that begins with `yyyy-mm-dd`. */
export function dayOf(timestamp: string): number {
  // Nearly all documents of a process share their day.
  const text = timestamp.slice(0, 10);
  if (text !== lastDayText) {
    lastDay = Date.parse(`${text}T00:00:00Z`) / DAY_MS;
    lastDayText = text;
  }
  return lastDay;
}
