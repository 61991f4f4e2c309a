import { useEffect, useState } from 'preact/hooks';
import { getStatus } from '../api-client.ts';
import type { ApiProblem } from '../api-problem.ts';
import { problemFrom } from '../parts/use-request.ts';
import { addSample, type Sample } from './sparkline-path.ts';
import type { StatusDocument } from './status-document.ts';

/** What is known since the view was opened. */
export interface Watched {
  readonly status: StatusDocument | undefined;
  /** Why the last question has no answer. */
  readonly problem: ApiProblem | undefined;
  readonly rates: readonly Sample[];
  /** Records behind, about half a minute ago. */
  readonly earlierLag: number | undefined;
}

const EVERY_MS = 3_000;
const TREND_MS = 30_000;

interface Kept extends Watched {
  readonly lags: readonly Sample[];
}

/** Asks every few seconds while the page is in sight. */
export function useStatus(): Watched {
  const [kept, setKept] = useState<Kept>({
    status: undefined,
    problem: undefined,
    rates: [],
    lags: [],
    earlierLag: undefined,
  });
  useEffect(() => {
    const cancel = new AbortController();
    let isAsking = false;
    const ask = async (): Promise<void> => {
      if (document.hidden || isAsking) return;
      isAsking = true;
      try {
        const status = await getStatus<StatusDocument>({ signal: cancel.signal });
        setKept((before) => withStatus(before, status, Date.now()));
      } catch (error) {
        if (!cancel.signal.aborted) setKept((before) => ({ ...before, problem: problemFrom(error) }));
      } finally {
        isAsking = false;
      }
    };
    const askNow = (): void => void ask();
    askNow();
    const timer = setInterval(askNow, EVERY_MS);
    document.addEventListener('visibilitychange', askNow);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', askNow);
      cancel.abort();
    };
  }, []);
  return kept;
}

function withStatus(before: Kept, status: StatusDocument, atMs: number): Kept {
  const { lag_records: lag } = status.queue;
  const lags = lag === null ? before.lags : addSample(before.lags, { atMs, value: lag });
  return {
    status,
    problem: undefined,
    rates: addSample(before.rates, { atMs, value: status.ingest.accepted_per_second }),
    lags,
    earlierLag: lags.findLast((sample) => sample.atMs <= atMs - TREND_MS)?.value,
  };
}
