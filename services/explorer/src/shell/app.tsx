import { closeView, currentView, openDialog } from '../app-state.ts';
import { DIALOGS, VIEWS } from '../views.ts';
import { Lazy } from './lazy.tsx';
import './app.css';

/** The page: header, what is looked for, what was found, and what is open over it. */
export function App() {
  const view = currentView.value;
  const shown = view && VIEWS[view.kind];
  const dialog = openDialog.value === undefined ? undefined : DIALOGS[openDialog.value];
  return (
    <>
      <header class="app-header">
        <h1>Pay Log Aggregator</h1>
      </header>
      <main class="app-main"></main>
      {view && shown && (
        <section class="view-panel" aria-label={shown.title}>
          <button type="button" onClick={closeView}>
            Close
          </button>
          <Lazy load={shown.load} id={view.id} />
        </section>
      )}
      {dialog && <Lazy load={dialog} id="" />}
    </>
  );
}
