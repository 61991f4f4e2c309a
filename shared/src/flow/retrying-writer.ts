import type { Logger } from '../ports/logger.ts';
import type { DependencyState } from '../ports/queue.ts';
import type { StoreDocument, StoreWriter, WriteOutcome } from '../ports/store.ts';
import { backoffDelay, sleep, type BackoffOptions } from './backoff.ts';

/** An outcome that also says how many attempts a rejected document has seen. */
export type RetriedOutcome =
  | Exclude<WriteOutcome, { status: 'rejected' }>
  | (Extract<WriteOutcome, { status: 'rejected' }> & { readonly attempts: number });

/** How a {@link RetryingWriter} waits and whom it tells. */
export interface RetryingWriterOptions extends BackoffOptions {
  /** Milliseconds that an attempt under way may still take after the caller's signal was aborted. */
  readonly abortGraceMs: number;
  /** After each attempt, whatever came of it: a sign of life. */
  readonly onAttempt?: () => void;
  /** Before each wait: how many documents are sent again because of errors of this type. */
  readonly onRetry?: (type: string, documents: number) => void;
}

/**
 * Sends `retryable` documents again until the store has taken or rejected each of them, however long that takes, or the
 * caller's signal is aborted. Only what is still open is sent again. On abort the attempt under way may finish within
 * `abortGraceMs`, then what is still open comes back as `retryable`; nothing else does.
 *
 * Decorates any {@link StoreWriter}. An outage is logged once when it begins and once when it is over, however many writes
 * it touches.
 */
export class RetryingWriter implements StoreWriter {
  readonly #inner: StoreWriter;
  readonly #options: RetryingWriterOptions;
  readonly #logger: Logger;
  /** Writes that are being retried now, and since when (monotonic), oldest first; the outage is over when the last of them is. */
  readonly #retrying = new Map<symbol, number>();
  /** Whose documents the outage touches: what is about own logs alone must not become another own log. */
  readonly #dataSets = new Set<string>();

  constructor(inner: StoreWriter, options: RetryingWriterOptions, logger: Logger) {
    this.#inner = inner;
    this.#options = options;
    this.#logger = logger;
  }

  /** Milliseconds since the oldest write that is being retried now failed for the first time; 0 when there is none. */
  get retryingMs(): number {
    const [since] = this.#retrying.values();
    return since === undefined ? 0 : performance.now() - since;
  }

  start(): Promise<void> {
    return this.#inner.start();
  }

  stop(): Promise<void> {
    return this.#inner.stop();
  }

  state(): DependencyState {
    return this.#inner.state();
  }

  enforceRetention(nowMs: number): Promise<readonly string[]> {
    return this.#inner.enforceRetention(nowMs);
  }

  /** As the port says, but `retryable` comes back only after the signal was aborted. */
  async write(
    documents: readonly StoreDocument[],
    options: { readonly signal: AbortSignal },
  ): Promise<readonly RetriedOutcome[]> {
    const { signal } = options;
    if (signal.aborted) return documents.map(() => ABORTED);
    const hard = new HardAbort(signal, this.#options.abortGraceMs);
    try {
      const outcomes = await this.#attempt(documents, 1, hard.signal);
      const open = indicesOfRetryable(outcomes);
      if (open.length > 0) await this.#retry(documents, outcomes, open, signal, hard.signal);
      return outcomes;
    } finally {
      hard.dispose();
    }
  }

  async #attempt(
    documents: readonly StoreDocument[],
    attempts: number,
    signal: AbortSignal,
  ): Promise<RetriedOutcome[]> {
    const outcomes = await this.#inner.write(documents, { signal });
    this.#options.onAttempt?.();
    if (outcomes.length !== documents.length) throw new Error('a store writer must answer once for each document');
    return outcomes.map((outcome) => (outcome.status === 'rejected' ? { ...outcome, attempts } : outcome));
  }

  /** Works on the positions that are `retryable`, and writes what becomes of them into `outcomes`. */
  async #retry(
    documents: readonly StoreDocument[],
    outcomes: RetriedOutcome[],
    retryable: readonly number[],
    signal: AbortSignal,
    hardSignal: AbortSignal,
  ): Promise<void> {
    const write = Symbol('write');
    this.#outageBegins(write, documents, outcomes, retryable);
    let open = retryable;
    let attempts = 1;
    let fruitless = 0;
    try {
      while (open.length > 0 && !signal.aborted) {
        this.#report(outcomes, open);
        await sleep(backoffDelay(fruitless, this.#options), signal);
        // Without the check an abort would cost one more attempt.
        if (isAborted(signal)) break;
        attempts += 1;
        const again = await this.#attempt(pick(documents, open), attempts, hardSignal);
        const still: number[] = [];
        for (const [nth, position] of open.entries()) {
          const outcome = again[nth] ?? ABORTED;
          outcomes[position] = outcome;
          if (outcome.status === 'retryable') still.push(position);
        }
        // A store that takes a part of each attempt is busy, not gone: waiting longer and longer would only slow it down.
        fruitless = still.length < open.length ? 0 : fruitless + 1;
        open = still;
      }
    } finally {
      this.#outageEnds(write, open.length === 0);
    }
  }

  #report(outcomes: readonly RetriedOutcome[], open: readonly number[]): void {
    if (this.#options.onRetry === undefined) return;
    const byType = new Map<string, number>();
    for (const position of open) {
      const outcome = outcomes[position];
      if (outcome?.status === 'retryable') byType.set(outcome.type, (byType.get(outcome.type) ?? 0) + 1);
    }
    for (const [type, count] of byType) this.#options.onRetry(type, count);
  }

  #outageBegins(
    write: symbol,
    documents: readonly StoreDocument[],
    outcomes: readonly RetriedOutcome[],
    open: readonly number[],
  ): void {
    this.#retrying.set(write, performance.now());
    for (const { dataSet } of pick(documents, open)) {
      if (this.#dataSets.size < MAX_NAMED_DATA_SETS) this.#dataSets.add(dataSet);
    }
    if (this.#retrying.size > 1) return;
    const first = outcomes[open[0] ?? 0];
    const { type, reason } = first?.status === 'retryable' ? first : ABORTED;
    this.#logger.warn('the store takes no documents, retrying', {
      documents: open.length,
      type,
      reason,
      data_sets: [...this.#dataSets],
    });
  }

  #outageEnds(write: symbol, recovered: boolean): void {
    this.#retrying.delete(write);
    if (this.#retrying.size > 0) return;
    const fields = { data_sets: [...this.#dataSets] };
    this.#dataSets.clear();
    if (recovered) this.#logger.info('the store takes documents again', fields);
    else this.#logger.info('retrying was given up, what is open will be delivered again', fields);
  }
}

/** Data sets that a line names. */
const MAX_NAMED_DATA_SETS = 10;

const ABORTED = { status: 'retryable', type: 'aborted', reason: 'given up before an attempt' } as const;

/** Its own function because the compiler takes a signal that was once not aborted for one that never is. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

function indicesOfRetryable(outcomes: readonly RetriedOutcome[]): number[] {
  const indices: number[] = [];
  for (let i = 0; i < outcomes.length; i += 1) if (outcomes[i]?.status === 'retryable') indices.push(i);
  return indices;
}

function pick(documents: readonly StoreDocument[], positions: readonly number[]): StoreDocument[] {
  const picked: StoreDocument[] = [];
  for (const position of positions) {
    const document = documents[position];
    if (document !== undefined) picked.push(document);
  }
  return picked;
}

/** A signal that is aborted some time after another one, so that an attempt under way can still finish. */
class HardAbort {
  readonly #controller = new AbortController();
  readonly #soft: AbortSignal;
  readonly #graceMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(soft: AbortSignal, graceMs: number) {
    this.#soft = soft;
    this.#graceMs = graceMs;
    soft.addEventListener('abort', this.#arm);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#soft.removeEventListener('abort', this.#arm);
  }

  readonly #arm = (): void => {
    this.#timer = setTimeout(() => {
      this.#controller.abort();
    }, this.#graceMs);
  };
}
