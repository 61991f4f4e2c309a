import { setTimeout as delay } from 'node:timers/promises';
import { StoreUnavailableError } from '../errors/store-unavailable-error.ts';
import type { Logger } from '../ports/logger.ts';
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
import { Availability } from './availability.ts';
import { Deadline } from './deadline.ts';
import { facetsBody, readFacetsAnswer, type FacetsAnswer } from './facets-body.ts';
import { faultOf, Gateway, type Answer } from './gateway.ts';
import { Histogram, readValues } from './histogram-body.ts';
import { commonName } from './index-names.ts';
import { DEFAULT_INDEX_PREFIX, type ElasticsearchSearcherOptions } from './options.ts';
import { refusalOf } from './refusal.ts';
import { readSearchAnswer } from './search-answer.ts';
import { getBody, searchBody } from './search-body.ts';

/** Waits while the shards of an index that is just being made are not there yet: some 100 ms, seconds on a busy cluster, once per data set and day. */
const SHARD_WAITS_MS = [50, 100, 200, 400, 800, 800];

/** A start waits so long for the first answer: a store that takes connections and says nothing must not hold up the process. */
const FIRST_ANSWER_MS = 1000;

/** Makes a searcher in Elasticsearch 8.19 or later. Connects in `start`. */
export function createElasticsearchSearcher(options: ElasticsearchSearcherOptions, logger: Logger): StoreSearcher {
  return new ElasticsearchSearcher(options, logger);
}

class ElasticsearchSearcher implements StoreSearcher {
  readonly #timeoutMs: number;
  readonly #path: string;
  readonly #logger: Logger;
  readonly #gateway: Gateway;
  readonly #availability = new Availability();

  constructor(options: ElasticsearchSearcherOptions, logger: Logger) {
    this.#timeoutMs = options.timeoutMs;
    this.#path = `/${commonName(options.indexPrefix ?? DEFAULT_INDEX_PREFIX)}/_search`;
    this.#logger = logger;
    this.#gateway = new Gateway(options);
  }

  /** Looks for a moment whether the store is there; a store that is down is not an error here (see `state`). */
  async start(): Promise<void> {
    this.#availability.down('it has not answered yet');
    const probed = this.#probe().then(() => {
      this.#availability.watch(() => this.#probe());
    });
    await Promise.race([probed, delay(FIRST_ANSWER_MS, undefined, { ref: false })]);
    const { state, reason } = this.#availability.state;
    if (state === 'down') this.#logger.warn('the store cannot be searched yet', { reason });
  }

  async search(request: SearchRequest, { signal }: { readonly signal: AbortSignal }): Promise<SearchResult> {
    const { hits, total } = await this.#ask(searchBody(request, this.#timeoutMs), readSearchAnswer, signal);
    return { hits, total };
  }

  async histogram(
    request: HistogramRequest,
    { signal }: { readonly signal: AbortSignal },
  ): Promise<readonly HistogramBucket[]> {
    const histogram = new Histogram(request, this.#timeoutMs);
    const answer = await this.#ask(histogram.body(), (text) => histogram.read(text), signal);
    const { splitBy } = request;
    if (answer.exact || splitBy === undefined) return answer.buckets;
    // So many values, on so many shards, that the top ones of each do not tell the top ones of all.
    const { values } = await this.#ask(histogram.valuesBody(splitBy.field, splitBy.limit), readValues, signal);
    const body = histogram.bodyOfValues(splitBy.field, values);
    return (await this.#ask(body, (text) => histogram.read(text, values), signal)).buckets;
  }

  async facets(request: FacetsRequest, { signal }: { readonly signal: AbortSignal }): Promise<readonly Facet[]> {
    const read = (text: string): FacetsAnswer => readFacetsAnswer(text, request.fields);
    return (await this.#ask(facetsBody(request, this.#timeoutMs), read, signal)).facets;
  }

  async get(id: string, { signal }: { readonly signal: AbortSignal }): Promise<SearchHit | undefined> {
    const { hits } = await this.#ask(getBody(id, this.#timeoutMs), readSearchAnswer, signal);
    return hits[0];
  }

  async stop(): Promise<void> {
    this.#availability.stop();
    await this.#gateway.close();
  }

  state(): DependencyState {
    return this.#availability.state;
  }

  async #ask<Result extends { readonly timedOut: boolean }>(
    body: object,
    read: (text: string) => Result,
    signal: AbortSignal,
  ): Promise<Result> {
    signal.throwIfAborted();
    const deadline = new Deadline(this.#timeoutMs, signal);
    try {
      const answer = await this.#send(body, deadline);
      signal.throwIfAborted();
      if (answer.kind !== 'answer' || answer.status !== 200) throw this.#failure(answer);
      this.#availability.up();
      const result = readAnswer(answer.text, read);
      if (result.timedOut) throw new StoreUnavailableError('store_timeout', 'the search took too long');
      return result;
    } finally {
      deadline.dispose();
    }
  }

  async #send(body: object, deadline: Deadline): Promise<Answer> {
    const query = {
      // Before the first record there is no index.
      allow_no_indices: 'true',
      ignore_unavailable: 'true',
      // A part of the answer would look like the whole.
      allow_partial_search_results: 'false',
    };
    let answer = await this.#gateway.request({ method: 'POST', path: this.#path, query, body }, deadline);
    for (const waitMs of SHARD_WAITS_MS) {
      if (answer.kind !== 'answer' || answer.status !== 503 || deadline.signal.aborted) break;
      // Who left is told so by the next request, which is not sent any more.
      await delay(waitMs, undefined, { signal: deadline.signal }).catch(() => undefined);
      answer = await this.#gateway.request({ method: 'POST', path: this.#path, query, body }, deadline);
    }
    return answer;
  }

  #failure(answer: Answer): Error {
    const refusal = refusalOf(answer);
    if (refusal !== undefined) return refusal;
    const { type, reason } = faultOf(answer);
    // Elasticsearch understood us and says that we are wrong: waiting does not help.
    if (answer.kind === 'answer' && answer.status === 400) return new Error(`the store refused the search: ${reason}`);
    if (type !== 'timeout') this.#availability.down(reason);
    return new StoreUnavailableError(type === 'timeout' ? 'store_timeout' : 'store_unavailable', reason);
  }

  async #probe(): Promise<void> {
    const deadline = new Deadline(this.#timeoutMs);
    const query = { allow_no_indices: 'true', ignore_unavailable: 'true' };
    const body = { size: 0, track_total_hits: false, terminate_after: 1 };
    const answer = await this.#gateway.request({ method: 'POST', path: this.#path, query, body }, deadline);
    deadline.dispose();
    if (answer.kind === 'answer' && answer.status === 200) this.#availability.up();
    else this.#availability.down(faultOf(answer).reason);
  }
}

function readAnswer<Result>(text: string, read: (text: string) => Result): Result {
  try {
    return read(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new StoreUnavailableError('store_unavailable', 'the answer of the store cannot be read', { cause: error });
  }
}
