import type { QueryFault } from '@paylog/shared/query/query-fault';
import { describeFault } from '@paylog/shared/query/describe-fault';
import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { navigate, openDialog, queryText, runAgain } from '../app-state.ts';
import { faultOf } from '../search/search-state.ts';
import { Icon } from '../shell/icon.tsx';
import { applySuggestion, type Suggestion } from './completion.ts';
import { QueryInput } from './query-input.tsx';
import { useSuggestions } from './use-suggestions.ts';
import './query-bar.css';

/** The query: typed, colored, completed, and run by Enter. */
export function QueryBar() {
  const committed = queryText.value;
  const [text, setText] = useState(committed);
  const [wasTried, setWasTried] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const suggestions = useSuggestions(() => document.activeElement === input.current);

  useEffect(() => {
    setText(committed);
    setWasTried(false);
  }, [committed]);

  const fault = faultOf(text);
  // While a word is being typed nearly everything is a fault: it is said when the query is run, or stands in the address.
  const shown = wasTried || text === committed ? fault : undefined;

  const run = (): void => {
    suggestions.close();
    setWasTried(true);
    if (fault !== undefined) return;
    if (text === committed) runAgain();
    else navigate({ query: text, record: undefined });
  };
  const take = (item: Suggestion): void => {
    if (suggestions.place === undefined || input.current === null) return;
    const next = applySuggestion(text, suggestions.place, item);
    setText(next.query);
    setWasTried(false);
    putInto(input, next.query, next.caret);
    if (suggestions.place.kind === 'value') suggestions.close();
    else suggestions.propose(next.query, next.caret);
  };
  return (
    <div class="query-bar" role="search">
      <div class={shown ? 'query-box query-box-fault' : 'query-box'}>
        <Icon name="search" />
        <QueryInput
          input={input}
          text={text}
          fault={shown}
          suggestions={suggestions}
          onText={(value) => {
            setText(value);
            setWasTried(false);
          }}
          onTake={take}
          onRun={run}
        />
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
      <SuggestionList items={suggestions.items} active={suggestions.active} onTake={take} />
      {shown && <Fault text={text} fault={shown} />}
      <button type="button" class="button button-primary query-run" onClick={run}>
        Search
      </button>
    </div>
  );
}

/** The caret can be placed in what the input holds only, which rendering would change too late. */
function putInto(input: RefObject<HTMLInputElement | null>, text: string, caret: number): void {
  if (input.current === null) return;
  input.current.value = text;
  input.current.focus();
  input.current.setSelectionRange(caret, caret);
}

interface SuggestionListProps {
  readonly items: readonly Suggestion[];
  readonly active: number;
  readonly onTake: (item: Suggestion) => void;
}

function SuggestionList({ items, active, onTake }: SuggestionListProps) {
  return (
    <ul
      id="query-suggestions"
      class="query-suggestions plain"
      role="listbox"
      aria-label="Suggestions"
      hidden={items.length === 0}
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
            onTake(item);
          }}
        >
          <span class="query-suggestion-label">{item.label}</span>
          <span class="query-suggestion-detail">{item.detail}</span>
        </li>
      ))}
    </ul>
  );
}

function Fault({ text, fault }: { readonly text: string; readonly fault: QueryFault }) {
  return (
    <p id="query-fault" class="query-fault" role="alert">
      <strong>{describeFault(text, fault)}</strong>
      {fault.advice !== undefined && <span>{fault.advice}</span>}
    </p>
  );
}
