import type { RecordFilter } from '@paylog/shared/ports/store';
import type { Query } from '@paylog/shared/ports/query';
import { isoMillis } from '@paylog/shared/record/timestamp';

/** Records that arrived in `[fromMs, endMs)`, in epoch milliseconds; without an end when that is infinite. */
export interface ArrivalRange {
  readonly fromMs: number;
  readonly endMs: number;
}

/** The 30-character form of the store port. */
function timeOf(epochMs: number): string {
  return `${isoMillis(Math.max(0, epochMs)).slice(0, 23)}000000Z`;
}

/** A filter and, besides, a range of arrival times. */
export function arrivedIn(filter: RecordFilter, { fromMs, endMs }: ArrivalRange): RecordFilter {
  const arrived: Query = {
    op: 'time',
    field: { type: 'time', name: 'received_at' },
    from: timeOf(fromMs),
    ...(endMs !== Number.POSITIVE_INFINITY && { to: timeOf(endMs) }),
  };
  return andQuery(filter, arrived);
}

/** A filter and, besides, a query. */
export function andQuery(filter: RecordFilter, query: Query): RecordFilter {
  return { ...filter, query: filter.query === undefined ? query : { op: 'and', of: [filter.query, query] } };
}
