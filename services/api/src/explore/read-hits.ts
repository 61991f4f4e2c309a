import type { SearchHit, SearchResult } from '@paylog/shared/ports/store';

/** One page of hits behind a position, in an order that stays the same. */
export type ReadPage = (count: number, after: SearchHit | undefined) => Promise<SearchResult>;

export interface HitsWanted {
  /** Hits that were read already; they count. */
  readonly begun?: readonly SearchHit[];
  readonly count: number;
  /** About so many characters of records are read at most, however many hits are wanted. */
  readonly maxCharacters: number;
}

/** The first page tells how large records are, so that the next one does not bring more of them than fit. */
export const FIRST_PAGE = 100;
/** The port's bound, without the one more. */
const MAX_PAGE = 1000;

/** Reads page after page until there are enough hits, no more, or too many characters. */
export async function readHits(
  readPage: ReadPage,
  { begun = [], count, maxCharacters }: HitsWanted,
): Promise<readonly SearchHit[]> {
  const hits = begun.slice(0, count);
  let characters = charactersOf(hits);
  while (hits.length < count && characters < maxCharacters) {
    const fitting = Math.ceil((maxCharacters - characters) / (characters / hits.length));
    const asked = Math.min(count - hits.length, hits.length === 0 ? FIRST_PAGE : Math.min(fitting, MAX_PAGE));
    const { hits: more } = await readPage(asked, hits.at(-1));
    hits.push(...more);
    characters += charactersOf(more);
    if (more.length < asked) break;
  }
  return hits;
}

function charactersOf(hits: readonly SearchHit[]): number {
  return hits.reduce((sum, { source }) => sum + source.length, 0);
}
