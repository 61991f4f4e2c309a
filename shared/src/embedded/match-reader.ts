import { expressionOf, isCostly, type Match } from './match.ts';
import type { Sql, SqlDatabase, SqlValue } from './sqlite.ts';
import { keyOf, sliceOfKey } from './store-layout.ts';
import type { SliceRange } from './time-pieces.ts';

/** Called between calls into SQLite: lets other searches run, and throws when this one is to end. */
export type Breathe = () => Promise<void>;

/** The place of a record in the order of results. */
export interface Found {
  readonly key: bigint;
  readonly timestamp: string;
  readonly id: string;
  readonly idBytes: Buffer;
}

/**
 * A call into SQLite cannot be interrupted, so what the index is asked goes through time in windows, which are made smaller when
 * one took long and larger when it was quick: a search can be cancelled, times out, and lets others run in between.
 */
const FIRST_WINDOW_SLICES = 1000;
/** One day: records may stand densely behind a long gap. */
const LARGEST_WINDOW_SLICES = 5_400_000;
const SLOW_MS = 50;
const QUICK_MS = 10;
/** Hits that one call counts at most. */
const COUNT_ROWS = 200_000;
/** Hits that one call looks at: of an expression that is costly to begin with, many. */
const CHUNK_ROWS = 500;
const COSTLY_CHUNK_ROWS = 20_000;

interface Pace {
  size: number;
}

/** Reads the index and the records of one request. */
export class MatchReader {
  readonly #db: SqlDatabase;
  readonly #statements: Map<string, Sql>;
  readonly breathe: Breathe;
  /** Expressions are asked again for neighboring stretches of time. */
  readonly #paces = new Map<string, Pace>();

  constructor(db: SqlDatabase, statements: Map<string, Sql>, breathe: Breathe) {
    this.#db = db;
    this.#statements = statements;
    this.breathe = breathe;
  }

  /** A prepared statement whose integers are bigint. */
  sql(text: string): Sql {
    let sql = this.#statements.get(text);
    if (sql === undefined) {
      sql = this.#db.sql(text).big();
      this.#statements.set(text, sql);
    }
    return sql;
  }

  /** The slices that hold anything. */
  range(): SliceRange {
    const [low, high] = this.sql('SELECT (SELECT min(key) FROM log), (SELECT max(key) FROM log)').first() ?? [];
    if (typeof low !== 'bigint' || typeof high !== 'bigint') return { first: 0, last: -1 };
    return { first: sliceOfKey(low), last: sliceOfKey(high) };
  }

  /** The stored bytes; undefined when they are gone meanwhile (retention). */
  source(key: bigint): Buffer | undefined {
    return this.sql('SELECT source FROM log WHERE key = ?').first(key)?.[0] as Buffer | undefined;
  }

  /** Number of matches within the range, at most `bound`. */
  async count(match: Match, range: SliceRange, bound: number): Promise<number> {
    const sql = this.sql(
      `SELECT count(*), max(rowid) FROM
       (SELECT rowid FROM entry WHERE entry MATCH ? AND rowid >= ? AND rowid < ? ORDER BY rowid LIMIT ?)`,
    );
    let count = 0;
    for (const ask of this.#windows(match, range, 'asc')) {
      for (let more = true; more && count < bound;) {
        await this.breathe();
        const limit = Math.min(COUNT_ROWS, bound - count);
        const [counted, last] = ask.call((...values) => sql.first(...values, limit)) ?? [];
        count += Number(counted);
        more = Number(counted) === limit;
        if (more) ask.low = (last as bigint) + 1n;
      }
      if (count >= bound) break;
    }
    return count;
  }

  /** Matches in the order of their slices (within one in no order), in parts. The first part is short when `few` will do. */
  async *matches(match: Match, range: SliceRange, order: 'asc' | 'desc', few = CHUNK_ROWS): AsyncGenerator<Found[]> {
    const sql = this.sql(
      `SELECT log.key, log.timestamp, log.id FROM entry CROSS JOIN log ON log.key = entry.rowid
       WHERE entry MATCH ? AND entry.rowid >= ? AND entry.rowid < ? ORDER BY entry.rowid ${order} LIMIT ?`,
    );
    let limit = Math.min(few, CHUNK_ROWS);
    for (const ask of this.#windows(match, range, order)) {
      for (let more = true; more;) {
        await this.breathe();
        if (ask.isCostly) limit = COSTLY_CHUNK_ROWS;
        const rows = ask.call((...values) => sql.all(...values, limit)).map(foundOf);
        yield rows;
        const last = rows.at(-1);
        more = last !== undefined && rows.length === limit;
        limit = CHUNK_ROWS;
        if (last === undefined) continue;
        if (order === 'asc') ask.low = last.key + 1n;
        else ask.high = last.key;
      }
    }
  }

  *#windows(match: Match, range: SliceRange, order: 'asc' | 'desc'): Generator<Ask> {
    const text = expressionOf(match);
    const costly = isCostly(match);
    const pace = this.#paces.get(text) ?? { size: FIRST_WINDOW_SLICES };
    this.#paces.set(text, pace);
    let { first, last } = range;
    while (first <= last) {
      const size = costly ? last - first + 1 : pace.size;
      const window =
        order === 'asc'
          ? { first, last: Math.min(last, first + size - 1) }
          : { first: Math.max(first, last - size + 1), last };
      const ask = new Ask(text, costly, window);
      yield ask;
      if (order === 'asc') first = window.last + 1;
      else last = window.first - 1;
      if (ask.slowestMs > SLOW_MS) pace.size = Math.max(1, Math.floor(pace.size / 8));
      else if (ask.slowestMs < QUICK_MS && window.last - window.first + 1 === pace.size) {
        pace.size = Math.min(LARGEST_WINDOW_SLICES, pace.size * 8);
      }
    }
  }
}

/** What SQLite is asked of one window. */
class Ask {
  readonly #text: string;
  readonly isCostly: boolean;
  low: bigint;
  high: bigint;
  slowestMs = 0;

  constructor(text: string, costly: boolean, window: SliceRange) {
    this.#text = text;
    this.isCostly = costly;
    this.low = keyOf(window.first);
    this.high = keyOf(window.last + 1);
  }

  call<T>(call: (...values: SqlValue[]) => T): T {
    const startMs = performance.now();
    const result = call(this.#text, this.low, this.high);
    this.slowestMs = Math.max(this.slowestMs, performance.now() - startMs);
    return result;
  }
}

/** A row of key, timestamp and id. */
export function foundOf(row: readonly unknown[]): Found {
  const idBytes = row[2] as Buffer;
  return { key: row[0] as bigint, timestamp: String(row[1]), id: idBytes.toString('utf8'), idBytes };
}
