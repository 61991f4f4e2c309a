import { useEffect } from 'preact/hooks';
import { openDialog, urlState } from '../app-state.ts';
import { Icon } from '../shell/icon.tsx';
import { browserSearches } from './browser-searches.ts';
import { searchOf } from './saved-searches.ts';

/** A search counts as run when it stood this long. */
const SETTLED_MS = 2_000;

/** The button that opens saved and recent searches; it also notes which searches were run. */
export function SavedSlot() {
  const state = urlState.value;
  const search = searchOf(state);
  const isWorthIt = state.query.trim() !== '';
  useEffect(() => {
    if (!isWorthIt) return undefined;
    const timer = setTimeout(() => browserSearches().remember(search), SETTLED_MS);
    return () => clearTimeout(timer);
  }, [search, isWorthIt]);
  return (
    <button
      type="button"
      class="button button-quiet"
      aria-haspopup="dialog"
      onClick={() => {
        openDialog.value = 'saved';
      }}
    >
      <Icon name="star" /> <span>Saved</span>
    </button>
  );
}
