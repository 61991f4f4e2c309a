import assert from 'node:assert/strict';
import type {
  SearchHit,
  SearchRequest,
  SearchResult,
  StoreDocument,
  StoreSearcher,
  StoreWriter,
  WriteOutcome,
} from '../ports/store.ts';

/** What a harness is made with. The rest is fixed: 400 days past, 2 days future. */
export interface StoreHarnessOptions {
  /** 0 keeps everything. */
  readonly retentionDays: number;
}

/**
 * One empty store with a started writer and searcher. `writer` and `searcher` may be other objects after `restart` and `kill`.
 */
export interface StoreHarness {
  readonly writer: StoreWriter;
  readonly searcher: StoreSearcher;
  /** Resolves when everything that was stored can be found. */
  refresh(): Promise<void>;
  /** Stops writer and searcher and starts new ones on the same data. */
  restart(): Promise<void>;
  /** Ends the store as kill -9 does and brings it back; writes under way may fail. Absent when the store cannot be killed. */
  readonly kill?: (() => Promise<void>) | undefined;
  /** Stops everything and removes the data. */
  stop(): Promise<void>;
}

/** Makes a harness on an empty store of its own. */
export type MakeStoreHarness = (options: StoreHarnessOptions) => Promise<StoreHarness>;

/** A signal that is never aborted. */
export const NEVER: AbortSignal = new AbortController().signal;

const EVERYTHING: SearchRequest = { order: 'asc', limit: 1000, countUpTo: 100_000 };

/** Writes without a signal. */
export function write(harness: StoreHarness, documents: readonly StoreDocument[]): Promise<readonly WriteOutcome[]> {
  return harness.writer.write(documents, { signal: NEVER });
}

/** Writes, expects `stored` for each, and waits until all can be found. */
export async function store(harness: StoreHarness, documents: readonly StoreDocument[]): Promise<void> {
  const outcomes = await write(harness, documents);
  assert.deepEqual(
    outcomes.filter((outcome) => outcome.status !== 'stored'),
    [],
  );
  assert.equal(outcomes.length, documents.length);
  await harness.refresh();
}

/** Searches; what is not given matches everything, oldest first. */
export function search(harness: StoreHarness, request: Partial<SearchRequest> = {}): Promise<SearchResult> {
  return harness.searcher.search({ ...EVERYTHING, ...request }, { signal: NEVER });
}

/** Ids of the hits, in order. */
export async function idsOf(harness: StoreHarness, request: Partial<SearchRequest> = {}): Promise<string[]> {
  const { hits } = await search(harness, request);
  return hits.map((hit) => hit.id);
}

/** All hits, page by page; `betweenPages` runs before each page but the first. */
export async function allPages(
  harness: StoreHarness,
  request: Partial<SearchRequest>,
  betweenPages: (page: number) => Promise<void> = () => Promise.resolve(),
): Promise<SearchHit[]> {
  const found: SearchHit[] = [];
  for (let page = 0; ; page += 1) {
    if (page > 0) await betweenPages(page);
    const last = found.at(-1);
    const after = last === undefined ? {} : { after: { timestamp: last.timestamp, id: last.id } };
    const { hits } = await search(harness, { ...request, ...after });
    if (hits.length === 0) return found;
    found.push(...hits);
  }
}

/** The outcomes' words alone. */
export function statuses(outcomes: readonly WriteOutcome[]): string[] {
  return outcomes.map((outcome) => outcome.status);
}
