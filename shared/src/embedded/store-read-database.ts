import type { SearchHit, SearchPosition, SearchRequest, SearchResult } from '../ports/store.ts';
import { matchOf } from './index-terms.ts';
import type { Sql, SqlDatabase, SqlValue } from './sqlite.ts';
import { keyOf, openStore, sliceOf, sliceOfKey } from './store-layout.ts';
import type { StoreWorkerData } from './store-ops.ts';

const CACHE_BYTES = 32 * 1024 * 1024;
/** Hits that one call into SQLite looks at. */
const CHUNK_ROWS = 500;
/**
 * A call into SQLite cannot be interrupted, so a search by terms goes through time in windows, which are made smaller when
 * one took long and larger when it was quick: the search can be cancelled, times out, and lets others run in between.
 */
const FIRST_WINDOW_SLICES = 225_000;
const SLOW_MS = 50;
const QUICK_MS = 10;

/** Called between calls into SQLite: lets other searches run, and throws when this one is to end. */
export type Breathe = () => Promise<void>;

interface Found extends SearchPosition {
  readonly key: bigint;
  readonly idBytes: Buffer;
}

/** Slices from `first` to `last`, both included. */
interface SliceRange {
  readonly first: number;
  readonly last: number;
}

/** The reading half of the store. Lives in the store's reader worker. */
export class StoreReadDatabase {
  readonly #db: SqlDatabase;
  readonly #source: Sql;
  readonly #statements = new Map<string, Sql>();

  constructor({ path }: StoreWorkerData) {
    this.#db = openStore(path, CACHE_BYTES);
    this.#db.exec('PRAGMA query_only=1');
    this.#source = this.#db.sql('SELECT source FROM log WHERE key = ?');
  }

  async search(request: SearchRequest, breathe: Breathe): Promise<SearchResult> {
    const match = matchOf(request);
    const found = match === undefined ? this.#findByTime(request) : await this.#findByTerms(match, request, breathe);
    const hits: SearchHit[] = [];
    for (const [index, { key, timestamp, id }] of found.entries()) {
      if (index % CHUNK_ROWS === CHUNK_ROWS - 1) await breathe();
      const source = this.#source.first(key)?.[0] as Buffer | undefined;
      // Gone meanwhile: retention removed it.
      if (source !== undefined) hits.push({ timestamp, id, source: source.toString('utf8') });
    }
    await breathe();
    const counted =
      match === undefined ? this.#countByTime(request) : await this.#countByTerms(match, request, breathe);
    const over = counted > request.countUpTo;
    return { hits, total: { value: over ? request.countUpTo : counted, relation: over ? 'gte' : 'eq' } };
  }

  get(id: string): SearchHit | undefined {
    const row = this.#sql(
      'SELECT timestamp, source FROM log WHERE id = ? ORDER BY timestamp DESC, data_set LIMIT 1',
    ).first(Buffer.from(id, 'utf8'));
    return row === undefined
      ? undefined
      : { id, timestamp: String(row[0]), source: (row[1] as Buffer).toString('utf8') };
  }

  probe(): void {
    this.#sql('SELECT max(key) FROM log').all();
  }

  close(): void {
    this.#db.close();
  }

  /** Without terms the index over (timestamp, id) is the answer. */
  #findByTime(request: SearchRequest): Found[] {
    const { conditions, values } = timeConditions(request);
    const { after, order, limit } = request;
    if (after !== undefined) {
      conditions.push(`(timestamp, id) ${order === 'asc' ? '>' : '<'} (?, ?)`);
      values.push(after.timestamp, Buffer.from(after.id, 'utf8'));
    }
    return this.#sql(
      `SELECT key, timestamp, id FROM log ${whereOf(conditions)} ORDER BY timestamp ${order}, id ${order} LIMIT ?`,
    )
      .all(...values, limit)
      .map(foundOf);
  }

  #countByTime(request: SearchRequest): number {
    const { conditions, values } = timeConditions(request);
    const sql = `SELECT count(*) FROM (SELECT 1 FROM log INDEXED BY log_time ${whereOf(conditions)} LIMIT ?)`;
    return Number(this.#sql(sql).first(...values, request.countUpTo + 1)?.[0]);
  }

  /** Hits of the full-text index come in the order of keys: of slices. Inside of a slice they are sorted here. */
  async #findByTerms(match: string, request: SearchRequest, breathe: Breathe): Promise<Found[]> {
    const { order, limit, after } = request;
    const range = this.#rangeOf(request, after);
    const hits: Found[] = [];
    let slice: Found[] = [];
    const finishSlice = (): void => {
      hits.push(...slice.sort(comparing(order)));
      slice = [];
    };
    const sql = this.#sql(
      `SELECT log.key, log.timestamp, log.id FROM term CROSS JOIN log ON log.key = term.rowid
       WHERE term MATCH ? AND term.rowid >= ? AND term.rowid < ? ORDER BY term.rowid ${order} LIMIT ?`,
    );
    for (const window of windowsOf(range, order)) {
      let [low, high] = [keyOf(window.first), keyOf(window.last + 1)];
      for (;;) {
        await breathe();
        const rows = window.measure(() => sql.all(match, low, high, CHUNK_ROWS).map(foundOf));
        for (const found of rows) {
          const last = slice.at(-1);
          if (last !== undefined && sliceOfKey(last.key) !== sliceOfKey(found.key)) finishSlice();
          if (hits.length >= limit) break;
          if (isInPage(found, request)) slice.push(found);
          // A slice with very many hits (equal times): only the best can be on this page.
          if (slice.length >= 4 * limit + CHUNK_ROWS) slice = slice.sort(comparing(order)).slice(0, limit);
        }
        const last = rows.at(-1);
        if (hits.length >= limit || last === undefined || rows.length < CHUNK_ROWS) break;
        if (order === 'asc') low = last.key + 1n;
        else high = last.key;
      }
      // Windows end where slices end.
      finishSlice();
      if (hits.length >= limit) break;
    }
    return hits.slice(0, limit);
  }

  async #countByTerms(match: string, request: SearchRequest, breathe: Breathe): Promise<number> {
    const range = this.#rangeOf(request, undefined);
    const bound = request.countUpTo + 1;
    const inside = this.#sql(
      'SELECT count(*) FROM (SELECT 1 FROM term WHERE term MATCH ? AND rowid >= ? AND rowid < ? LIMIT ?)',
    );
    const { conditions, values } = timeConditions(request);
    const atEdge = this.#sql(
      `SELECT count(*) FROM (SELECT 1 FROM term CROSS JOIN log ON log.key = term.rowid
       ${whereOf(['term MATCH ?', 'term.rowid >= ?', 'term.rowid < ?', ...conditions])} LIMIT ?)`,
    );
    const edges = [request.from, request.to].filter((time) => time !== undefined).map(sliceOf);
    let count = 0;
    // Only the slices in which the bounds lie need their documents looked at.
    for (const part of splitAt(range, edges)) {
      const isEdge = edges.includes(part.first);
      for (const window of windowsOf(part, 'asc')) {
        if (count >= bound) return count;
        await breathe();
        const [low, high] = [keyOf(window.first), keyOf(window.last + 1)];
        const left = bound - count;
        count += window.measure(() =>
          Number(
            (isEdge ? atEdge.first(match, low, high, ...values, left) : inside.first(match, low, high, left))?.[0],
          ),
        );
      }
    }
    return count;
  }

  /** Slices that can hold what is asked for, within those that hold anything. */
  #rangeOf(request: SearchRequest, after: SearchPosition | undefined): SliceRange {
    const [low, high] = this.#sql('SELECT (SELECT min(key) FROM log), (SELECT max(key) FROM log)').first() ?? [];
    if (typeof low !== 'bigint' || typeof high !== 'bigint') return { first: 0, last: -1 };
    let [first, last] = [sliceOfKey(low), sliceOfKey(high)];
    if (request.from !== undefined) first = Math.max(first, sliceOf(request.from));
    if (request.to !== undefined) last = Math.min(last, sliceOf(request.to));
    if (after !== undefined && request.order === 'asc') first = Math.max(first, sliceOf(after.timestamp));
    if (after !== undefined && request.order === 'desc') last = Math.min(last, sliceOf(after.timestamp));
    return { first, last };
  }

  #sql(text: string): Sql {
    let sql = this.#statements.get(text);
    if (sql === undefined) {
      sql = this.#db.sql(text).big();
      this.#statements.set(text, sql);
    }
    return sql;
  }
}

function timeConditions({ from, to }: SearchRequest): { conditions: string[]; values: SqlValue[] } {
  const conditions: string[] = [];
  const values: SqlValue[] = [];
  if (from !== undefined) {
    conditions.push('timestamp >= ?');
    values.push(from);
  }
  if (to !== undefined) {
    conditions.push('timestamp < ?');
    values.push(to);
  }
  return { conditions, values };
}

function whereOf(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
}

function foundOf(row: readonly unknown[]): Found {
  const idBytes = row[2] as Buffer;
  return { key: row[0] as bigint, timestamp: String(row[1]), id: idBytes.toString('utf8'), idBytes };
}

function compare(a: { timestamp: string; idBytes: Buffer }, b: { timestamp: string; idBytes: Buffer }): number {
  if (a.timestamp !== b.timestamp) return a.timestamp < b.timestamp ? -1 : 1;
  return Buffer.compare(a.idBytes, b.idBytes);
}

function comparing(order: 'asc' | 'desc'): (a: Found, b: Found) => number {
  return order === 'asc' ? compare : (a, b) => compare(b, a);
}

function isInPage(found: Found, { from, to, after, order }: SearchRequest): boolean {
  if (from !== undefined && found.timestamp < from) return false;
  if (to !== undefined && found.timestamp >= to) return false;
  if (after === undefined) return true;
  const distance = compare(found, { timestamp: after.timestamp, idBytes: Buffer.from(after.id, 'utf8') });
  return order === 'asc' ? distance > 0 : distance < 0;
}

/** Cuts a range so that each of the slices in `at` stands alone. */
function splitAt(range: SliceRange, at: readonly number[]): SliceRange[] {
  const parts: SliceRange[] = [];
  let first = range.first;
  for (const slice of [...new Set(at)].sort((a, b) => a - b)) {
    if (slice < first || slice > range.last) continue;
    if (slice > first) parts.push({ first, last: slice - 1 });
    parts.push({ first: slice, last: slice });
    first = slice + 1;
  }
  if (first <= range.last) parts.push({ first, last: range.last });
  return parts;
}

interface Window extends SliceRange {
  /** Runs one call into SQLite; how long it takes decides on the size of the next window. */
  measure<T>(call: () => T): T;
}

function* windowsOf(range: SliceRange, order: 'asc' | 'desc'): Generator<Window> {
  let size = FIRST_WINDOW_SLICES;
  let { first, last } = range;
  while (first <= last) {
    const window =
      order === 'asc'
        ? { first, last: Math.min(last, first + size - 1) }
        : { first: Math.max(first, last - size + 1), last };
    let slowestMs = 0;
    yield {
      ...window,
      measure(call) {
        const startMs = performance.now();
        const result = call();
        slowestMs = Math.max(slowestMs, performance.now() - startMs);
        return result;
      },
    };
    if (order === 'asc') first = window.last + 1;
    else last = window.first - 1;
    if (slowestMs > SLOW_MS) size = Math.max(1, Math.floor(size / 8));
    else if (slowestMs < QUICK_MS) size *= 8;
  }
}
