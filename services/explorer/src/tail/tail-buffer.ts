import type { LogRecord } from '../api-types.ts';

/** What a live tail shows at one moment. */
export interface TailShown {
  /** The newest first. */
  readonly rows: readonly LogRecord[];
  readonly isPaused: boolean;
  /** Arrived while paused, and shown when it goes on. */
  readonly waiting: number;
  /** Arrived since the beginning. */
  readonly received: number;
  /** Records that the server left out, since more arrived than it may send; `gte` when it could not count them all. */
  readonly leftOut: { readonly count: number; readonly relation: 'eq' | 'gte' };
  /** Records that were shown, or waited, and had to make room. */
  readonly dropped: number;
  readonly perSecond: number;
}

/** Records that are kept; older ones make room. */
export const TAIL_CAPACITY = 5_000;

/** The rate is that of these last seconds. */
const RATE_SECONDS = 5;

/**
 * The newest records of a live tail. While it is paused, what arrives waits in a buffer of the same size. A record that comes a
 * second time, as may happen after a reconnect, is not shown twice.
 */
export class TailBuffer {
  readonly #capacity: number;
  #rows: readonly LogRecord[] = [];
  #waiting: LogRecord[] = [];
  #waited = 0;
  #isPaused = false;
  #received = 0;
  #dropped = 0;
  #leftOut = 0;
  #isLeftOutExact = true;
  readonly #known = new Set<string>();
  readonly #arrivals: { readonly second: number; count: number }[] = [];

  constructor(capacity = TAIL_CAPACITY) {
    this.#capacity = capacity;
  }

  /** Takes what arrived, in the order in which it did. */
  add(records: readonly LogRecord[], nowMs: number): void {
    const fresh = records.filter((record) => {
      if (this.#known.has(record.id)) return false;
      this.#known.add(record.id);
      return true;
    });
    if (fresh.length === 0) return;
    this.#received += fresh.length;
    this.#countArrivals(fresh.length, nowMs);
    if (this.#isPaused) this.#wait(fresh);
    else this.#show(fresh);
  }

  leaveOut(count: number, relation: 'eq' | 'gte'): void {
    this.#leftOut += count;
    if (relation === 'gte') this.#isLeftOutExact = false;
  }

  pause(): void {
    this.#isPaused = true;
  }

  /** Shows what waited. */
  resume(): void {
    this.#isPaused = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#waited = 0;
    this.#show(waiting);
  }

  clear(): void {
    this.#rows = [];
    this.#waiting = [];
    this.#waited = 0;
  }

  shown(nowMs: number): TailShown {
    this.#forgetArrivals(nowMs);
    const arrived = this.#arrivals.reduce((sum, each) => sum + each.count, 0);
    return {
      rows: this.#rows,
      isPaused: this.#isPaused,
      waiting: this.#waited,
      received: this.#received,
      leftOut: { count: this.#leftOut, relation: this.#isLeftOutExact ? 'eq' : 'gte' },
      dropped: this.#dropped,
      perSecond: arrived / RATE_SECONDS,
    };
  }

  #wait(records: readonly LogRecord[]): void {
    this.#waited += records.length;
    this.#waiting.push(...records);
    const over = this.#waiting.length - this.#capacity;
    if (over > 0) this.#drop(this.#waiting.splice(0, over));
  }

  #show(records: readonly LogRecord[]): void {
    if (records.length === 0) return;
    const rows = [...records.toReversed(), ...this.#rows];
    this.#drop(rows.splice(this.#capacity));
    this.#rows = rows;
  }

  #drop(records: readonly LogRecord[]): void {
    this.#dropped += records.length;
    for (const record of records) this.#known.delete(record.id);
  }

  #countArrivals(count: number, nowMs: number): void {
    this.#forgetArrivals(nowMs);
    const second = Math.floor(nowMs / 1_000);
    const last = this.#arrivals.at(-1);
    if (last?.second === second) last.count += count;
    else this.#arrivals.push({ second, count });
  }

  #forgetArrivals(nowMs: number): void {
    const oldest = Math.floor(nowMs / 1_000) - RATE_SECONDS;
    while ((this.#arrivals[0]?.second ?? Number.POSITIVE_INFINITY) <= oldest) this.#arrivals.shift();
  }
}
