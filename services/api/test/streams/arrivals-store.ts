import assert from 'node:assert/strict';
import { StoreUnavailableError } from '@paylog/shared/errors/store-unavailable-error';
import type { Query } from '@paylog/shared/ports/query';
import type { DependencyState } from '@paylog/shared/ports/queue';
import type { SearchHit, SearchRequest, SearchResult, StoreSearcher } from '@paylog/shared/ports/store';
import { envelopePrefix, envelopeTail } from '@paylog/shared/record/envelope';
import { epochMillis, isoMillis } from '@paylog/shared/record/timestamp';

interface Arrival {
  readonly id: string;
  readonly timestamp: string;
  readonly receivedMs: number;
  readonly source: string;
}

const ns = (epochMs: number): string => `${isoMillis(epochMs).slice(0, 23)}000000Z`;

/** A store of records with a time of arrival, by hand: records come when the test says so, and the store fails when it says so. */
export class ArrivalsStore implements StoreSearcher {
  readonly requests: SearchRequest[] = [];
  /** Signals of searches that have not been answered. */
  readonly open = new Set<AbortSignal>();
  isDown = false;
  /** Runs before each answer. */
  before: (request: SearchRequest, signal: AbortSignal) => Promise<void> = () => Promise.resolve();
  #arrivals: Arrival[] = [];
  #isSorted = true;

  get size(): number {
    return this.#arrivals.length;
  }

  add(id: string, receivedMs: number, { eventMs = receivedMs, body = '' } = {}): void {
    const timestamp = ns(eventMs);
    const tail = envelopeTail(isoMillis(receivedMs), 'main');
    const source = `${envelopePrefix(timestamp, tail, '')}"id":${JSON.stringify(id)}${body}}`;
    this.#arrivals.push({ id, timestamp, receivedMs, source });
    this.#isSorted = false;
  }

  addMany(prefix: string, count: number, receivedMs: number): void {
    for (let i = 0; i < count; i += 1) this.add(`${prefix}${String(i).padStart(6, '0')}`, receivedMs);
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  state(): DependencyState {
    return { name: 'store', state: this.isDown ? 'down' : 'up', sinceMs: 0 };
  }

  async search(request: SearchRequest, { signal }: { readonly signal: AbortSignal }): Promise<SearchResult> {
    this.requests.push(request);
    this.open.add(signal);
    try {
      assert.ok(request.limit >= 1 && request.limit <= 1001);
      await this.before(request, signal);
      signal.throwIfAborted();
      if (this.isDown) throw new StoreUnavailableError('store_unavailable', 'it is down');
      return this.#find(request);
    } finally {
      this.open.delete(signal);
    }
  }

  get(): Promise<SearchHit | undefined> {
    throw new Error('nobody asks');
  }

  histogram(): never {
    throw new Error('nobody asks');
  }

  facets(): never {
    throw new Error('nobody asks');
  }

  #find({ query = { op: 'all' }, order, limit, after, countUpTo }: SearchRequest): SearchResult {
    if (!this.#isSorted) this.#arrivals = this.#arrivals.toSorted(compare);
    this.#isSorted = true;
    const ascending = this.#arrivals.filter((arrival) => holds(query, arrival));
    const found = order === 'asc' ? ascending : ascending.toReversed();
    const sign = order === 'asc' ? 1 : -1;
    const page = found.filter((arrival) => after === undefined || sign * compare(arrival, after) > 0).slice(0, limit);
    const isMore = found.length > countUpTo;
    return {
      hits: page.map(({ id, timestamp, source }) => ({ id, timestamp, source })),
      total: { value: isMore ? countUpTo : found.length, relation: isMore ? 'gte' : 'eq' },
    };
  }
}

function compare(a: { timestamp: string; id: string }, b: { timestamp: string; id: string }): number {
  if (a.timestamp !== b.timestamp) return a.timestamp < b.timestamp ? -1 : 1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

function holds(query: Query, arrival: Arrival): boolean {
  switch (query.op) {
    case 'all':
      return true;
    case 'and':
      return query.of.every((each) => holds(each, arrival));
    case 'or':
      return query.of.some((each) => holds(each, arrival));
    case 'equals':
      return query.value === arrival.id;
    case 'time': {
      assert.deepEqual(query.field, { type: 'time', name: 'received_at' });
      const { from, to } = query;
      const { receivedMs } = arrival;
      return (
        (from === undefined || receivedMs >= epochMillis(from)) && (to === undefined || receivedMs < epochMillis(to))
      );
    }
    default:
      throw new Error(`no tail asks for ${query.op}`);
  }
}
