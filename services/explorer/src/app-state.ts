import { computed, signal, type ReadonlySignal } from '@preact/signals';
import { DEFAULT_STATE, formatUrlState, parseUrlState, type UrlState } from './state/url-state.ts';

/** What is shown, as the address bar says it. Change it by {@link navigate}. */
const state = signal<UrlState>(DEFAULT_STATE);

/** The state of the page; the same as its address. */
export const urlState: ReadonlySignal<UrlState> = state;

/** Parts of the state, so that a component that reads one does not render for another. */
export const queryText = computed(() => state.value.query);
export const currentView = computed(() => state.value.view);
export const isLive = computed(() => state.value.live);
export const openRecordId = computed(() => state.value.record);

/** Grows with every run of the search that a person (or auto-refresh) asked for; relative times are taken anew. */
export const runNumber = signal(0);

/** A window that covers the page and is not part of its address: `help`, `export`, `saved` ... */
export const openDialog = signal<string | undefined>(undefined);

/** Reads the address now and whenever the person goes back or forward. Called once, by main.tsx. */
export function startAppState(): void {
  state.value = parseUrlState(location.search);
  addEventListener('popstate', () => {
    state.value = parseUrlState(location.search);
  });
}

/** Goes to another state. `replace` for what is not worth a step back, such as the record that is open. */
export function navigate(change: Partial<UrlState>, { replace = false } = {}): void {
  const next = { ...state.value, ...change };
  const search = formatUrlState(next);
  if (search !== formatUrlState(state.value)) {
    const address = `${location.pathname}${search}`;
    if (replace) history.replaceState(null, '', address);
    else history.pushState(null, '', address);
  }
  state.value = next;
}

/** The address of another state, for links that can be opened in a new tab. */
export function addressOf(change: Partial<UrlState>): string {
  return `${location.pathname}${formatUrlState({ ...state.value, ...change })}`;
}

/** Runs the search again. */
export function runAgain(): void {
  runNumber.value += 1;
}

/** Opens a view such as `payment` with what it shows; the list is where the person left it when the view is closed. */
export function showView(kind: string, id = ''): void {
  navigate({ view: { kind, id } });
}

export function closeView(): void {
  navigate({ view: undefined });
}
