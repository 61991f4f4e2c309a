import { FIELD_SOURCES } from '@paylog/shared/record/field-sources';
import { type Level, parseLevel } from '@paylog/shared/record/level';
import { parseTimestamp } from '@paylog/shared/record/timestamp';

/** What people see of a record. */
export interface RecordView {
  readonly id: string;
  /** RFC 3339 in UTC with milliseconds; empty when the record has no time that can be read. */
  readonly time: string;
  readonly level: Level;
  readonly service: string;
  readonly message: string;
}

type Members = Readonly<Record<string, unknown>>;

const MILLIS = 23;

/** Reads a record as a search gives it back: as it was sent, in any accepted form. */
export function viewOf(text: string): RecordView {
  const record = JSON.parse(text) as Members;
  const time = scalar(record, 'timestamp') ?? scalar(record, 'received_at');
  const level = scalar(record, 'level');
  return {
    id: String(scalar(record, 'id') ?? ''),
    time: millis(time === undefined ? undefined : parseTimestamp(time)),
    level: (level === undefined ? undefined : parseLevel(level)) ?? 'info',
    service: String(scalar(record, 'service') ?? ''),
    message: String(scalar(record, 'message') ?? ''),
  };
}

function millis(timestamp: string | undefined): string {
  return timestamp === undefined ? '' : `${timestamp.slice(0, MILLIS)}Z`;
}

const PATHS = new Map(FIELD_SOURCES.map(({ field, paths }) => [field, paths]));

/** First text or number at one of the places where the field may stand. */
function scalar(record: Members, field: string): string | number | undefined {
  for (const path of PATHS.get(field) ?? [field]) {
    const value = at(record, path.split('.'));
    if (typeof value === 'string' || typeof value === 'number') return value;
  }
  return undefined;
}

/** A value by its dotted name, through nested objects, or a mixture of both. */
function at(value: unknown, names: readonly string[]): unknown {
  if (names.length === 0) return value;
  if (typeof value !== 'object' || value === null) return undefined;
  for (let taken = names.length; taken > 0; taken -= 1) {
    const name = names.slice(0, taken).join('.');
    const found = Object.hasOwn(value, name) ? at((value as Members)[name], names.slice(taken)) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}
