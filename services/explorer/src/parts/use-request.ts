import { useEffect, useState } from 'preact/hooks';
import { ApiProblem } from '../api-problem.ts';

/** What became of a request so far. While it is repeated the last value stays. */
export type Requested<T> =
  | { readonly state: 'loading' }
  | { readonly state: 'ready'; readonly value: T }
  | { readonly state: 'failed'; readonly problem: ApiProblem };

/**
 * Asks when the component is first shown and whenever `key` changes; an earlier request is cancelled. While `scope` stays the same the
 * last value stays, too: such as more of the same, or its newest state. `again` asks once more.
 */
export function useRequest<T>(
  key: string,
  ask: (signal: AbortSignal) => Promise<T>,
  scope = key,
): { readonly result: Requested<T>; readonly again: () => void } {
  const [asked, setAsked] = useState<{ readonly scope: string; readonly result: Requested<T> }>({
    scope,
    result: LOADING,
  });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const cancel = new AbortController();
    setAsked((before) =>
      before.scope === scope && before.result.state === 'ready' ? before : { scope, result: LOADING },
    );
    ask(cancel.signal).then(
      (value) => {
        if (!cancel.signal.aborted) setAsked({ scope, result: { state: 'ready', value } });
      },
      (error: unknown) => {
        if (!cancel.signal.aborted) setAsked({ scope, result: { state: 'failed', problem: problemFrom(error) } });
      },
    );
    return () => {
      cancel.abort();
    };
    // `ask` is a new function at every rendering; `key` says what it asks for.
  }, [key, turn]);
  return {
    result: asked.scope === scope ? asked.result : LOADING,
    again: () => {
      setTurn((before) => before + 1);
    },
  };
}

const LOADING = { state: 'loading' } as const;

/** Whatever was thrown, as a problem that can be shown. */
export function problemFrom(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  return new ApiProblem(
    0,
    'unexpected_answer',
    error instanceof Error ? error.message : 'the answer could not be read',
  );
}
