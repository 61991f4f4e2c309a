import { useEffect, useRef, useState } from 'preact/hooks';
import { searchLogs, tailUrl } from '../api-client.ts';
import type { ApiProblem } from '../api-problem.ts';
import type { LogRecord } from '../api-types.ts';
import { navigate, queryText, urlState } from '../app-state.ts';
import { problemFrom } from '../parts/use-request.ts';
import { countOf, formatCount } from '../records/format-count.ts';
import { currentRow } from '../records/list-state.ts';
import { RecordList } from '../records/record-list.tsx';
import { records } from '../search/search-state.ts';
import { formatRate } from '../status/findings.ts';
import { TailBuffer, TAIL_CAPACITY, type TailShown } from './tail-buffer.ts';
import { TailConnection, type TailState } from './tail-connection.ts';
import '../parts/parts.css';
import './tail.css';

/** How many records a second a person may ask for. */
const RATES = [50, 200, 500] as const;

/** Scrolled this far down, somebody is reading: the tail waits, until the list is at its top again. */
const READING_PX = 60;
const TOP_PX = 4;

/** Why the tail waits: somebody said so, or is reading further down. */
type Pause = 'no' | 'asked' | 'reading';

/** Records as they arrive, with the filters of the query bar. The time range does not apply: a tail begins now and has no end. */
export function TailView() {
  const query = queryText.value.trim();
  const [rate, setRate] = useState<number>(RATES[0]);
  const [pause, setPause] = useState<Pause>('no');
  const tail = useTail(query, rate);
  const { shown, state } = tail;
  const openRecord = urlState.value.record;
  const setPaused = (next: Pause): void => {
    setPause(next);
    if (next === 'no') currentRow.value = undefined;
    tail.setPaused(next !== 'no');
  };
  const row = currentRow.value;
  useEffect(() => {
    // Whoever opens a record, or goes to one by the keyboard, wants to read it, not to see it move away.
    if ((openRecord !== undefined || row !== undefined) && pause === 'no') setPaused('reading');
  }, [openRecord, row]);
  useShownAsFound(shown.rows);
  const onScroll = (event: Event): void => {
    if (!(event.target instanceof HTMLElement)) return;
    const { scrollTop } = event.target;
    if (pause === 'no' && scrollTop > READING_PX) setPaused('reading');
    if (pause === 'reading' && scrollTop <= TOP_PX && openRecord === undefined) setPaused('no');
  };
  return (
    <section class="tail" aria-label="Live tail" onScrollCapture={onScroll}>
      <div class="tail-bar">
        <button
          type="button"
          class={pause === 'no' ? 'part-button' : 'part-button part-button-primary'}
          onClick={() => setPaused(pause === 'no' ? 'asked' : 'no')}
        >
          {pause === 'no' ? 'Pause' : shown.waiting === 0 ? 'Resume' : `Resume and show ${formatCount(shown.waiting)}`}
        </button>
        <button type="button" class="part-button" onClick={tail.clear}>
          Clear
        </button>
        <label class="tail-rate">
          At most
          <select
            class="part-input"
            value={String(rate)}
            onChange={(event) => setRate(Number(event.currentTarget.value))}
          >
            {RATES.map((each) => (
              <option key={each} value={String(each)}>
                {each} per second
              </option>
            ))}
          </select>
        </label>
        <button type="button" class="part-button" onClick={() => navigate({ live: false })}>
          Stop live tail
        </button>
        <p class="tail-state" role="status" data-state={pause === 'no' ? state : 'paused'}>
          {pause === 'no' ? STATE_TEXTS[state] : pauseText(pause, shown)}
        </p>
        <p class="tail-facts">{factsText(shown)}</p>
      </div>
      {state === 'refused' && <Refused query={query} again={tail.again} />}
      {shown.rows.length > 0 ? <RecordList rows={shown.rows} /> : state !== 'refused' && <Nothing query={query} />}
    </section>
  );
}

const STATE_TEXTS: Readonly<Record<TailState, string>> = {
  connecting: 'Connecting ...',
  live: 'Live',
  reconnecting: 'The connection is lost; connecting again. What arrives meanwhile is shown then.',
  store: 'The store does not answer. The tail goes on by itself when it does.',
  refused: 'Not connected',
};

function pauseText(pause: Pause, { waiting }: TailShown): string {
  const why = pause === 'reading' ? 'Paused while you read' : 'Paused';
  return waiting === 0 ? why : `${why}: ${countOf(waiting, 'record')} ${waiting === 1 ? 'waits' : 'wait'}`;
}

function factsText({ perSecond, received, leftOut, dropped }: TailShown): string {
  const parts = [`${formatRate(perSecond)} per second`, `${formatCount(received)} received`];
  if (leftOut.count > 0) {
    parts.push(
      `${leftOut.relation === 'gte' ? 'more than ' : ''}${formatCount(leftOut.count)} left out: narrow the query, or let more through`,
    );
  }
  if (dropped > 0) parts.push(`the newest ${formatCount(TAIL_CAPACITY)} are kept`);
  return parts.join(' · ');
}

function Nothing({ query }: { readonly query: string }) {
  return (
    <div class="part-empty">
      <h2>Waiting for records</h2>
      <p>
        {query === '' ? (
          'Every record shows up here about a second after it was accepted.'
        ) : (
          <>
            Records that match <code>{query}</code> show up here about a second after they were accepted.
          </>
        )}
      </p>
    </div>
  );
}

/** An event stream does not say why it was refused; the search, asked the same, does. */
function Refused({ query, again }: { readonly query: string; readonly again: () => void }) {
  const [why, setWhy] = useState('');
  useEffect(() => {
    void refusalOf(query).then((problem) => setWhy(problem?.message ?? ''));
  }, [query]);
  return (
    <div class="part-empty" role="alert">
      <h2>The live tail was refused</h2>
      <p>{why}</p>
      <button type="button" class="part-button" onClick={again}>
        Try again
      </button>
    </div>
  );
}

/** List and keyboard work on what was found; while the tail is shown, that is what it shows. No search runs meanwhile. */
function useShownAsFound(rows: readonly LogRecord[]): void {
  useEffect(() => {
    currentRow.value = undefined;
  }, []);
  useEffect(() => {
    const value = { rows, total: { value: rows.length, relation: 'eq' as const }, tookMs: 0, nextCursor: null };
    records.value = { isLoading: false, value, problem: undefined };
  }, [rows]);
}

/** A little earlier than needed: a record is found a moment after it was accepted, and one that comes again is shown once. */
function beginningOf(agoMs: number): string {
  return `-${Math.ceil(agoMs / 1_000) + 2}s`;
}

/** Why a query is refused: a fault of the request, which stays one. Undefined when it is not, or nobody can say. */
async function refusalOf(query: string): Promise<ApiProblem | undefined> {
  try {
    await searchLogs({ query, limit: 1 });
    return undefined;
  } catch (error) {
    const problem = problemFrom(error);
    return problem.status >= 400 && problem.status < 500 && problem.status !== 429 ? problem : undefined;
  }
}

interface Tail {
  readonly shown: TailShown;
  readonly state: TailState;
  readonly setPaused: (isPaused: boolean) => void;
  readonly clear: () => void;
  readonly again: () => void;
}

/** The rate falls also while nothing arrives. */
const TICK_MS = 1_000;

function useTail(query: string, perSecond: number): Tail {
  const buffer = useRef(new TailBuffer());
  const [shown, setShown] = useState<TailShown>(() => buffer.current.shown(Date.now()));
  const [state, setState] = useState<TailState>('connecting');
  const [turn, setTurn] = useState(0);
  const show = (): void => setShown(buffer.current.shown(Date.now()));
  useEffect(() => {
    const isPaused = buffer.current.shown(Date.now()).isPaused;
    buffer.current = new TailBuffer();
    if (isPaused) buffer.current.pause();
    show();
    const connection = new TailConnection(
      {
        onRecords: (arrived) => {
          buffer.current.add(arrived, Date.now());
          show();
        },
        onLeftOut: (count, relation) => buffer.current.leaveOut(count, relation),
        onState: setState,
      },
      {
        url: (agoMs) =>
          tailUrl({ query, max_per_second: perSecond, from: agoMs === undefined ? undefined : beginningOf(agoMs) }),
        isRefused: async () => (await refusalOf(query)) !== undefined,
      },
    );
    connection.open();
    return () => connection.close();
  }, [query, perSecond, turn]);
  useEffect(() => {
    const timer = setInterval(show, TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return {
    shown,
    state,
    setPaused: (isPaused) => {
      if (isPaused) buffer.current.pause();
      else buffer.current.resume();
      show();
    },
    clear: () => {
      buffer.current.clear();
      show();
    },
    again: () => setTurn((before) => before + 1),
  };
}
