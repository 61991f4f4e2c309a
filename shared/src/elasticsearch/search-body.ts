import type { SearchRequest } from '../ports/store.ts';
import { filterClause } from './filter-clause.ts';
import { TIME_FORMAT } from './time-range.ts';

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
    query: filterClause(request),
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
    query: { bool: { filter: [{ term: { id } }] } },
    sort: sortBy('desc'),
    size: 1,
    track_total_hits: false,
    timeout: `${timeoutMs}ms`,
  };
}
