/**
 * Names of indices: `<prefix>-<data set>-<yyyy.MM.dd>`, one index per data set and UTC day, so that retention drops whole indices and
 * a record's address never changes (deduplication by `_id` in a data stream ends at rollover: elastic/elasticsearch#44794).
 */

const MS_PER_DAY = 86_400_000;

/** Safe in an index name: no capitals, no wildcard, comma, slash, space or leading punctuation. */
const SAFE_DATA_SET = /^[a-z0-9][a-z0-9._-]{0,99}$/;

/** A process sees few days and data sets; this only stops a flood of invented ones from growing the cache. */
const MAX_CACHED_NAMES = 10_000;

/** What an index name says. */
export interface IndexName {
  readonly dataSet: string;
  /** Days since 1970-01-01. */
  readonly day: number;
}

/** Why a document has no index. */
export interface NoIndex {
  readonly type: 'invalid_data_set' | 'invalid_timestamp';
  readonly reason: string;
}

/** Days since 1970-01-01 of an RFC 3339 time in UTC; undefined when its first ten characters are no day. */
function dayNumber(day: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(day)) return undefined;
  const time = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(time) ? undefined : time / MS_PER_DAY;
}

/** Days since 1970-01-01 of a time in epoch milliseconds. */
export function dayOf(epochMs: number): number {
  return Math.floor(epochMs / MS_PER_DAY);
}

/** Name of the template, and of the alias that all our indices (and no others) have. */
export function commonName(prefix: string): string {
  return `paylog-${prefix}`;
}

/** Wildcard that matches all our names and, with two dots after a dash, not the usual `logs-<type>-<namespace>` data streams. */
export function indexPattern(prefix: string): string {
  return `${prefix}-*-*.*.*`;
}

/** Reads one of our names; undefined for any other. */
export function parseIndexName(prefix: string, name: string): IndexName | undefined {
  if (!name.startsWith(`${prefix}-`)) return undefined;
  const match = /^(.+)-(\d{4})\.(\d\d)\.(\d\d)$/.exec(name.slice(prefix.length + 1));
  const [, dataSet = '', year = '', month = '', dayOfMonth = ''] = match ?? [];
  const day = dayNumber(`${year}-${month}-${dayOfMonth}`);
  return day === undefined || !SAFE_DATA_SET.test(dataSet) ? undefined : { dataSet, day };
}

/**
 * Decides in which index a document lives: that of the event's day, unless this lies more than `daysPast` days before or
 * `daysFuture` days after the day it was received; then that of the day it was received. Only the document's own times count,
 * never the clock: a replay years later finds the same address.
 */
export class IndexNames {
  readonly #prefix: string;
  readonly #daysPast: number;
  readonly #daysFuture: number;
  readonly #cache = new Map<string, string | NoIndex>();

  constructor(prefix: string, daysPast: number, daysFuture: number) {
    this.#prefix = prefix;
    this.#daysPast = daysPast;
    this.#daysFuture = daysFuture;
  }

  /** Times as in `StoreDocument`. */
  nameFor(dataSet: string, timestamp: string, receivedAt: string): string | NoIndex {
    const key = timestamp.slice(0, 10) + receivedAt.slice(0, 10) + dataSet;
    let name = this.#cache.get(key);
    if (name === undefined) {
      name = this.#decide(dataSet, timestamp.slice(0, 10), receivedAt.slice(0, 10));
      if (this.#cache.size >= MAX_CACHED_NAMES) this.#cache.clear();
      this.#cache.set(key, name);
    }
    return name;
  }

  #decide(dataSet: string, eventDay: string, receivedDay: string): string | NoIndex {
    const event = dayNumber(eventDay);
    const received = dayNumber(receivedDay);
    if (event === undefined || received === undefined) {
      return { type: 'invalid_timestamp', reason: 'the times of the document are not RFC 3339' };
    }
    if (!SAFE_DATA_SET.test(dataSet)) {
      return { type: 'invalid_data_set', reason: 'the name of the data set cannot be part of an index name' };
    }
    const inWindow = event >= received - this.#daysPast && event <= received + this.#daysFuture;
    return `${this.#prefix}-${dataSet}-${(inWindow ? eventDay : receivedDay).replaceAll('-', '.')}`;
  }
}
