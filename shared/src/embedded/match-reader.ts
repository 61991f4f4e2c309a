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
  /** The record, when it was read along. */
  readonly source?: Buffer | undefined;
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
/** With their records, which may be 256 KB each. */
const SOURCE_ROWS = 200;

/** Keys of an expression that is costly to begin with which are read at once. */
const GATHER_ROWS = 100_000;

/** What was learned about an expression. */
interface Pace {
  size: number;
  /** The shortest call so far: what every call costs at least. */
  leastMs: number;
}

/** Reads the index and the records of one request. */
export class MatchReader {
  readonly #db: SqlDatabase;
  readonly #statements: Map<string, Sql>;
  readonly breathe: Breathe;
  /** Expressions are asked again for neighboring stretches of time. */
  readonly #paces = new Map<string, Pace>();
  /** Keys of costly expressions, ascending. */
  readonly #gathered = new Map<string, BigInt64Array>();

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

  /**
   * For callers that ask for many stretches of time: evaluates an expression that is costly to begin with once, so that its matches
   * are counted and listed without it.
   */
  async gather(match: Match): Promise<void> {
    if (!isCostly(match)) return;
    const text = expressionOf(match);
    if (this.#gathered.has(text)) return;
    const sql = this.sql('SELECT rowid FROM entry WHERE entry MATCH ? AND rowid >= ? ORDER BY rowid LIMIT ?');
    const keys: bigint[] = [];
    for (let more = true; more;) {
      await this.breathe();
      const rows = sql.all(text, (keys.at(-1) ?? -1n) + 1n, GATHER_ROWS);
      for (const [key] of rows) keys.push(key as bigint);
      more = rows.length === GATHER_ROWS;
    }
    this.#gathered.set(text, BigInt64Array.from(keys));
  }

  /** Number of matches within the range, at most `bound`. */
  async count(match: Match, range: SliceRange, bound: number): Promise<number> {
    const gathered = this.#gatheredIn(match, range);
    if (gathered !== undefined) return Math.min(bound, gathered.length);
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

  /**
   * Matches in the order of their slices (within one in no order), in parts. The first part is short when `few` will do. With
   * `withSource` most come with their records, which is quicker than to read them one by one.
   */
  async *matches(
    match: Match,
    range: SliceRange,
    order: 'asc' | 'desc',
    { few = CHUNK_ROWS, withSource = false } = {},
  ): AsyncGenerator<Found[]> {
    const reads = withSource && !isCostly(match);
    const sql = this.sql(
      `SELECT log.key, log.timestamp, log.id ${reads ? ', log.source' : ''}
       FROM entry CROSS JOIN log ON log.key = entry.rowid
       WHERE entry MATCH ? AND entry.rowid >= ? AND entry.rowid < ? ORDER BY entry.rowid ${order} LIMIT ?`,
    );
    const most = reads ? SOURCE_ROWS : CHUNK_ROWS;
    const gathered = this.#gatheredIn(match, range);
    if (gathered !== undefined) {
      yield* this.#rowsOf(order === 'asc' ? gathered : gathered.toReversed());
      return;
    }
    let limit = Math.min(few, most);
    for (const ask of this.#windows(match, range, order)) {
      for (let more = true; more;) {
        await this.breathe();
        if (ask.isCostly) limit = COSTLY_CHUNK_ROWS;
        const rows = ask.call((...values) => sql.all(...values, limit)).map(foundOf);
        yield rows;
        const last = rows.at(-1);
        more = last !== undefined && rows.length === limit;
        limit = most;
        if (last === undefined) continue;
        if (order === 'asc') ask.low = last.key + 1n;
        else ask.high = last.key;
      }
    }
  }

  #gatheredIn(match: Match, { first, last }: SliceRange): BigInt64Array | undefined {
    if (this.#gathered.size === 0 || !isCostly(match)) return undefined;
    const keys = this.#gathered.get(expressionOf(match));
    return keys?.subarray(placeOf(keys, keyOf(first)), placeOf(keys, keyOf(last + 1)));
  }

  async *#rowsOf(keys: BigInt64Array): AsyncGenerator<Found[]> {
    const sql = this.sql('SELECT key, timestamp, id FROM log WHERE key = ?');
    for (let at = 0; at < keys.length; at += CHUNK_ROWS) {
      await this.breathe();
      yield Array.from(keys.subarray(at, at + CHUNK_ROWS)).flatMap((key) => sql.all(key).map(foundOf));
    }
  }

  *#windows(match: Match, range: SliceRange, order: 'asc' | 'desc'): Generator<Ask> {
    const text = expressionOf(match);
    const costly = isCostly(match);
    const pace = this.#paces.get(text) ?? { size: FIRST_WINDOW_SLICES, leastMs: Infinity };
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
      pace.leastMs = Math.min(pace.leastMs, ask.slowestMs);
      // Many terms cost their lookup in each call, however short the window.
      if (ask.slowestMs > SLOW_MS + 3 * pace.leastMs) pace.size = Math.max(1, Math.floor(pace.size / 8));
      else if (ask.slowestMs < QUICK_MS + 2 * pace.leastMs && window.last - window.first + 1 === pace.size) {
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

/** Where a key stands, or would. */
function placeOf(keys: BigInt64Array, key: bigint): number {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] ?? 0n) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A row of key, timestamp and id, and source if it was asked for. */
export function foundOf(row: readonly unknown[]): Found {
  const idBytes = row[2] as Buffer;
  const source = row[3] as Buffer | undefined;
  return { key: row[0] as bigint, timestamp: String(row[1]), id: idBytes.toString('utf8'), idBytes, source };
}
