import { batch, computed, effect, signal, untracked, type Signal } from '@preact/signals';
import { parseQuery } from '@paylog/shared/query/parse-query';
import type { QueryFault } from '@paylog/shared/query/query-fault';
import { getFacets, getHistogram, searchLogs } from '../api-client.ts';
import type { ApiProblem } from '../api-problem.ts';
import type { Facet, Filter, Histogram, LogRecord, Total } from '../api-types.ts';
import { runAgain, runNumber, urlState } from '../app-state.ts';
import { problemFrom } from '../parts/use-request.ts';
import { isOwnLog, WITHOUT_OWN_LOGS } from './own-logs.ts';
import { facetFields, zone } from '../state/preferences.ts';
import { zoneId } from '../time/time-range.ts';

/** What is known of something that was asked for. While it is asked again, the last value stays. */
export interface Asked<T> {
  readonly isLoading: boolean;
  readonly value: T | undefined;
  readonly problem: ApiProblem | undefined;
}

/** The records that were found so far, in the order of the list. */
export interface FoundRecords {
  readonly rows: readonly LogRecord[];
  readonly total: Total;
  readonly tookMs: number;
  readonly nextCursor: string | null;
}

/** Records of the first page, and of those that follow while one scrolls: more at once costs less per record. */
const FIRST_PAGE = 200;
const NEXT_PAGE = 500;
/** Rows that the list keeps; for more there is the export. */
export const MAX_ROWS = 100_000;
/** Bars are about as wide as a finger is precise. */
const BUCKETS = 80;
const FACET_VALUES = 10;

const nothing = { isLoading: false, value: undefined, problem: undefined };

export const records = signal<Asked<FoundRecords>>(nothing);
/** A page behind those that are shown is on its way, or why it did not come. */
export const nextPage = signal<{ readonly isLoading: boolean; readonly problem: ApiProblem | undefined }>({
  isLoading: false,
  problem: undefined,
});
export const histogram = signal<Asked<Histogram>>(nothing);
export const facets = signal<Asked<readonly Facet[]>>(nothing);

/** Why the query of the address cannot be run, if so. */
export const queryFault = computed<QueryFault | undefined>(() => faultOf(urlState.value.query));

/** The filter of every request: what the address says. */
export const currentFilter = computed<Filter>(() => {
  const { query, from, to } = urlState.value;
  return { query: query.trim(), from, to };
});

/** Why a text is no query. */
export function faultOf(text: string): QueryFault | undefined {
  const parsed = text.trim() === '' ? undefined : parseQuery(text, { nowMs: Date.now() });
  return parsed === undefined || parsed.ok ? undefined : parsed.fault;
}

/** One of what was found: a text that changes with everything that the search depends on. */
const searchKey = computed(() => {
  const { query, from, to } = currentFilter.value;
  return JSON.stringify([query, from, to, runNumber.value, urlState.value.live]);
});
const orderOf = computed(() => urlState.value.order);
const facetKey = computed(() => facetFields.value.join(','));

/** The store holds nothing but own logs: known once a search over all time without conditions finds nothing else. */
export const isStoreEmpty = signal(false);

let nextPageCancel: AbortController | undefined;

/** Runs the search whenever the address asks for something else. Called once, by main.tsx. */
export function startSearch(): void {
  onChange(
    () => `${searchKey.value} ${orderOf.value}`,
    (signal) => {
      nextPageCancel?.abort();
      nextPage.value = { isLoading: false, problem: undefined };
      return ask(records, signal, async () => {
        const page = await searchLogs({ ...currentFilter.value, order: orderOf.value, limit: FIRST_PAGE }, { signal });
        return { rows: page.logs, total: page.total, tookMs: page.took_ms, nextCursor: page.next_cursor };
      });
    },
  );
  onChange(
    () => `${searchKey.value} ${zone.value}`,
    (signal) =>
      ask(histogram, signal, () =>
        getHistogram(
          { ...currentFilter.value, buckets: BUCKETS, time_zone: zoneId(zone.value), split: 'level', split_limit: 6 },
          { signal },
        ),
      ),
  );
  onChange(
    () => `${searchKey.value} ${facetKey.value}`,
    (signal) =>
      ask(facets, signal, async () => {
        if (facetKey.value === '') return [];
        return (await getFacets({ ...currentFilter.value, fields: facetKey.value, limit: FACET_VALUES }, { signal }))
          .facets;
      }),
  );
  onChange(
    () => records.value.value?.rows.length,
    (signal) => {
      if (records.value.value?.rows.every(isOwnLog) === true) void lookForAnything(signal);
      else isStoreEmpty.value = false;
    },
  );
  onChange(
    () => urlState.value.refresh,
    (signal) => {
      const seconds = urlState.value.refresh;
      if (seconds === 0) return;
      const timer = setInterval(() => {
        if (!document.hidden && !records.value.isLoading) runAgain();
      }, seconds * 1000);
      signal.addEventListener('abort', () => clearInterval(timer));
    },
  );
}

/** Runs `work` now and whenever the key is another one; the signal of the run before is aborted. Live tail stops searching. */
function onChange(key: () => unknown, work: (signal: AbortSignal) => unknown): void {
  let before: AbortController | undefined;
  effect(() => {
    key();
    before?.abort();
    before = new AbortController();
    const { signal } = before;
    untracked(() => {
      if (!urlState.value.live && queryFault.value === undefined) work(signal);
    });
  });
}

async function ask<T>(target: Signal<Asked<T>>, signal: AbortSignal, work: () => Promise<T>): Promise<void> {
  target.value = { ...target.value, isLoading: true };
  try {
    const value = await work();
    if (!signal.aborted) target.value = { isLoading: false, value, problem: undefined };
  } catch (error) {
    if (!signal.aborted) target.value = { isLoading: false, value: undefined, problem: problemFrom(error) };
  }
}

/** Nothing was found, or own logs alone: there may be nothing else to find. */
async function lookForAnything(signal: AbortSignal): Promise<void> {
  const page = await searchLogs({ query: WITHOUT_OWN_LOGS, limit: 1 }, { signal }).catch(() => undefined);
  if (!signal.aborted) isStoreEmpty.value = page?.logs.length === 0;
}

/** Fetches the page behind the last row, unless one is on its way, there is none, or the list is full. */
export async function loadNextPage(): Promise<void> {
  const shown = records.value.value;
  if (!shown?.nextCursor || nextPage.value.isLoading || records.value.isLoading || shown.rows.length >= MAX_ROWS)
    return;
  const cancel = new AbortController();
  nextPageCancel = cancel;
  nextPage.value = { isLoading: true, problem: undefined };
  try {
    const page = await searchLogs(
      { ...currentFilter.value, order: orderOf.value, limit: NEXT_PAGE, cursor: shown.nextCursor },
      { signal: cancel.signal },
    );
    // Reading the answer and drawing it are two tasks, so that scrolling goes on in between.
    await new Promise((resolve) => setTimeout(resolve));
    if (cancel.signal.aborted) return;
    batch(() => {
      const rows = [...shown.rows, ...page.logs];
      records.value = { ...records.value, value: { ...shown, rows, nextCursor: page.next_cursor } };
      nextPage.value = { isLoading: false, problem: undefined };
    });
  } catch (error) {
    if (!cancel.signal.aborted) nextPage.value = { isLoading: false, problem: problemFrom(error) };
  }
}
