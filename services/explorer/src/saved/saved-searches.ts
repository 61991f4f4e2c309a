/**
 * Searches that a person keeps, and those that were run of late. Both stay in the browser's own storage and are never sent. Storage that is full,
 * forbidden or holds something else is no reason to fail: then nothing is remembered.
 */
import { parseUrlState, formatUrlState, type UrlState } from '../state/url-state.ts';

/** A search with a name. */
export interface SavedSearch {
  readonly id: string;
  readonly name: string;
  /** Query string of the page, with `?`. */
  readonly search: string;
}

/** Part of `Storage` that is needed. */
export type SearchStorage = Pick<Storage, 'getItem' | 'setItem'>;

export const MAX_SAVED = 100;
export const MAX_RECENT = 20;
export const MAX_NAME_LENGTH = 80;
const MAX_SEARCH_LENGTH = 12_000;
const SAVED_KEY = 'paylog.saved-searches';
const RECENT_KEY = 'paylog.recent-searches';

/** What a search is without what happened to be open: record, view and live tail. */
export function searchOf(state: UrlState): string {
  return formatUrlState({ ...state, record: undefined, view: undefined, live: false, refresh: 0 }) || '?';
}

/** The words of the query, or what stands for none. */
export function titleOf(search: string): string {
  const query = parseUrlState(search).query.trim();
  return query === '' ? 'All records' : query;
}

/** `last 15 minutes`-like text of the times of a search; empty for the usual ones. */
export function timesOf(search: string): string {
  const { from, to } = parseUrlState(search);
  if (from === '' && to === '') return 'all time';
  if (to === '') return from.startsWith('-') ? `last ${from.slice(1)}` : `since ${from}`;
  return `${from === '' ? 'beginning' : from} to ${to}`;
}

/** Searches with names, the newest first, and recent ones, the last run first. */
export class SavedSearches {
  readonly #storage: SearchStorage | undefined;

  constructor(storage: SearchStorage | undefined) {
    this.#storage = storage;
  }

  saved(): readonly SavedSearch[] {
    return this.#read(SAVED_KEY).flatMap((entry) => (isSaved(entry) ? [entry] : []));
  }

  recent(): readonly string[] {
    return this.#read(RECENT_KEY).flatMap((entry) => (isSearch(entry) ? [entry] : []));
  }

  /** Keeps a search. False when there are too many, or the browser does not let it be kept. */
  save(name: string, search: string, id: string): boolean {
    const saved = this.saved();
    if (saved.length >= MAX_SAVED || !isSearch(search)) return false;
    return this.#write(SAVED_KEY, [{ id, name: cleanName(name, search), search }, ...saved]);
  }

  rename(id: string, name: string): boolean {
    const saved = this.saved();
    return this.#write(
      SAVED_KEY,
      saved.map((each) => (each.id === id ? { ...each, name: cleanName(name, each.search) } : each)),
    );
  }

  remove(id: string): boolean {
    return this.#write(
      SAVED_KEY,
      this.saved().filter((each) => each.id !== id),
    );
  }

  /** Puts a search in front of the recent ones; the oldest is forgotten. */
  remember(search: string): boolean {
    if (!isSearch(search)) return false;
    const others = this.recent().filter((each) => each !== search);
    return this.#write(RECENT_KEY, [search, ...others].slice(0, MAX_RECENT));
  }

  forgetRecent(): boolean {
    return this.#write(RECENT_KEY, []);
  }

  #read(key: string): readonly unknown[] {
    try {
      const parsed: unknown = JSON.parse(this.#storage?.getItem(key) ?? '[]');
      return Array.isArray(parsed) ? parsed : [];
    } catch {
      return [];
    }
  }

  #write(key: string, value: unknown): boolean {
    if (this.#storage === undefined) return false;
    try {
      this.#storage.setItem(key, JSON.stringify(value));
      return true;
    } catch {
      return false;
    }
  }
}

function cleanName(name: string, search: string): string {
  const clean = name.trim().slice(0, MAX_NAME_LENGTH);
  return clean === '' ? titleOf(search).slice(0, MAX_NAME_LENGTH) : clean;
}

const isSearch = (value: unknown): value is string =>
  typeof value === 'string' && value.startsWith('?') && value.length <= MAX_SEARCH_LENGTH;

function isSaved(value: unknown): value is SavedSearch {
  if (typeof value !== 'object' || value === null) return false;
  const { id, name, search } = value as Readonly<Record<string, unknown>>;
  return typeof id === 'string' && typeof name === 'string' && isSearch(search);
}
