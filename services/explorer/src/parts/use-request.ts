import { useEffect, useState } from 'preact/hooks';
import { ApiProblem } from '../api-problem.ts';

/** What became of a request so far. While it is repeated the last value stays. */
export type Requested<T> =
  | { readonly state: 'loading' }
  | { readonly state: 'ready'; readonly value: T }
  | { readonly state: 'failed'; readonly problem: ApiProblem };

/**
 * Asks when the component is first shown and whenever `key` changes; an earlier request is cancelled. `again` asks once more.
 */
export function useRequest<T>(
  key: string,
  ask: (signal: AbortSignal) => Promise<T>,
): { readonly result: Requested<T>; readonly again: () => void } {
  const [result, setResult] = useState<Requested<T>>({ state: 'loading' });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const cancel = new AbortController();
    setResult({ state: 'loading' });
    ask(cancel.signal).then(
      (value) => {
        if (!cancel.signal.aborted) setResult({ state: 'ready', value });
      },
      (error: unknown) => {
        if (!cancel.signal.aborted) setResult({ state: 'failed', problem: problemFrom(error) });
      },
    );
    return () => {
      cancel.abort();
    };
    // `ask` is a new function at every rendering; `key` says what it asks for.
  }, [key, turn]);
  return { result, again: () => setTurn((before) => before + 1) };
}

/** Whatever was thrown, as a problem that can be shown. */
export function problemFrom(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  return new ApiProblem(
    0,
    'unexpected_answer',
    error instanceof Error ? error.message : 'the answer could not be read',
  );
}
