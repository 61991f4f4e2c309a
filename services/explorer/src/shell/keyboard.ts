import { closeView, currentView, isLive, navigate, openDialog, showView, urlState } from '../app-state.ts';
import { currentRow, moveRow } from '../records/list-state.ts';
import { records } from '../search/search-state.ts';

/** How long after `g` the second key may come. */
const SEQUENCE_MS = 1500;

/** Keys of the whole page. In text fields and windows they are letters. Called once, by main.tsx. */
export function startKeyboard(): void {
  let goPressedMs = -Infinity;
  addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTyping(event.target) || document.querySelector('dialog[open]') !== null) return;
    const isSecond = event.timeStamp - goPressedMs < SEQUENCE_MS;
    goPressedMs = event.key === 'g' ? event.timeStamp : -Infinity;
    if (isSecond && event.key === 's') showView('status');
    else if (!isSecond && !act(event.key)) return;
    event.preventDefault();
  });
}

/** Does what a key means; false for one that means nothing. */
function act(key: string): boolean {
  switch (key) {
    case '/':
      document.getElementById('query')?.focus();
      return true;
    case 'j':
    case 'k':
      moveRow(key === 'j' ? 1 : -1, records.value.value?.rows.length ?? 0);
      return true;
    case 'Enter':
      return openCurrent();
    case 'Escape':
      return close();
    case '?':
      openDialog.value = 'help';
      return true;
    case 't':
      navigate({ live: !isLive.value, record: undefined, view: undefined });
      return true;
    case 'e':
      openDialog.value = 'export';
      return true;
    default:
      return key === 'g';
  }
}

/** Enter on a button is the button's. */
function openCurrent(): boolean {
  const isControl = document.activeElement?.closest('button, a, summary, [role="tab"]') ?? null;
  if (isControl !== null || currentRow.value === undefined) return false;
  const id = records.value.value?.rows[currentRow.value]?.id;
  navigate({ record: id === urlState.value.record ? undefined : id }, { replace: true });
  return true;
}

function close(): boolean {
  if (currentView.value) closeView();
  else if (urlState.value.record !== undefined) navigate({ record: undefined }, { replace: true });
  else return false;
  return true;
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches('input:not([type="checkbox"]), textarea, select'))
  );
}
