import { StoreUnavailableError } from '../errors/store-unavailable-error.ts';
import type { DependencyState } from '../ports/queue.ts';
import type {
  Facet,
  FacetsRequest,
  HistogramBucket,
  HistogramRequest,
  SearchHit,
  SearchRequest,
  SearchResult,
  StoreSearcher,
} from '../ports/store.ts';
import type { ReadAnswer, ReadQuestion } from './read-question.ts';
import type { StoreCore } from './store-core.ts';
import { WorkerFaultError } from './worker-link.ts';

/** The reader keeps its deadline itself; when it does not answer this long after it, its thread is replaced. */
const GRACE_MS = 2000;

/** Searches the embedded store. */
export class EmbeddedStoreSearcher implements StoreSearcher {
  readonly #core: StoreCore;
  #stopped = false;
  #nextId = 0;
  #running = 0;

  constructor(core: StoreCore) {
    this.#core = core;
  }

  start(): Promise<void> {
    return this.#core.start();
  }

  async search(request: SearchRequest, { signal }: { readonly signal: AbortSignal }): Promise<SearchResult> {
    const answer = await this.#question({ op: 'search', request }, signal);
    return (answer as Extract<ReadAnswer, { op: 'search' }>).result;
  }

  async histogram(
    request: HistogramRequest,
    { signal }: { readonly signal: AbortSignal },
  ): Promise<readonly HistogramBucket[]> {
    const answer = await this.#question({ op: 'histogram', request }, signal);
    return (answer as Extract<ReadAnswer, { op: 'histogram' }>).result;
  }

  async facets(request: FacetsRequest, { signal }: { readonly signal: AbortSignal }): Promise<readonly Facet[]> {
    const answer = await this.#question({ op: 'facets', request }, signal);
    return (answer as Extract<ReadAnswer, { op: 'facets' }>).result;
  }

  get(id: string, { signal }: { readonly signal: AbortSignal }): Promise<SearchHit | undefined> {
    return this.#ask(
      signal,
      () => this.#core.reader.call('get', { id }),
      () => undefined,
    );
  }

  async stop(): Promise<void> {
    this.#stopped = true;
  }

  state(): DependencyState {
    return this.#core.reader.state();
  }

  /** The answer has the `op` of the question. */
  async #question(question: ReadQuestion, signal: AbortSignal): Promise<ReadAnswer> {
    const id = this.#nextId;
    this.#nextId += 1;
    const timeoutMs = this.#core.options.searchTimeoutMs;
    const result = await this.#ask(
      signal,
      () => this.#core.reader.call('ask', { id, question, timeoutMs }),
      () => {
        this.#core.reader.call('cancel', { id }).catch(() => undefined);
      },
    );
    if (result === 'late') throw timedOut(timeoutMs);
    // Only an aborted search is cancelled, and that one has been answered already.
    if (result === undefined) throw aborted();
    return result;
  }

  async #ask<T>(signal: AbortSignal, ask: () => Promise<T>, cancel: () => void): Promise<T> {
    if (signal.aborted) throw aborted();
    if (this.#stopped) throw new StoreUnavailableError('store_unavailable', 'the searcher is stopped');
    if (this.#running >= this.#core.options.maxSearches) {
      throw new StoreUnavailableError('store_unavailable', 'too many searches at once');
    }
    this.#running += 1;
    try {
      return await this.#race(signal, ask(), cancel);
    } catch (error) {
      if (!(error instanceof WorkerFaultError)) throw error;
      throw new StoreUnavailableError('store_unavailable', error.message, { cause: error });
    } finally {
      this.#running -= 1;
    }
  }

  /** The answer, or an abort, or the end of patience. */
  #race<T>(signal: AbortSignal, answer: Promise<T>, cancel: () => void): Promise<T> {
    const timeoutMs = this.#core.options.searchTimeoutMs;
    return new Promise((resolve, reject) => {
      const finish = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
      };
      const onAbort = (): void => {
        finish();
        cancel();
        reject(aborted());
      };
      const timer = setTimeout(() => {
        finish();
        this.#core.logger.error('embedded store reader does not answer, replacing it', { timeoutMs });
        this.#core.reader.restart();
        reject(timedOut(timeoutMs));
      }, timeoutMs + GRACE_MS);
      signal.addEventListener('abort', onAbort);
      answer.then(resolve, reject).finally(finish);
    });
  }
}

function aborted(): DOMException {
  return new DOMException('The search was given up', 'AbortError');
}

function timedOut(timeoutMs: number): StoreUnavailableError {
  return new StoreUnavailableError('store_timeout', `the embedded store did not answer within ${timeoutMs} ms`);
}
