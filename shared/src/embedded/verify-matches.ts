import type { RecordTest } from './evaluate-query.ts';
import type { Match } from './match.ts';
import type { Found, MatchReader } from './match-reader.ts';
import { parseRecord, type JsonObject } from './record-values.ts';
import type { SliceRange } from './time-pieces.ts';

/** Records between two breaths: a few milliseconds. */
const VERIFY_ROWS = 100;
const NO_RECORD: JsonObject = {};

/** A match and its record. */
export interface Verified {
  readonly found: Found;
  readonly record: JsonObject;
}

/** Reads each match and gives those that pass the test. A record that cannot be read has no fields. */
export async function* verifiedMatches(
  reader: MatchReader,
  match: Match,
  range: SliceRange,
  order: 'asc' | 'desc',
  test: RecordTest,
): AsyncGenerator<Verified> {
  let count = 0;
  for await (const part of reader.matches(match, range, order, { few: VERIFY_ROWS, withSource: true })) {
    for (const found of part) {
      count += 1;
      if (count % VERIFY_ROWS === 0) await reader.breathe();
      const record = recordAt(reader, found);
      if (record !== undefined && test({ timestamp: found.timestamp, record })) yield { found, record };
    }
  }
}

/** Undefined when it is gone meanwhile. */
export function recordAt(reader: MatchReader, found: Found): JsonObject | undefined {
  const source = found.source ?? reader.source(found.key);
  return source === undefined ? undefined : (parseRecord(source) ?? NO_RECORD);
}
