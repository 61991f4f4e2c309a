import type { RecordFilter, SearchHit, SearchResult, StoreSearcher } from '@paylog/shared/ports/store';

/** The records of a trace or a payment, oldest first. */
export interface Story {
  readonly hits: readonly SearchHit[];
  readonly total: SearchResult['total'];
  /** So many of the hits come before the records that were left out; undefined when none were. */
  readonly cutAt: number | undefined;
}

/** Records of one request to the store. */
const PAGE = 500;
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
  const page = (order: 'asc' | 'desc', count: number, after: SearchHit | undefined): Promise<SearchResult> =>
    searcher.search(
      {
        ...filter,
        order,
        limit: count,
        countUpTo: after || order === 'desc' ? 1 : COUNT_UP_TO,
        ...(after && { after }),
      },
      { signal },
    );
  const collect = async (order: 'asc' | 'desc', begun: readonly SearchHit[], want: number): Promise<SearchHit[]> => {
    const hits = begun.slice(0, want);
    let characters = charactersOf(hits);
    let isAtEnd = false;
    while (!isAtEnd && hits.length < want && characters < MAX_CHARACTERS) {
      const count = Math.min(want - hits.length, PAGE);
      const { hits: more } = await page(order, count, hits.at(-1));
      hits.push(...more);
      characters += charactersOf(more);
      isAtEnd = more.length < count;
    }
    return hits;
  };

  const first = await page('asc', Math.min(limit, PAGE), undefined);
  const { total } = first;
  const fits = total.relation === 'eq' && total.value <= limit;
  const head = await collect('asc', first.hits, fits ? Math.min(limit, total.value) : Math.ceil(limit / 2));
  if (total.relation === 'eq' && head.length >= total.value) return { hits: head, total, cutAt: undefined };
  const tail = await collect('desc', [], limit - head.length);
  const known = new Set(head.map(({ id }) => id));
  const rest = tail.filter(({ id }) => !known.has(id)).reverse();
  const isWhole = total.relation === 'eq' && head.length + rest.length >= total.value;
  return { hits: [...head, ...rest], total, cutAt: isWhole ? undefined : head.length };
}

function charactersOf(hits: readonly SearchHit[]): number {
  return hits.reduce((sum, { source }) => sum + source.length, 0);
}
