import type { LogFields } from '@paylog/shared/ports/logger';
import type { RecordFilter } from '@paylog/shared/ports/store';
import { queryShape } from '@paylog/shared/query/query-shape';
import { epochMillis } from '@paylog/shared/record/timestamp';

/** A filter without its values. */
export function filterShape({
  query,
  from,
  to,
  words,
  services,
  levels,
  traceId,
  paymentId,
  environment,
}: RecordFilter): LogFields {
  const counts = { q: words?.length, service: services?.length, level: levels?.length };
  const given = { trace_id: traceId, payment_id: paymentId, environment, from, to };
  const filters = [
    ...Object.entries(counts).flatMap(([name, count]) => (count === undefined ? [] : `${name} x${count}`)),
    ...Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : name)),
  ];
  return {
    filters: filters.join(', '),
    ...(query && { query: queryShape(query) }),
    ...(from !== undefined && to !== undefined && { range_ms: epochMillis(to) - epochMillis(from) }),
  };
}
