import type { QueryFault } from '@paylog/shared/query/query-fault';
import type { RefObject } from 'preact';
import { useRef } from 'preact/hooks';
import type { Suggestion } from './completion.ts';
import { queryText } from '../app-state.ts';
import { highlightParts } from './highlight.ts';
import type { Suggestions } from './use-suggestions.ts';

interface QueryInputProps {
  readonly input: RefObject<HTMLInputElement | null>;
  readonly text: string;
  readonly fault: QueryFault | undefined;
  readonly suggestions: Suggestions;
  readonly onText: (text: string) => void;
  readonly onTake: (item: Suggestion) => void;
  readonly onRun: () => void;
}

/** The text field: an input whose own text is unseen, over the same text in colors. */
export function QueryInput({ input, text, fault, suggestions, onText, onTake, onRun }: QueryInputProps) {
  const marks = useRef<HTMLDivElement>(null);
  const { items, active } = suggestions;
  const isOpen = items.length > 0;
  const propose = (value: string, caret: number | null): void => suggestions.propose(value, caret ?? value.length);

  const onKeyDown = (event: KeyboardEvent): void => {
    const item = items[active];
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (isOpen) suggestions.move(event.key === 'ArrowDown' ? 1 : -1);
      else propose(text, input.current?.selectionStart ?? null);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      if (item) onTake(item);
      else onRun();
    } else if (event.key === 'Tab' && item && !event.shiftKey) {
      event.preventDefault();
      onTake(item);
    } else if (event.key === 'Escape') {
      if (isOpen) suggestions.close();
      // With nothing left to run the keyboard goes back to the list.
      else if (text === queryText.value) input.current?.blur();
      event.stopPropagation();
    }
  };
  return (
    <div class="query-text">
      <div class="query-marks" ref={marks} aria-hidden="true">
        {highlightParts(text, fault).map((part) => (
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
        aria-invalid={fault !== undefined}
        aria-describedby={fault ? 'query-fault' : undefined}
        placeholder='Search, for example  level:error service:checkout "card declined"'
        autocomplete="off"
        autocapitalize="off"
        autocorrect="off"
        spellcheck={false}
        value={text}
        onInput={(event) => {
          const { value, selectionStart } = event.currentTarget;
          onText(value);
          propose(value, selectionStart);
        }}
        onKeyDown={onKeyDown}
        onScroll={(event) => {
          if (marks.current) marks.current.scrollLeft = event.currentTarget.scrollLeft;
        }}
        onClick={(event) => propose(text, event.currentTarget.selectionStart)}
        onBlur={() => suggestions.close()}
      />
    </div>
  );
}
