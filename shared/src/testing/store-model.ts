import type { QueryField } from '../ports/query.ts';
import type {
  Facet,
  FacetsRequest,
  HistogramBucket,
  HistogramRequest,
  RecordFilter,
  SearchPosition,
  SearchRequest,
  StoreDocument,
} from '../ports/store.ts';
import { holdsFor, valuesOf, wordsOf } from './store-query-model.ts';

interface ModelDocument extends SearchPosition {
  readonly source: string;
  readonly words: ReadonlySet<string>;
  readonly record: Readonly<Record<string, unknown>>;
}

/** What a search over {@link StoreModel} must give. */
export interface ModelResult {
  readonly ids: readonly string[];
  readonly sources: readonly string[];
  readonly total: { readonly value: number; readonly relation: 'eq' | 'gte' };
}

function comparePositions(a: SearchPosition, b: SearchPosition): number {
  if (a.timestamp !== b.timestamp) return a.timestamp < b.timestamp ? -1 : 1;
  return Buffer.compare(Buffer.from(a.id, 'utf8'), Buffer.from(b.id, 'utf8'));
}

/** The store port's reading side in its plainest form: what adapters are compared with. */
export class StoreModel {
  readonly #documents: readonly ModelDocument[];

  constructor(documents: readonly StoreDocument[]) {
    this.#documents = documents.map((document) => {
      const source = document.source.toString('utf8');
      const record = JSON.parse(source) as Record<string, unknown>;
      const { id, timestamp } = document;
      return { id, timestamp, source, record, words: new Set(wordsOf(String(record['message']))) };
    });
  }

  search(request: SearchRequest): ModelResult {
    const matching = this.#documents.filter((document) => matches(document, request));
    const direction = request.order === 'asc' ? 1 : -1;
    const ordered = matching.sort((a, b) => direction * comparePositions(a, b));
    const { after } = request;
    const rest =
      after === undefined ? ordered : ordered.filter((document) => direction * comparePositions(document, after) > 0);
    const page = rest.slice(0, request.limit);
    return {
      ids: page.map((document) => document.id),
      sources: page.map((document) => document.source),
      // What matches the request, whatever the page: `after` does not change it.
      total: {
        value: Math.min(matching.length, request.countUpTo),
        relation: matching.length > request.countUpTo ? 'gte' : 'eq',
      },
    };
  }

  histogram({ filter, bounds, splitBy }: HistogramRequest): HistogramBucket[] {
    const [from = '', to = ''] = [bounds[0], bounds.at(-1)];
    const found = this.#documents.filter(
      (document) => matches(document, filter) && document.timestamp >= from && document.timestamp < to,
    );
    const top =
      splitBy &&
      new Set(
        countValues(found, splitBy.field)
          .slice(0, splitBy.limit)
          .map(([value]) => value),
      );
    return bounds.slice(1).map((end, n) => {
      const inside = found.filter(({ timestamp }) => timestamp >= (bounds[n] ?? '') && timestamp < end);
      if (splitBy === undefined || top === undefined) return { count: inside.length };
      const counts = countValues(inside, splitBy.field).filter(([value]) => top.has(value));
      return { count: inside.length, split: new Map(counts) };
    });
  }

  facets({ filter, fields, limit }: FacetsRequest): Facet[] {
    const found = this.#documents.filter((document) => matches(document, filter));
    return fields.map((field) => {
      const counts = countValues(found, field);
      return {
        values: counts.slice(0, limit).map(([value, count]) => ({ value, count })),
        others: counts.slice(limit).reduce((sum, [, count]) => sum + count, 0),
        exact: true,
      };
    });
  }
}

/** Values and in how many records they occur: by count, then by value. */
function countValues(documents: readonly ModelDocument[], field: QueryField): (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const { record } of documents) {
    for (const value of new Set(valuesOf(record, field).map(String))) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const byValue = (a: string, b: string): number =>
    field.type === 'number' ? Number(a) - Number(b) : Buffer.compare(Buffer.from(a), Buffer.from(b));
  return [...counts].sort(([a, m], [b, n]) => n - m || byValue(a, b));
}

function matches({ record, timestamp, words }: ModelDocument, request: RecordFilter): boolean {
  const payment = record['payment'] as { readonly id?: string } | undefined;
  return (
    (request.words ?? []).every((word) => wordsOf(word).every((part) => words.has(part))) &&
    (request.from === undefined || timestamp >= request.from) &&
    (request.to === undefined || timestamp < request.to) &&
    (request.services === undefined || request.services.includes(String(record['service']))) &&
    (request.levels === undefined || request.levels.some((level) => level === String(record['level']).toLowerCase())) &&
    (request.traceId === undefined || record['trace_id'] === request.traceId) &&
    (request.paymentId === undefined || payment?.id === request.paymentId) &&
    (request.environment === undefined || record['environment'] === request.environment) &&
    (request.query === undefined || holdsFor(record, request.query))
  );
}
