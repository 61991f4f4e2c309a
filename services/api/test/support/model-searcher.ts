import type { DependencyState } from '@paylog/shared/ports/queue';
import type {
  Facet,
  FacetsRequest,
  HistogramBucket,
  HistogramRequest,
  SearchHit,
  SearchRequest,
  SearchResult,
  StoreDocument,
  StoreSearcher,
} from '@paylog/shared/ports/store';
import { prepareRecord, RecordPreparer } from '@paylog/shared/record/prepare';
import { StoreModel } from '@paylog/shared/testing/store-model';

const LIMITS = { maxBytes: 100_000, maxDepth: 20, maxKeys: 500 };
const PREPARER = new RecordPreparer(LIMITS);
const RECEIVED_MS = Date.parse('2026-11-20T09:00:00.000Z');

/** A canonical document of a record that is given as text, so that its numbers stay as written. */
function documentOf(text: string): StoreDocument {
  const context = { dataSet: 'main', receivedAtMs: RECEIVED_MS, limits: LIMITS, fallbackId: 'fallback' };
  const prepared = prepareRecord(PREPARER, Buffer.from(text), context);
  if (!prepared.ok) throw new Error(`${text}: ${prepared.message}`);
  const { id, dataSet, timestamp, receivedAt, value } = prepared;
  return { id, dataSet, timestamp, receivedAt, source: value };
}

/** The store port's search in memory, as the contract suite's model has it; keeps what it was asked. */
export class ModelSearcher implements StoreSearcher {
  readonly documents: StoreDocument[];
  readonly requests: SearchRequest[] = [];
  readonly histograms: HistogramRequest[] = [];
  readonly facetRequests: FacetsRequest[] = [];
  readonly signals: AbortSignal[] = [];
  /** Runs before each answer; what it throws or waits for becomes the store's. */
  before: (signal: AbortSignal) => Promise<void> = () => Promise.resolve();

  constructor(texts: readonly string[] = []) {
    this.documents = texts.map(documentOf);
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  async search(request: SearchRequest, { signal }: { readonly signal: AbortSignal }): Promise<SearchResult> {
    this.requests.push(request);
    this.signals.push(signal);
    await this.before(signal);
    const { ids, total } = new StoreModel(this.documents).search(request);
    return { hits: ids.flatMap((id) => this.#hit(id) ?? []), total };
  }

  async histogram(
    request: HistogramRequest,
    { signal }: { readonly signal: AbortSignal },
  ): Promise<readonly HistogramBucket[]> {
    this.histograms.push(request);
    this.signals.push(signal);
    await this.before(signal);
    return new StoreModel(this.documents).histogram(request);
  }

  async facets(request: FacetsRequest, { signal }: { readonly signal: AbortSignal }): Promise<readonly Facet[]> {
    this.facetRequests.push(request);
    this.signals.push(signal);
    await this.before(signal);
    return new StoreModel(this.documents).facets(request);
  }

  async get(id: string, { signal }: { readonly signal: AbortSignal }): Promise<SearchHit | undefined> {
    this.signals.push(signal);
    await this.before(signal);
    return this.#hit(id);
  }

  state(): DependencyState {
    return { name: 'store', state: 'up', sinceMs: 0 };
  }

  #hit(id: string): SearchHit | undefined {
    const found = this.documents.find((document) => document.id === id);
    return found && { id, timestamp: found.timestamp, source: found.source.toString('utf8') };
  }
}
