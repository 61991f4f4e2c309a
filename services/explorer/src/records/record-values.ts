import { isRawNumber } from '../exact-json.ts';
import type { JsonValue, LogRecord } from '../api-types.ts';

/** One field of a record: its dotted name in queries, and what it holds. */
export interface RecordField {
  readonly name: string;
  readonly value: JsonValue;
}

/** Longer values are not found by what they are (`shared/src/ports/query.ts`). */
const MAX_VALUE_LENGTH = 1024;

/** Fields in the order in which they are read; others follow by name. */
const FIRST = [
  'timestamp',
  'level',
  'service',
  'message',
  'error',
  'payment',
  'http',
  'duration_ms',
  'trace_id',
  'span_id',
];

/** Every value of a record under the name by which it is searched. Arrays are values; objects are gone into, unless empty. */
export function recordFields(record: LogRecord): readonly RecordField[] {
  const fields: RecordField[] = [];
  collect(record as unknown as Readonly<Record<string, JsonValue>>, '', fields);
  const rank = (name: string): number => {
    const at = FIRST.findIndex((first) => name === first || name.startsWith(`${first}.`));
    return at < 0 ? FIRST.length : at;
  };
  return fields.sort((a, b) => rank(a.name) - rank(b.name) || compareText(a.name, b.name));
}

function collect(value: Readonly<Record<string, JsonValue>>, path: string, fields: RecordField[]): void {
  for (const [name, inner] of Object.entries(value)) {
    const full = path === '' ? name : `${path}.${name}`;
    if (
      typeof inner === 'object' &&
      inner !== null &&
      !Array.isArray(inner) &&
      !isRawNumber(inner) &&
      Object.keys(inner).length > 0
    ) {
      collect(inner as Readonly<Record<string, JsonValue>>, full, fields);
    } else fields.push({ name: full, value: inner });
  }
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The value under a dotted name; members whose own names have dots are found, too. A name that is not known is one of an attribute. */
export function valueAt(record: LogRecord, name: string): JsonValue | undefined {
  const found = walk(record as unknown as JsonValue, name);
  return found === undefined && record.attributes && !name.startsWith('attributes.')
    ? walk(record.attributes, name)
    : found;
}

function walk(value: JsonValue, path: string): JsonValue | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const members = value as Readonly<Record<string, JsonValue>>;
  if (Object.hasOwn(members, path)) return members[path];
  for (let dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
    const head = path.slice(0, dot);
    const inner = Object.hasOwn(members, head) ? members[head] : undefined;
    const found = inner === undefined ? undefined : walk(inner, path.slice(dot + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A value as one text: texts as they are, everything else as JSON; empty for nothing. */
export function textOf(value: JsonValue | undefined): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The text by which a value is searched; undefined for what is not searched by value: nothing, lists, very long texts. */
export function searchedText(value: JsonValue): string | undefined {
  if (typeof value === 'string') return value === '' || value.length > MAX_VALUE_LENGTH ? undefined : value;
  return typeof value === 'number' || typeof value === 'boolean' || isRawNumber(value) ? textOf(value) : undefined;
}

/** Time of the event in epoch milliseconds: as sent (RFC 3339, or an epoch number in s, ms, us or ns), else when it arrived. */
export function recordTimeMs({ timestamp, received_at }: LogRecord): number {
  const ms = typeof timestamp === 'number' ? epochToMs(timestamp) : Date.parse(timestamp ?? received_at);
  return Number.isNaN(ms) ? Date.parse(received_at) : ms;
}

/** Seconds have at most eleven digits until the year 5138, milliseconds fourteen, and so on: the size tells the unit. */
function epochToMs(value: number): number {
  const size = Math.abs(value);
  if (size < 1e11) return value * 1000;
  if (size < 1e14) return value;
  return size < 1e17 ? value / 1000 : value / 1_000_000;
}
