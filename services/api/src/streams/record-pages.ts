import { StoreUnavailableError } from '@paylog/shared/errors/store-unavailable-error';
import { sleep } from '@paylog/shared/flow/backoff';
import type {
  RecordFilter,
  SearchHit,
  SearchPosition,
  SearchRequest,
  SearchResult,
  StoreSearcher,
} from '@paylog/shared/ports/store';

/** Which records, in which order. */
export interface PagesRequest {
  readonly filter: RecordFilter;
  readonly order: 'asc' | 'desc';
  /** Most records of all pages. */
  readonly limit: number;
}

/** Characters of a page that are aimed at; one page of the largest records is not much more. */
const PAGE_CHARACTERS = 2_000_000;
const FIRST_PAGE = 100;
const MAX_PAGE = 1000;
/** Waits before a page is asked for again; the first page is not, somebody waits for the answer. */
const RETRY_MS = [250, 1000, 3000] as const;

/**
 * All records of a filter, page by page. The last page is that of the records that were there in the beginning, so that it ends
 * however fast new ones come. Rejects with `StoreUnavailableError` when the store does not answer, also after some attempts.
 */
export async function* recordPages(
  searcher: StoreSearcher,
  { filter, order, limit }: PagesRequest,
  signal: AbortSignal,
): AsyncGenerator<readonly SearchHit[]> {
  // From the newest back nothing new comes into the way, and a given end is an end.
  const last = order === 'asc' && filter.to === undefined ? await newest(searcher, filter, signal) : undefined;
  if (last === 'none') return;
  let left = limit;
  let after: SearchPosition | undefined;
  let size = FIRST_PAGE;
  while (left > 0) {
    const request = { ...filter, order, limit: Math.min(size, left), countUpTo: 1, ...(after && { after }) };
    const { hits } = await ask(searcher, request, after === undefined ? [] : RETRY_MS, signal);
    const page = last === undefined ? hits : hits.filter((hit) => !isBehind(hit, last));
    if (page.length > 0) yield page;
    left -= page.length;
    if (page.length < request.limit) return;
    after = page.at(-1);
    size = nextSize(page);
  }
}

async function newest(
  searcher: StoreSearcher,
  filter: RecordFilter,
  signal: AbortSignal,
): Promise<SearchPosition | 'none'> {
  const { hits } = await searcher.search({ ...filter, order: 'desc', limit: 1, countUpTo: 1 }, { signal });
  return hits[0] ?? 'none';
}

function isBehind({ timestamp, id }: SearchPosition, last: SearchPosition): boolean {
  if (timestamp !== last.timestamp) return timestamp > last.timestamp;
  return Buffer.compare(Buffer.from(id), Buffer.from(last.id)) > 0;
}

function nextSize(page: readonly SearchHit[]): number {
  const characters = page.reduce((sum, { source }) => sum + source.length, 0);
  const fitting = Math.floor((PAGE_CHARACTERS * page.length) / Math.max(1, characters));
  return Math.max(1, Math.min(MAX_PAGE, fitting));
}

async function ask(
  searcher: StoreSearcher,
  request: SearchRequest,
  waitsMs: readonly number[],
  signal: AbortSignal,
): Promise<SearchResult> {
  for (const waitMs of waitsMs) {
    try {
      return await searcher.search(request, { signal });
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
      await sleep(waitMs, signal);
      signal.throwIfAborted();
    }
  }
  return searcher.search(request, { signal });
}
