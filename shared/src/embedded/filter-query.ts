import type { KnownField, Query } from '../ports/query.ts';
import type { RecordFilter } from '../ports/store.ts';
import { messageWords } from './message-words.ts';

const TIMESTAMP: KnownField<'time'> = { type: 'time', name: 'timestamp' };

function anyEquals(name: string, values: readonly string[] | undefined): Query[] {
  if (values === undefined) return [];
  const field: KnownField<'keyword'> = { type: 'keyword', name };
  return [{ op: 'or', of: values.map((value) => ({ op: 'equals', field, value })) }];
}

function equals(name: string, value: string | undefined): Query[] {
  return value === undefined ? [] : anyEquals(name, [value]);
}

/** All conditions of a filter as one query; `conditions` without those on the time of the event that hold for the whole of it. */
export function queryOf(filter: RecordFilter): { readonly query: Query; readonly conditions: readonly Query[] } {
  const words = new Set((filter.words ?? []).flatMap((word) => messageWords(word)));
  const parts: Query[] = [
    ...[...words].map((text): Query => ({
      op: 'phrase',
      field: { type: 'words', name: 'message' },
      text,
      prefix: false,
    })),
    ...anyEquals('service', filter.services),
    ...anyEquals('level', filter.levels),
    ...equals('trace_id', filter.traceId),
    ...equals('payment.id', filter.paymentId),
    ...equals('environment', filter.environment),
    ...flattened(filter.query ?? { op: 'all' }),
  ];
  const { from, to } = filter;
  if (from !== undefined) parts.push({ op: 'time', field: TIMESTAMP, from });
  if (to !== undefined) parts.push({ op: 'time', field: TIMESTAMP, to });
  const conditions = parts.filter((part) => part.op !== 'time' || part.field.name !== TIMESTAMP.name);
  return { query: { op: 'and', of: parts }, conditions };
}

function flattened(query: Query): readonly Query[] {
  if (query.op === 'and') return query.of.flatMap(flattened);
  return query.op === 'all' ? [] : [query];
}

/** The bounds of time that hold for the whole of a query, when there is nothing else in it. */
export function timeOnly(filter: RecordFilter): { readonly from?: string; readonly to?: string } | undefined {
  const { query, conditions } = queryOf(filter);
  if (conditions.length > 0 || query.op !== 'and') return undefined;
  let [from, to]: (string | undefined)[] = [];
  for (const part of query.of) {
    if (part.op !== 'time') continue;
    if (part.from !== undefined && (from === undefined || part.from > from)) from = part.from;
    if (part.to !== undefined && (to === undefined || part.to < to)) to = part.to;
  }
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}
