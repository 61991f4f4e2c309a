import { QUERY_FIELDS } from '@paylog/shared/query/query-fields';

/** Columns of a CSV when none are chosen: what a table of payments and errors is read for. */
export const DEFAULT_COLUMNS: readonly string[] = [
  'timestamp',
  'level',
  'service',
  'message',
  'payment.id',
  'payment.status',
  'payment.amount_minor',
  'payment.currency',
  'payment.merchant_id',
  'error.type',
  'error.message',
  'duration_ms',
  'trace_id',
  'environment',
  'host',
  'id',
  'received_at',
  'attributes',
];

/** Most columns of a CSV. */
export const MAX_COLUMNS = 100;

const CANONICAL = new Map(
  QUERY_FIELDS.flatMap(({ field, aliases }) => [field.name, ...aliases].map((name) => [name, field.name] as const)),
);
/** Parts of a record that hold others. */
const WHOLE: ReadonlySet<string> = new Set(['attributes', 'payment', 'http', 'error']);

/**
 * Where the values of a column stand in a record: a field as queries name it, by its own name or another; a part of the record
 * (`payment`, as JSON); anything else is an attribute.
 */
export function columnPath(column: string): readonly string[] {
  const canonical = CANONICAL.get(column) ?? column;
  const names = canonical.split('.');
  const isField = CANONICAL.has(canonical) || WHOLE.has(canonical) || names[0] === 'attributes';
  return isField ? names : ['attributes', ...names];
}
