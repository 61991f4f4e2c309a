import type { RecordFilter, SearchHit, SearchResult, StoreSearcher } from '@paylog/shared/ports/store';
import { FIRST_PAGE, readHits, type ReadPage } from './read-hits.ts';

/** The records of a trace or a payment, oldest first. */
export interface Story {
  readonly hits: readonly SearchHit[];
  readonly total: SearchResult['total'];
  /** So many of the hits come before the records that were left out; undefined when none were. */
  readonly cutAt: number | undefined;
}

/** Totals are exact up to here: twice as far as a story goes. */
const COUNT_UP_TO = 10_000;
/** Characters of records on each side of a cut. */
const MAX_CHARACTERS = 8 * 1024 * 1024;

/**
 * Reads all records of a filter, or, when there are more than `limit` (or they are very large), the oldest and the newest half: how it
 * began and how it ended matters more than the middle.
 */
export async function readStory(
  searcher: StoreSearcher,
  filter: RecordFilter,
  limit: number,
  signal: AbortSignal,
): Promise<Story> {
  const pagesOf =
    (order: 'asc' | 'desc', countUpTo: number): ReadPage =>
    (count, after) =>
      searcher.search({ ...filter, order, limit: count, countUpTo, ...(after && { after }) }, { signal });

  const first = await pagesOf('asc', COUNT_UP_TO)(Math.min(limit, FIRST_PAGE), undefined);
  const { total } = first;
  const fits = total.relation === 'eq' && total.value <= limit;
  const head = await readHits(pagesOf('asc', 1), {
    begun: first.hits,
    count: fits ? total.value : Math.ceil(limit / 2),
    maxCharacters: MAX_CHARACTERS,
  });
  if (total.relation === 'eq' && head.length >= total.value) return { hits: head, total, cutAt: undefined };
  const tail = await readHits(pagesOf('desc', 1), { count: limit - head.length, maxCharacters: MAX_CHARACTERS });
  const known = new Set(head.map(({ id }) => id));
  const rest = tail.filter(({ id }) => !known.has(id)).reverse();
  const isWhole = total.relation === 'eq' && head.length + rest.length >= total.value;
  return { hits: [...head, ...rest], total, cutAt: isWhole ? undefined : head.length };
}
