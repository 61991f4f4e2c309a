import type { SearchPosition, SearchRequest, StoreDocument } from '../ports/store.ts';

const SEGMENTER = new Intl.Segmenter('en', { granularity: 'word' });

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

/** The words of a text as the store port means them: split at Unicode word boundaries (UAX 29), in small letters. */
function wordsOf(text: string): string[] {
  return Array.from(SEGMENTER.segment(text))
    .filter((segment) => segment.isWordLike)
    .map((segment) => segment.segment.toLowerCase());
}

function comparePositions(a: SearchPosition, b: SearchPosition): number {
  if (a.timestamp !== b.timestamp) return a.timestamp < b.timestamp ? -1 : 1;
  return Buffer.compare(Buffer.from(a.id, 'utf8'), Buffer.from(b.id, 'utf8'));
}

/** The store port's search in its plainest form: what adapters are compared with. */
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
}

function matches({ record, timestamp, words }: ModelDocument, request: SearchRequest): boolean {
  const payment = record['payment'] as { readonly id?: string } | undefined;
  return (
    (request.words ?? []).every((word) => wordsOf(word).every((part) => words.has(part))) &&
    (request.from === undefined || timestamp >= request.from) &&
    (request.to === undefined || timestamp < request.to) &&
    (request.services === undefined || request.services.includes(String(record['service']))) &&
    (request.levels === undefined || request.levels.some((level) => level === String(record['level']).toLowerCase())) &&
    (request.traceId === undefined || record['trace_id'] === request.traceId) &&
    (request.paymentId === undefined || payment?.id === request.paymentId) &&
    (request.environment === undefined || record['environment'] === request.environment)
  );
}
