import type { LogRecord } from '../api-types.ts';

/** How the connection is. `store`: the server is there, its store is not; it goes on by itself. */
export type TailState = 'connecting' | 'live' | 'reconnecting' | 'store' | 'refused';

/** What comes over the connection. */
export interface TailListener {
  /** Collected over a short while, so that a fast tail does not paint more often than a screen. */
  readonly onRecords: (records: readonly LogRecord[]) => void;
  readonly onLeftOut: (count: number, relation: 'eq' | 'gte') => void;
  readonly onState: (state: TailState) => void;
}

const COLLECT_MS = 120;

/** Opens a tail; the browser reconnects by itself and resumes where it was. The function that is given back closes it. */
export function connectTail(url: string, listener: TailListener): () => void {
  const source = new EventSource(url);
  let collected: LogRecord[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = (): void => {
    timer = undefined;
    const records = collected;
    collected = [];
    listener.onRecords(records);
  };
  listener.onState('connecting');
  source.addEventListener('open', () => listener.onState('live'));
  source.addEventListener('error', () => {
    // Closed: the server answered something else than events, and the browser gives up.
    listener.onState(source.readyState === EventSource.CLOSED ? 'refused' : 'reconnecting');
  });
  source.addEventListener('log', (event: MessageEvent<string>) => {
    const record = parse(event.data) as LogRecord | undefined;
    if (record === undefined) return;
    collected.push(record);
    timer ??= setTimeout(flush, COLLECT_MS);
  });
  source.addEventListener('left-out', (event: MessageEvent<string>) => {
    const said = parse(event.data) as { readonly count: number; readonly relation: 'eq' | 'gte' } | undefined;
    if (said !== undefined) listener.onLeftOut(said.count, said.relation);
  });
  source.addEventListener('store', (event: MessageEvent<string>) => {
    const said = parse(event.data) as { readonly state: string } | undefined;
    listener.onState(said?.state === 'up' ? 'live' : 'store');
  });
  return () => {
    clearTimeout(timer);
    source.close();
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
