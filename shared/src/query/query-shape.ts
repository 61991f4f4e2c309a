import type { Query, RangeQuery, TimeQuery } from '../ports/query.ts';
import { fieldName } from './resolve-field.ts';
import { bareQuery } from './text-leaves.ts';

/** Longest shape; the rest is cut off. */
const MAX_LENGTH = 1000;

/**
 * A query with `?` in place of its values, the same for all queries of its kind: `level:? AND (service:? x3 OR ?*)`. For logs: it holds
 * names of fields, and no value that somebody searched for. At most 1,000 characters.
 */
export function queryShape(query: Query): string {
  const shape = shapeOf(query);
  return shape.length > MAX_LENGTH ? `${shape.slice(0, MAX_LENGTH - 1)}…` : shape;
}

function shapeOf(query: Query): string {
  switch (query.op) {
    case 'all':
      return '*';
    case 'and':
      return query.of.length === 0 ? '*' : joined(query.of, ' AND ');
    case 'or':
      return isBare(query.of, false) ? '?' : isBare(query.of, true) ? '?*' : alternatives(query.of);
    case 'not':
      return `NOT ${inner(query.of)}`;
    case 'phrase':
      return `${fieldName(query.field)}:?${query.prefix ? '*' : ''}`;
    case 'equals':
      return `${fieldName(query.field)}:?`;
    case 'prefix':
      return `${fieldName(query.field)}:?*`;
    case 'exists':
      return `${fieldName(query.field)}:*`;
    case 'range':
    case 'time':
      return `${fieldName(query.field)}:${bounds(query)}`;
  }
}

function alternatives(of: readonly Query[]): string {
  const [text, number] = of;
  // What `shard:5` stands for: the text or the number.
  if (
    of.length === 2 &&
    text?.op === 'equals' &&
    number?.op === 'range' &&
    fieldName(text.field) === fieldName(number.field)
  ) {
    return shapeOf(text);
  }
  return of.length === 0 ? 'NOT *' : joined(of, ' OR ');
}

/** Members of the same shape are counted. */
function joined(of: readonly Query[], operator: string): string {
  const counts = new Map<string, number>();
  for (const member of of) {
    const shape = inner(member);
    counts.set(shape, (counts.get(shape) ?? 0) + 1);
  }
  return [...counts].map(([shape, count]) => (count === 1 ? shape : `${shape} x${count}`)).join(operator);
}

function inner(query: Query): string {
  const shape = shapeOf(query);
  const isJoined = (query.op === 'and' || query.op === 'or') && / (?:AND|OR|x\d+)\b/.test(shape);
  return isJoined ? `(${shape})` : shape;
}

/** Whether these are what text without a field is looked for in. */
function isBare(of: readonly Query[], prefix: boolean): boolean {
  const [first] = of;
  if (first?.op !== 'phrase' || first.field.name !== 'message' || first.prefix !== prefix) return false;
  const bare = bareQuery(first.text, prefix);
  return (
    bare.op === 'or' && bare.of.length === of.length && bare.of.every((leaf, at) => leafName(leaf) === leafName(of[at]))
  );
}

function leafName(query: Query | undefined): string {
  return query !== undefined && 'field' in query ? `${query.op} ${fieldName(query.field)}` : '';
}

function bounds(query: RangeQuery | TimeQuery): string {
  if (query.op === 'time') {
    return query.from === undefined ? '<?' : query.to === undefined ? '>=?' : '[? TO ?}';
  }
  const { gt, gte, lt, lte } = query;
  const hasLow = gt !== undefined || gte !== undefined;
  const hasHigh = lt !== undefined || lte !== undefined;
  if (!hasHigh) return gt === undefined ? '>=?' : '>?';
  if (!hasLow) return lt === undefined ? '<=?' : '<?';
  if (gte !== undefined && gte === lte) return '?';
  return `${gt === undefined ? '[' : '{'}? TO ?${lt === undefined ? ']' : '}'}`;
}
