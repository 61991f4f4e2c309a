import type { PhraseQuery, Query, QueryField, RangeQuery, TimeQuery } from '../ports/query.ts';

type Json = Readonly<Record<string, unknown>>;

/** Longer texts are kept, but not found. */
const MAX_VALUE_LENGTH = 1024;
const SEGMENTER = new Intl.Segmenter('en', { granularity: 'word' });

/** The words of a text as the store port means them: split at Unicode word boundaries (UAX 29), in small letters. */
export function wordsOf(text: string): string[] {
  return Array.from(SEGMENTER.segment(text))
    .filter((segment) => segment.isWordLike)
    .map((segment) => segment.segment.toLowerCase());
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What stands under a path of attributes (undefined: here): texts, numbers and truth values, those in arrays too. */
function leavesAt(value: unknown, path: string | undefined): unknown[] {
  if (Array.isArray(value)) return value.flatMap((item) => leavesAt(item, path));
  if (!isObject(value)) return path === undefined && value !== null && value !== undefined ? [value] : [];
  if (path === undefined) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    if (name === path) return leavesAt(member, undefined);
    return path.startsWith(`${name}.`) ? leavesAt(member, path.slice(name.length + 1)) : [];
  });
}

function known(record: Json, name: string): unknown {
  if (name === 'timestamp') return record['@timestamp'];
  const [first = '', second] = name.split('.');
  const value = record[first];
  return second === undefined ? value : (value as Json | undefined)?.[second];
}

/** The values of a field that can be counted and compared. */
export function valuesOf(record: Json, field: QueryField): unknown[] {
  if (field.type === 'attribute') {
    return leavesAt(record['attributes'] ?? {}, field.path).filter((value) => String(value).length <= MAX_VALUE_LENGTH);
  }
  const value = known(record, field.name);
  if (value === undefined || value === null) return [];
  if (field.type === 'number') return Number.isFinite(value) ? [value] : [];
  if (field.type !== 'keyword') return [value];
  if (typeof value !== 'string' || value.length > MAX_VALUE_LENGTH) return [];
  return [field.name === 'level' ? value.toLowerCase() : value];
}

function exists(record: Json, field: QueryField): boolean {
  if (field.type === 'attribute') return valuesOf(record, field).length > 0;
  const value = known(record, field.name);
  return value !== undefined && value !== null;
}

function phraseHolds(record: Json, { field, text, prefix }: PhraseQuery): boolean {
  const sought = wordsOf(text);
  if (sought.length === 0) return false;
  const words = valuesOf(record, field).flatMap((value) => wordsOf(String(value)));
  const last = sought.length - 1;
  return words.some((_, start) =>
    sought.every((word, n) => {
      const found = words[start + n] ?? '';
      return prefix && n === last ? found.startsWith(word) : found === word;
    }),
  );
}

function rangeHolds(record: Json, { field, gt, gte, lt, lte }: RangeQuery): boolean {
  const numbers = record['num'] as Json | undefined;
  const value = field.type === 'attribute' ? numbers?.[field.path] : known(record, field.name);
  if (typeof value !== 'number' || !Number.isFinite(value)) return false;
  return (
    (gt === undefined || value > gt) &&
    (gte === undefined || value >= gte) &&
    (lt === undefined || value < lt) &&
    (lte === undefined || value <= lte)
  );
}

function timeHolds(record: Json, { field, from, to }: TimeQuery): boolean {
  const time = known(record, field.name);
  if (typeof time !== 'string') return false;
  const nanos = `${time.slice(0, -1).padEnd(29, '0')}Z`;
  return (from === undefined || nanos >= from) && (to === undefined || nanos < to);
}

/** Whether a query holds for a stored record, by the prose of `ports/query.ts` and nothing else. */
export function holdsFor(record: Json, query: Query): boolean {
  switch (query.op) {
    case 'all':
      return true;
    case 'and':
      return query.of.every((part) => holdsFor(record, part));
    case 'or':
      return query.of.some((part) => holdsFor(record, part));
    case 'not':
      return !holdsFor(record, query.of);
    case 'phrase':
      return phraseHolds(record, query);
    case 'equals': {
      const sought = 'name' in query.field && query.field.name === 'level' ? query.value.toLowerCase() : query.value;
      return valuesOf(record, query.field).some((value) => String(value) === sought);
    }
    case 'prefix': {
      const start = 'name' in query.field && query.field.name === 'level' ? query.value.toLowerCase() : query.value;
      return valuesOf(record, query.field).some((value) => String(value).startsWith(start));
    }
    case 'exists':
      return exists(record, query.field);
    case 'range':
      return rangeHolds(record, query);
    case 'time':
      return timeHolds(record, query);
  }
}
