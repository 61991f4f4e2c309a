import { useEffect, useRef, useState } from 'preact/hooks';
import { navigate, openDialog, queryText, runAgain } from '../app-state.ts';
import { faultOf } from '../search/search-state.ts';
import { Icon } from '../shell/icon.tsx';
import { applySuggestion, completionPlace, type CompletionPlace, type Suggestion } from './completion.ts';
import { highlightParts } from './highlight.ts';
import { suggestionsFor } from './suggestions.ts';
import './query-bar.css';

/** What the list under the bar proposes, and for which part of the text. */
interface Proposals {
  readonly place: CompletionPlace;
  readonly items: readonly Suggestion[];
}

/** Long enough for a fast typist to finish a word before values are asked for. */
const TYPING_MS = 120;

/** The query: typed, colored, completed, and run by Enter. */
export function QueryBar() {
  const committed = queryText.value;
  const [text, setText] = useState(committed);
  const [proposals, setProposals] = useState<Proposals>();
  const [active, setActive] = useState(-1);
  const [wasTried, setWasTried] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const marks = useRef<HTMLDivElement>(null);
  const waiting = useRef<{ timer: ReturnType<typeof setTimeout>; cancel: AbortController } | undefined>(undefined);

  useEffect(() => {
    setText(committed);
    setWasTried(false);
  }, [committed]);

  const fault = faultOf(text);
  // While a word is being typed nearly everything is a fault: it is said when the query is run, or stands in the address.
  const shown = fault !== undefined && (wasTried || text === committed) ? fault : undefined;
  const items = proposals?.items ?? [];
  const isOpen = items.length > 0;

  const close = (): void => {
    if (waiting.current) {
      clearTimeout(waiting.current.timer);
      waiting.current.cancel.abort();
    }
    setProposals(undefined);
    setActive(-1);
  };
  const propose = (query: string, caret: number): void => {
    close();
    const place = completionPlace(query, caret);
    if (place === undefined) return;
    const cancel = new AbortController();
    const timer = setTimeout(() => {
      suggestionsFor(place, cancel.signal).then(
        (found) => {
          if (!cancel.signal.aborted && document.activeElement === input.current) setProposals({ place, items: found });
        },
        () => undefined,
      );
    }, TYPING_MS);
    waiting.current = { timer, cancel };
  };
  const run = (): void => {
    close();
    setWasTried(true);
    if (fault !== undefined) return;
    if (text === committed) runAgain();
    else navigate({ query: text, record: undefined });
  };
  const take = (item: Suggestion): void => {
    if (proposals === undefined || input.current === null) return;
    const next = applySuggestion(text, proposals.place, item);
    setText(next.query);
    // The caret can be placed in what the input holds only.
    input.current.value = next.query;
    input.current.focus();
    input.current.setSelectionRange(next.caret, next.caret);
    propose(next.query, next.caret);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const item = items[active];
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (!isOpen) propose(text, input.current?.selectionStart ?? text.length);
      else setActive((active + (event.key === 'ArrowDown' ? 1 : active < 0 ? 0 : -1) + items.length) % items.length);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      if (isOpen && item) take(item);
      else run();
    } else if (event.key === 'Tab' && isOpen && item && !event.shiftKey) {
      event.preventDefault();
      take(item);
    } else if (event.key === 'Escape' && isOpen) {
      event.stopPropagation();
      close();
    }
  };

  return (
    <div class="query-bar" role="search">
      <div class={shown ? 'query-box query-box-fault' : 'query-box'}>
        <Icon name="search" />
        <div class="query-text">
          <div class="query-marks" ref={marks} aria-hidden="true">
            {highlightParts(text, shown).map((part) => (
              <span class={`syntax-${part.style}`}>{part.text}</span>
            ))}
          </div>
          <input
            ref={input}
            id="query"
            type="text"
            role="combobox"
            aria-label="Search query"
            aria-autocomplete="list"
            aria-expanded={isOpen}
            aria-controls="query-suggestions"
            aria-activedescendant={isOpen && active >= 0 ? `query-suggestion-${active}` : undefined}
            aria-invalid={shown !== undefined}
            aria-describedby={shown ? 'query-fault' : undefined}
            placeholder='Search, for example  level:error service:checkout "card declined"'
            autocomplete="off"
            autocapitalize="off"
            autocorrect="off"
            spellcheck={false}
            value={text}
            onInput={(event) => {
              const { value, selectionStart } = event.currentTarget;
              setText(value);
              setWasTried(false);
              propose(value, selectionStart ?? value.length);
            }}
            onKeyDown={onKeyDown}
            onScroll={(event) => {
              if (marks.current) marks.current.scrollLeft = event.currentTarget.scrollLeft;
            }}
            onClick={(event) => propose(text, event.currentTarget.selectionStart ?? text.length)}
            onBlur={close}
          />
        </div>
        {text !== '' && (
          <button
            type="button"
            class="button button-quiet button-small"
            aria-label="Clear the query"
            onClick={() => {
              setText('');
              navigate({ query: '', record: undefined });
              input.current?.focus();
            }}
          >
            <Icon name="close" />
          </button>
        )}
        <button
          type="button"
          class="button button-quiet button-small query-syntax"
          onClick={() => (openDialog.value = 'syntax')}
        >
          Query syntax
        </button>
      </div>
      <ul
        id="query-suggestions"
        class="query-suggestions plain"
        role="listbox"
        aria-label="Suggestions"
        hidden={!isOpen}
      >
        {items.map((item, index) => (
          <li
            key={item.insert}
            id={`query-suggestion-${index}`}
            role="option"
            aria-selected={index === active}
            // Before the input loses the focus, which closes the list.
            onPointerDown={(event) => {
              event.preventDefault();
              take(item);
            }}
          >
            <span class="query-suggestion-label">{item.label}</span>
            <span class="query-suggestion-detail">{item.detail}</span>
          </li>
        ))}
      </ul>
      {shown && (
        <p id="query-fault" class="query-fault" role="alert">
          <strong>{sentence(shown.message)}</strong>, at {shown.position}
          {shown.advice === undefined ? '.' : `. ${sentence(shown.advice)}.`}
        </p>
      )}
      <button type="button" class="button button-primary query-run" onClick={run}>
        Search
      </button>
    </div>
  );
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
