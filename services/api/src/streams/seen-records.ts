import { hash } from 'node:crypto';
import type { SearchPosition } from '@paylog/shared/ports/store';

/** Second of arrival, counted from the epoch. */
export type Second = number;

/** Consecutive seconds; the last one is not included and may be infinite. */
export interface Seconds {
  readonly first: Second;
  readonly end: Second;
}

interface Slice {
  /** Digests of records, since an id may have 512 bytes. */
  readonly keys: Set<string>;
  /** Records that are known by their number only: they were left out without having been read. */
  unread: number;
}

/** Bytes of a digest in base64: 96 bits, so that two of a million records share one with a chance below 10^-16. */
const KEY_LENGTH = 16;

/**
 * What a tail knows of the records that arrived lately: which ones it has read, and how many it left out unread, for each second of
 * arrival. A store that finds more than that in some seconds holds something new.
 */
export class SeenRecords {
  readonly #slices = new Map<Second, Slice>();

  /** Records that are known in these seconds. */
  known(seconds: Seconds): number {
    return this.#sum(seconds, ({ keys, unread }) => keys.size + unread);
  }

  /** Records in these seconds that were left out unread: which ones they are is not known. */
  unread(seconds: Seconds): number {
    return this.#sum(seconds, ({ unread }) => unread);
  }

  /** True when the record was not known. */
  add(second: Second, record: SearchPosition): boolean {
    const { keys } = this.#slice(second);
    const before = keys.size;
    keys.add(keyOf(record));
    return keys.size > before;
  }

  has(second: Second, record: SearchPosition): boolean {
    return this.#slices.get(second)?.keys.has(keyOf(record)) === true;
  }

  /** Takes more records of this second for known, unread. */
  addUnread(second: Second, count: number): void {
    this.#slice(second).unread += count;
  }

  /** Forgets what arrived before this second. */
  forgetBefore(first: Second): void {
    for (const second of this.#slices.keys()) if (second < first) this.#slices.delete(second);
  }

  #slice(second: Second): Slice {
    let slice = this.#slices.get(second);
    if (slice === undefined) this.#slices.set(second, (slice = { keys: new Set(), unread: 0 }));
    return slice;
  }

  #sum({ first, end }: Seconds, valueOf: (slice: Slice) => number): number {
    let sum = 0;
    for (const [second, slice] of this.#slices) if (second >= first && second < end) sum += valueOf(slice);
    return sum;
  }
}

function keyOf({ timestamp, id }: SearchPosition): string {
  return hash('sha1', `${timestamp}${id}`, 'base64').slice(0, KEY_LENGTH);
}
