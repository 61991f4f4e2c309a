import type { SearchHit } from '@paylog/shared/ports/store';
import { parseTimestamp } from '@paylog/shared/record/timestamp';
import { readStoryRecord, type StoryRecord } from '../../src/explore/story-record.ts';

/** The beginning of every story, epoch milliseconds. */
const START_MS = Date.parse('2026-11-20T08:00:00.000Z');

export interface Told {
  /** Milliseconds after the beginning; a fraction becomes nanoseconds. */
  readonly at: number;
  /** Milliseconds after the beginning; absent: 5 ms after it happened. */
  readonly received?: number;
  readonly id?: string;
  readonly service?: string;
  readonly level?: string;
  readonly message?: string;
  readonly payment?: object | string;
  readonly [member: string]: unknown;
}

let counted = 0;

/** A stored record as a hit of a search. */
export function hitOf({ at, received = at + 5, ...record }: Told): SearchHit {
  counted += 1;
  const whole = Math.floor(at);
  const iso = new Date(START_MS + whole).toISOString();
  const timestamp = parseTimestamp(`${iso.slice(0, 23)}${String(Math.round((at - whole) * 1e6)).padStart(6, '0')}Z`);
  const id = record.id ?? `r${String(counted)}`;
  const server = {
    v: 1,
    '@timestamp': timestamp,
    received_at: new Date(START_MS + received).toISOString(),
    data_set: 'main',
  };
  const source = JSON.stringify({ ...server, message: 'm', service: 'checkout', level: 'info', ...record, id });
  return { id, timestamp: timestamp ?? '', source };
}

/** Records of a story, in the order of time as a search gives them. */
export function tell(...told: readonly Told[]): readonly StoryRecord[] {
  const hits = told.map(hitOf);
  return hits
    .sort((a, b) => (a.timestamp < b.timestamp ? -1 : a.timestamp > b.timestamp ? 1 : a.id < b.id ? -1 : 1))
    .map(readStoryRecord);
}
