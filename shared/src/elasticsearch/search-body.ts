import type { SearchRequest } from '../ports/store.ts';

/** Elasticsearch's query language. */
type Clause = Readonly<Record<string, object>>;

const TIME_FORMAT = 'strict_date_optional_time_nanos';

function terms(field: string, values: readonly string[] | undefined): Clause[] {
  return values === undefined ? [] : [{ terms: { [field]: values } }];
}

function term(field: string, value: string | undefined): Clause[] {
  return value === undefined ? [] : [{ term: { [field]: value } }];
}

function timeRange({ from, to }: SearchRequest): Clause[] {
  if (from === undefined && to === undefined) return [];
  const bounds = { ...(from === undefined ? {} : { gte: from }), ...(to === undefined ? {} : { lt: to }) };
  return [{ range: { '@timestamp': { ...bounds, format: TIME_FORMAT } } }];
}

/** `match` takes the text as words only: nothing in it is an operator. A word without letters or digits asks for nothing. */
function wordsMatch(words: readonly string[] | undefined): Clause[] {
  if (words === undefined || words.length === 0) return [];
  return [{ match: { message: { query: words.join(' '), operator: 'and', zero_terms_query: 'all' } } }];
}

function sortBy(order: 'asc' | 'desc'): readonly object[] {
  return [
    { '@timestamp': { order, format: TIME_FORMAT, numeric_type: 'date_nanos', unmapped_type: 'date_nanos' } },
    { id: { order, unmapped_type: 'keyword' } },
  ];
}

/** The body of `_search` for a request. Filters only: nothing is scored. */
export function searchBody(request: SearchRequest, timeoutMs: number): object {
  const { after, order, limit, countUpTo } = request;
  return {
    query: {
      bool: {
        filter: [
          ...timeRange(request),
          ...terms('service', request.services),
          ...terms('level', request.levels),
          ...term('trace_id', request.traceId),
          ...term('payment.id', request.paymentId),
          ...term('environment', request.environment),
          ...wordsMatch(request.words),
        ],
      },
    },
    sort: sortBy(order),
    size: limit,
    track_total_hits: countUpTo,
    timeout: `${timeoutMs}ms`,
    ...(after === undefined ? {} : { search_after: [after.timestamp, after.id] }),
  };
}

/** The body of `_search` for the newest document with an id. */
export function getBody(id: string, timeoutMs: number): object {
  return {
    query: { bool: { filter: term('id', id) } },
    sort: sortBy('desc'),
    size: 1,
    track_total_hits: false,
    timeout: `${timeoutMs}ms`,
  };
}
