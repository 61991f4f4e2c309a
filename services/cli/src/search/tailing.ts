import type { SearchPage } from './search-answer.ts';
import type { SearchParameters } from './search-client.ts';

/** What {@link Tailing} needs. */
export interface TailingOptions {
  readonly filters: SearchParameters;
  /** Records that can be found no later than this after their event time are never skipped. */
  readonly windowMs: number;
  /** All pages of a search, oldest first. */
  readonly pages: (parameters: SearchParameters) => AsyncIterable<SearchPage>;
  /** Id of a record. */
  readonly idOf: (record: string) => string;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/** A record that was seen in this many polls' absence is forgotten: it lies before the window by then. */
const FORGET_AFTER_POLLS = 10;

/**
 * Finds new records by searching again and again. A record may become searchable after others with a later event time, so that
 * each search begins a window before the one before it; what was seen is left out by its id. Times are relative, so that only
 * the server's clock counts.
 */
export class Tailing {
  readonly #options: TailingOptions;
  /** Id to the number of the poll that last found it. */
  readonly #seen = new Map<string, number>();
  #polls = 0;
  #lastPollMs: number | undefined;

  constructor(options: TailingOptions) {
    this.#options = options;
  }

  /** Ids that are remembered. */
  get remembered(): number {
    return this.#seen.size;
  }

  /** Begins now: takes what is there in the window as seen. */
  async skipPresent(): Promise<void> {
    const present = this.poll();
    while ((await present.next()).done !== true);
  }

  /** Everything from a time on, seen or not, and remembers it. */
  async *from(time: string): AsyncGenerator<readonly string[]> {
    for await (const { records } of this.#options.pages({ ...this.#options.filters, from: time, order: 'asc' })) {
      for (const record of records) this.#seen.set(this.#options.idOf(record), this.#polls);
      yield records;
    }
  }

  /** What has become searchable since the last poll. After a poll that failed the next one reaches back as far. */
  async *poll(): AsyncGenerator<readonly string[]> {
    const { filters, windowMs, pages, idOf, now } = this.#options;
    const startedMs = now();
    const backMs = windowMs + (startedMs - (this.#lastPollMs ?? startedMs));
    const poll = this.#polls + 1;
    for await (const { records } of pages({ ...filters, from: `-${Math.ceil(backMs / 1000)}s`, order: 'asc' })) {
      const fresh: string[] = [];
      for (const record of records) {
        const id = idOf(record);
        if (!this.#seen.has(id)) fresh.push(record);
        this.#seen.set(id, poll);
      }
      if (fresh.length > 0) yield fresh;
    }
    this.#polls = poll;
    this.#lastPollMs = startedMs;
    for (const [id, last] of this.#seen) if (last + FORGET_AFTER_POLLS < poll) this.#seen.delete(id);
  }
}
