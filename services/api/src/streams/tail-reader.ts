import type { Clock } from '@paylog/shared/ports/clock';
import type { RecordFilter, SearchHit, SearchPosition, SearchResult, StoreSearcher } from '@paylog/shared/ports/store';
import { envelopeOf } from '@paylog/shared/record/envelope';
import { epochMillis } from '@paylog/shared/record/timestamp';
import { andQuery, arrivedIn } from './arrival-range.ts';
import { RateBudget } from './rate-budget.ts';
import { type Second, type Seconds, SeenRecords } from './seen-records.ts';

/** What a poll finds. */
export type TailItem =
  | { readonly kind: 'record'; readonly hit: SearchHit }
  /** Records that match and are not shown. `gte`: at least so many. */
  | { readonly kind: 'left-out'; readonly count: number; readonly relation: 'eq' | 'gte' };

/** What a {@link TailReader} works with. */
export interface TailReaderOptions {
  readonly searcher: StoreSearcher;
  readonly clock: Clock;
  readonly filter: RecordFilter;
  /** Records that arrived before are never shown. */
  readonly sinceMs: number;
  readonly maxPerSecond: number;
  /** Everything that arrived before is in the store; undefined when nobody knows. */
  readonly settledMs?: (() => number | undefined) | undefined;
}

/** A record may be stored so much later than it arrived, and a clock be so wrong, and the record is shown all the same. */
export const OVERLAP_MS = 60_000;

/** A queue that lags is followed so far back, not further: what is remembered must have an end. */
const MAX_LAG_MS = 15 * 60_000;

/** Records that are shown at once, whatever the cap, when a tail begins in the past or goes on after a break. */
export const MAX_CATCH_UP = 10_000;

/** Records of one answer of the store. */
const PAGE = 250;
/** Seconds before now in which records are expected: looked through one by one when there are many. */
const HOT_SECONDS = 4;
/** Hits are counted exactly up to here; ranges with more are looked at in parts. */
const COUNT_UP_TO = 100_000;
/** Most ids of one {@link TailReader.again}. */
export const AGAIN = 100;

const SECOND_MS = 1000;
const FOREVER = Number.POSITIVE_INFINITY;
const secondOf = (epochMs: number): Second => Math.floor(epochMs / SECOND_MS);

/**
 * Finds records that were not there before, in whatever order they become searchable, by searching for what arrived in the last
 * minute: counting comes first, and only seconds in which the store has more than is known are read. Each record is given once.
 */
export class TailReader {
  readonly #options: TailReaderOptions;
  readonly #seen = new SeenRecords();
  readonly #budget: RateBudget;
  /** First moment of arrival that is looked at. Never goes back. */
  #lowMs: number;
  /** Begin of the last poll that came to its end: everything that could be found then was. */
  #reachedMs: number;
  #leftOut = 0;
  #leftOutIsExact = true;

  constructor(options: TailReaderOptions) {
    this.#options = options;
    this.#budget = new RateBudget(options.maxPerSecond, options.clock);
    this.#lowMs = options.sinceMs;
    this.#reachedMs = options.sinceMs;
  }

  /** Nothing that arrived before is shown. */
  get sinceMs(): number {
    return this.#options.sinceMs;
  }

  /** Everything that was searchable at this time (epoch milliseconds) was found. */
  get reachedMs(): number {
    return this.#reachedMs;
  }

  /** What has become searchable since the last poll, at most as many records as the cap allows. */
  async *poll(signal: AbortSignal): AsyncGenerator<TailItem> {
    const startedMs = this.#begin();
    yield* this.#reconcile({ first: secondOf(this.#lowMs), end: FOREVER }, secondOf(startedMs), signal);
    yield* this.#end(startedMs);
  }

  /** As {@link poll} without the cap, the oldest first: of more than {@link MAX_CATCH_UP} records those that arrived last. */
  async *catchUp(signal: AbortSignal): AsyncGenerator<TailItem> {
    const startedMs = this.#begin();
    await this.#skipTooMany(startedMs, signal);
    if (this.#leftOut > 0) yield this.#takeLeftOut();
    let after: SearchPosition | undefined;
    for (;;) {
      const { hits } = await this.#search({ first: secondOf(this.#lowMs), end: FOREVER }, PAGE, signal, after);
      for (const hit of hits) if (this.#seen.add(arrivalOf(hit), hit)) yield { kind: 'record', hit };
      after = hits.at(-1);
      if (hits.length < PAGE) break;
    }
    yield* this.#end(startedMs);
  }

  /** Records that were given before, by at most {@link AGAIN} ids. */
  async again(ids: readonly string[], signal: AbortSignal): Promise<readonly SearchHit[]> {
    const field = { type: 'keyword', name: 'id' } as const;
    const of = ids.map((value) => ({ op: 'equals', field, value }) as const);
    const { hits } = await this.#find(andQuery(this.#options.filter, { op: 'or', of }), AGAIN, signal);
    return hits;
  }

  #begin(): number {
    const nowMs = this.#options.clock.now();
    this.#budget.refill();
    const settledMs = Math.max(this.#options.settledMs?.() ?? nowMs, nowMs - MAX_LAG_MS);
    const lowMs = Math.min(nowMs, this.#reachedMs, settledMs) - OVERLAP_MS;
    this.#lowMs = Math.max(this.#lowMs, lowMs);
    return nowMs;
  }

  *#end(startedMs: number): Generator<TailItem> {
    this.#reachedMs = startedMs;
    this.#seen.forgetBefore(secondOf(this.#lowMs));
    if (this.#leftOut > 0) yield this.#takeLeftOut();
  }

  async *#reconcile(seconds: Seconds, now: Second, signal: AbortSignal): AsyncGenerator<TailItem> {
    const known = this.#seen.known(seconds);
    const { hits, total } = await this.#search(seconds, known < PAGE ? PAGE : 1, signal);
    if (total.relation === 'eq' && total.value <= known) return;
    if (total.relation === 'eq' && hits.length === total.value) yield* this.#show(hits);
    else {
      const middle = splitOf(seconds, now);
      if (middle === undefined) yield* this.#sample(seconds, signal);
      else {
        yield* this.#reconcile({ first: seconds.first, end: middle }, now, signal);
        yield* this.#reconcile({ first: middle, end: seconds.end }, now, signal);
      }
    }
  }

  /** A second with more records than are read: some of them. */
  async *#sample(seconds: Seconds, signal: AbortSignal): AsyncGenerator<TailItem> {
    const known = this.#seen.known(seconds);
    const isClear = this.#seen.unread(seconds) === 0;
    // Where some were left out unread, nobody can tell these from new ones: what comes on top is left out too.
    const limit = isClear ? Math.min(1000, known + this.#budget.left) : 0;
    const { hits, total } = await this.#search(seconds, Math.max(1, limit), signal);
    if (limit > 0) {
      const fresh = hits.filter((hit) => !this.#seen.has(arrivalOf(hit), hit));
      yield* this.#show(fresh.slice(0, this.#budget.left));
    }
    const unread = Math.max(0, total.value - this.#seen.known(seconds));
    this.#seen.addUnread(seconds.first, unread);
    this.#leftOut += unread;
    if (total.relation === 'gte') this.#leftOutIsExact = false;
  }

  *#show(hits: readonly SearchHit[]): Generator<TailItem> {
    for (const hit of hits) {
      if (!this.#seen.add(arrivalOf(hit), hit)) continue;
      if (this.#budget.take()) yield { kind: 'record', hit };
      else this.#leftOut += 1;
    }
  }

  /** Moves the begin on until what is left can be shown. */
  async #skipTooMany(nowMs: number, signal: AbortSignal): Promise<void> {
    const count = async (fromMs: number, endMs: number): Promise<SearchResult['total']> =>
      (await this.#find(arrivedIn(this.#options.filter, { fromMs, endMs }), 1, signal)).total;
    const isTooMany = ({ value, relation }: SearchResult['total']): boolean =>
      relation === 'gte' || value > MAX_CATCH_UP;
    const fromMs = this.#lowMs;
    if (!isTooMany(await count(fromMs, FOREVER))) return;
    let [tooEarly, good] = [secondOf(fromMs), secondOf(nowMs) + 1];
    while (good - tooEarly > 1) {
      const middle = Math.floor((tooEarly + good) / 2);
      if (isTooMany(await count(middle * SECOND_MS, FOREVER))) tooEarly = middle;
      else good = middle;
    }
    this.#lowMs = Math.max(fromMs, good * SECOND_MS);
    const { value, relation } = await count(fromMs, this.#lowMs);
    this.#leftOut += value;
    if (relation === 'gte') this.#leftOutIsExact = false;
  }

  #takeLeftOut(): TailItem {
    const item = {
      kind: 'left-out',
      count: this.#leftOut,
      relation: this.#leftOutIsExact ? 'eq' : 'gte',
    } as const;
    this.#leftOut = 0;
    this.#leftOutIsExact = true;
    return item;
  }

  #search({ first, end }: Seconds, limit: number, signal: AbortSignal, after?: SearchPosition): Promise<SearchResult> {
    const fromMs = Math.max(this.#lowMs, first * SECOND_MS);
    const filter = arrivedIn(this.#options.filter, { fromMs, endMs: end * SECOND_MS });
    return this.#find(filter, limit, signal, after);
  }

  #find(filter: RecordFilter, limit: number, signal: AbortSignal, after?: SearchPosition): Promise<SearchResult> {
    const request = { ...filter, order: 'asc', limit, countUpTo: COUNT_UP_TO, ...(after && { after }) } as const;
    return this.#options.searcher.search(request, { signal });
  }
}

/** Where to cut seconds in two; undefined when they are not to be cut. */
function splitOf({ first, end }: Seconds, now: Second): Second | undefined {
  if (end !== FOREVER) return end - first > 1 ? Math.floor((first + end) / 2) : undefined;
  // What is to come is one piece: nothing but clocks that run ahead can have put anything there.
  if (first > now) return undefined;
  return Math.max(first + 1, now - HOT_SECONDS);
}

function arrivalOf({ source }: SearchHit): Second {
  const receivedAt = envelopeOf(source)?.receivedAt ?? (JSON.parse(source) as { received_at?: string }).received_at;
  return secondOf(epochMillis(receivedAt ?? ''));
}
