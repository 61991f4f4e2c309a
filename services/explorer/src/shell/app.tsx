import { useEffect, useRef, useState } from 'preact/hooks';
import { closeView, currentView, isLive, openDialog, urlState } from '../app-state.ts';
import { FacetPanel } from '../facets/facet-panel.tsx';
import { HistogramPanel } from '../histogram/histogram-panel.tsx';
import { QueryBar } from '../query/query-bar.tsx';
import { RecordList } from '../records/record-list.tsx';
import { Toolbar } from '../records/toolbar.tsx';
import { isStoreEmpty, queryFault, records } from '../search/search-state.ts';
import { TimePicker } from '../time/time-picker.tsx';
import type { View, ViewProps } from '../view.ts';
import { DIALOGS, SLOTS, VIEWS } from '../views.ts';
import { Header } from './header.tsx';
import { Icon } from './icon.tsx';
import { Lazy } from './lazy.tsx';
import { NothingFound, QueryUnreadable, SearchFailed } from './notices.tsx';
import './app.css';

/** The page: header, what is looked for, what was found, and what is open over it. */
export function App() {
  const view = currentView.value;
  const shown = view && VIEWS[view.kind];
  const dialog = openDialog.value === undefined ? undefined : DIALOGS[openDialog.value];
  return (
    <>
      <Header />
      <main class="app-main">
        <div class="app-under" inert={shown !== undefined}>
          <div class="app-search">
            <QueryBar />
            <TimePicker />
          </div>
          <Body />
        </div>
        {view && shown && <ViewPanel view={shown} id={view.id} />}
      </main>
      {dialog && <Lazy load={dialog} id="" quiet />}
    </>
  );
}

/** Everything below the search: the tail, what to do in an empty store, or what was found. */
function Body() {
  if (isLive.value && SLOTS.tail) return <Lazy load={SLOTS.tail} id="" />;
  if (isStoreEmpty.value && SLOTS['first-run']) {
    return (
      <div class="app-scroll">
        <Lazy load={SLOTS['first-run']} id="" />
      </div>
    );
  }
  return (
    <div class="app-body">
      <Facets />
      <div class="app-found">
        <HistogramPanel />
        <Toolbar />
        <Found />
      </div>
    </div>
  );
}

function Found() {
  const { value, problem, isLoading } = records.value;
  if (queryFault.value) return <QueryUnreadable />;
  if (problem) return <SearchFailed problem={problem} />;
  if (value === undefined) return <div class="app-placeholder" aria-busy="true" />;
  if (value.rows.length === 0) return isLoading ? <div class="app-placeholder" aria-busy="true" /> : <NothingFound />;
  const { query, from, to, order } = urlState.value;
  // Another search begins at the top of the list.
  return <RecordList key={JSON.stringify([query, from, to, order])} rows={value.rows} />;
}

/** Beside the list where there is room, a drawer over it where there is not. */
function Facets() {
  const [inDrawer, setInDrawer] = useState(false);
  return (
    <>
      <button
        type="button"
        class="button button-small app-facets-toggle"
        aria-expanded={inDrawer}
        onClick={() => setInDrawer(!inDrawer)}
      >
        <Icon name="filter" /> Facets
      </button>
      <aside
        class={inDrawer ? 'app-facets app-facets-open' : 'app-facets'}
        aria-label="Facets"
        tabIndex={0}
        onKeyDown={(event) => {
          if (event.key === 'Escape') setInDrawer(false);
        }}
      >
        <FacetPanel />
      </aside>
    </>
  );
}

/** Covers the search and its results, which stay as they are until it is closed. */
function ViewPanel({ view, id }: ViewProps & { readonly view: View }) {
  const close = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    close.current?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <section class="view-panel" aria-label={view.title}>
      <div class="view-head">
        <h2>{view.title}</h2>
        <button
          ref={close}
          type="button"
          class="button button-quiet"
          aria-label={`Close ${view.title}`}
          onClick={closeView}
        >
          <Icon name="close" /> Close
        </button>
      </div>
      <div class="view-body" tabIndex={0} role="group" aria-label={`${view.title}: content`}>
        <Lazy key={id} load={view.load} id={id} />
      </div>
    </section>
  );
}
