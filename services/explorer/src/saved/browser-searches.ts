import { SavedSearches } from './saved-searches.ts';

/** The searches of this browser. */
export function browserSearches(): SavedSearches {
  try {
    return new SavedSearches(window.localStorage);
  } catch {
    // A browser that forbids storage throws on the very name of it.
    return new SavedSearches(undefined);
  }
}
