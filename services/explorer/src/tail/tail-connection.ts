import type { LogRecord } from '../api-types.ts';
import { parseExactly } from '../exact-json.ts';

/**
 * How the connection is. `store`: the server is there, its store is not, and the stream goes on by itself. `refused`: asking again
 * would not help.
 */
export type TailState = 'connecting' | 'live' | 'reconnecting' | 'store' | 'refused';

/** What comes over the connection. */
export interface TailListener {
  /** Collected over a short while, so that a fast tail does not paint more often than a screen. */
  readonly onRecords: (records: readonly LogRecord[]) => void;
  readonly onLeftOut: (count: number, relation: 'eq' | 'gte') => void;
  readonly onState: (state: TailState) => void;
}

/** What a connection needs to know of its surroundings. */
export interface TailOptions {
  /** Address of a stream that begins so many milliseconds ago; undefined: now. Counted, so that clocks need not agree. */
  readonly url: (agoMs: number | undefined) => string;
  /** Whether the server answers and refuses what is asked for, so that asking again is of no use. */
  readonly isRefused: () => Promise<boolean>;
  readonly open?: (url: string) => EventSource;
  readonly now?: () => number;
}

const COLLECT_MS = 120;
/** Between attempts when the browser has given up. */
const AGAIN_MS = { first: 1_000, most: 5_000 } as const;

/**
 * A live tail. When the connection is cut the browser resumes by itself; when a proxy in between answers with an error it gives up,
 * so then a new stream is opened that begins where the last one was alive.
 */
export class TailConnection {
  readonly #listener: TailListener;
  readonly #options: TailOptions;
  #source: EventSource | undefined;
  #collected: LogRecord[] = [];
  #flushTimer: ReturnType<typeof setTimeout> | undefined;
  #againTimer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  /** When a stream was last open, or said something. */
  #aliveMs: number | undefined;
  #isClosed = false;

  constructor(listener: TailListener, options: TailOptions) {
    this.#listener = listener;
    this.#options = options;
  }

  open(): void {
    this.#listener.onState('connecting');
    this.#connect();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#flushTimer);
    clearTimeout(this.#againTimer);
    this.#source?.close();
  }

  #connect(): void {
    const url = this.#options.url(this.#aliveMs === undefined ? undefined : this.#now() - this.#aliveMs);
    const source = this.#options.open?.(url) ?? new EventSource(url);
    this.#source = source;
    source.addEventListener('open', () => {
      this.#failures = 0;
      this.#aliveMs = this.#now();
      this.#listener.onState('live');
    });
    source.addEventListener('error', () => {
      if (source.readyState !== source.CLOSED) this.#listener.onState('reconnecting');
      else void this.#gaveUp();
    });
    source.addEventListener('log', (event: MessageEvent<string>) => {
      this.#collect(parse(event.data) as LogRecord | undefined);
    });
    source.addEventListener('left-out', (event: MessageEvent<string>) => {
      const said = parse(event.data) as { readonly count: number; readonly relation: 'eq' | 'gte' } | undefined;
      if (said !== undefined) this.#listener.onLeftOut(said.count, said.relation);
    });
    source.addEventListener('store', (event: MessageEvent<string>) => {
      const said = parse(event.data) as { readonly state: string } | undefined;
      this.#listener.onState(said?.state === 'up' ? 'live' : 'store');
    });
  }

  #now(): number {
    return this.#options.now?.() ?? performance.now();
  }

  async #gaveUp(): Promise<void> {
    this.#listener.onState('reconnecting');
    const isRefused = await this.#options.isRefused();
    if (this.#isClosed) return;
    if (isRefused) {
      this.#listener.onState('refused');
      return;
    }
    const waitMs = Math.min(AGAIN_MS.most, AGAIN_MS.first * 2 ** this.#failures);
    this.#failures += 1;
    this.#againTimer = setTimeout(() => this.#connect(), waitMs);
  }

  #collect(record: LogRecord | undefined): void {
    if (record === undefined) return;
    this.#aliveMs = this.#now();
    this.#collected.push(record);
    this.#flushTimer ??= setTimeout(() => {
      this.#flushTimer = undefined;
      const records = this.#collected;
      this.#collected = [];
      this.#listener.onRecords(records);
    }, COLLECT_MS);
  }
}

function parse(text: string): unknown {
  try {
    return parseExactly(text);
  } catch {
    return undefined;
  }
}
