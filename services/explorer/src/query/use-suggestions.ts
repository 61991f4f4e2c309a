import { completionAt } from '@paylog/shared/query/completion-at';
import { useRef, useState } from 'preact/hooks';
import type { Suggestion } from './completion.ts';
import { type CompletionPlace, suggestionsFor } from './suggestions.ts';

/** What the list under the bar proposes, for which part of the text, and which of it is chosen (-1: none). */
export interface Suggestions {
  readonly place: CompletionPlace | undefined;
  readonly items: readonly Suggestion[];
  readonly active: number;
  /** Looks for what could stand at the caret, a moment later: a fast typist is not interrupted. */
  propose(query: string, caret: number): void;
  /** Chooses the next or the one before, around the ends. */
  move(by: 1 | -1): void;
  close(): void;
}

/** Long enough for a fast typist to finish a word before values are asked for. */
const TYPING_MS = 120;

interface Found {
  readonly place: CompletionPlace;
  readonly items: readonly Suggestion[];
}

/** `isWanted` is asked when suggestions arrive: the focus may be elsewhere by then. */
export function useSuggestions(isWanted: () => boolean): Suggestions {
  const [found, setFound] = useState<Found>();
  const [active, setActive] = useState(-1);
  const waiting = useRef<{ readonly timer: number; readonly cancel: AbortController } | undefined>(undefined);
  const close = (): void => {
    clearTimeout(waiting.current?.timer);
    waiting.current?.cancel.abort();
    setFound(undefined);
    setActive(-1);
  };
  const propose = (query: string, caret: number): void => {
    clearTimeout(waiting.current?.timer);
    waiting.current?.cancel.abort();
    setActive(-1);
    const place = completionAt(query, caret);
    if (place.kind === 'none') {
      close();
      return;
    }
    // Until the new ones are there, the old ones stay for the same word, and go for another.
    setFound((before) =>
      before?.place.kind === place.kind && before.place.position === place.position
        ? { place, items: before.items }
        : undefined,
    );
    const cancel = new AbortController();
    const timer = window.setTimeout(() => {
      suggestionsFor(place, cancel.signal).then(
        (items) => {
          if (!cancel.signal.aborted && isWanted()) setFound({ place, items });
        },
        () => undefined,
      );
    }, TYPING_MS);
    waiting.current = { timer, cancel };
  };
  const items = found?.items ?? [];
  return {
    place: found?.place,
    items,
    active,
    propose,
    move: (by) => setActive((active + (by === -1 && active < 0 ? 0 : by) + items.length) % items.length),
    close,
  };
}
