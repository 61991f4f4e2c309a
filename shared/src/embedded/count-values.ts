import type { CountedField, Facet } from '../ports/store.ts';
import { countRecords } from './count-records.ts';
import type { FieldIndex } from './field-index.ts';
import { fieldKey, valueTerm } from './index-terms.ts';
import { allOf, anyTerm, isCostly, type Match } from './match.ts';
import type { MatchReader } from './match-reader.ts';
import { textsOf } from './record-values.ts';
import type { SearchPlan } from './search-plan.ts';
import type { SliceRange } from './time-pieces.ts';
import { Tally, valuesOf, type IndexedValue } from './value-counts.ts';
import { recordAt, verifiedMatches } from './verify-matches.ts';

/** Records that are looked at one by one: all when there are no more, else the newest. */
const SAMPLE_RECORDS = 20_000;

/** The values of a field that occur most often among the records of a plan. */
export async function countValues(
  reader: MatchReader,
  plan: SearchPlan,
  fields: readonly CountedField[],
  limit: number,
  index: FieldIndex,
): Promise<readonly Facet[]> {
  const count = await countRecords(reader, plan, SAMPLE_RECORDS + 1);
  const isSmall = count <= SAMPLE_RECORDS;
  // Each value takes an evaluation of its own.
  const isEasy = !isSmall && !plan.pieces.some(({ certain }) => isCostly(certain));
  const listed = fields.map((field) => (isEasy ? valuesOf(field, index) : undefined));
  const listedFields = fields.flatMap((field, n) => {
    const values = listed[n];
    return values === undefined ? [] : [{ field, values }];
  });
  const exact = await tallyByIndex(reader, plan, listedFields);
  const sampledFields = fields.filter((_, n) => listed[n] === undefined);
  const sampled = sampledFields.length === 0 ? [] : await tallyNewest(reader, plan, sampledFields);
  return fields.map(({ type }, n) => {
    const tally = listed[n] === undefined ? sampled.shift() : exact.shift();
    return (tally ?? new Tally()).top(limit, isSmall || listed[n] !== undefined, type);
  });
}

/** Reads the newest records. */
async function tallyNewest(reader: MatchReader, plan: SearchPlan, fields: readonly CountedField[]): Promise<Tally[]> {
  const tallies = fields.map(() => new Tally());
  let left = SAMPLE_RECORDS;
  for (const piece of plan.pieces.toReversed()) {
    if (left <= 0) break;
    // What the index decides needs no test: only the fields are read.
    const test = piece.uncertain.op === 'none' ? () => true : plan.test;
    for await (const { record } of verifiedMatches(reader, piece.possible, piece, 'desc', test)) {
      for (const [n, field] of fields.entries()) for (const text of textsOf(record, field)) tallies[n]?.add(text);
      left -= 1;
      if (left <= 0) break;
    }
  }
  return tallies;
}

/** Counts each value by its terms; records that the index cannot decide on are read. */
async function tallyByIndex(
  reader: MatchReader,
  plan: SearchPlan,
  fields: readonly { readonly field: CountedField; readonly values: readonly IndexedValue[] }[],
): Promise<Tally[]> {
  const tallies = fields.map(() => new Tally());
  if (fields.length === 0) return tallies;
  for (const piece of plan.pieces) {
    for (const [n, { field, values }] of fields.entries()) {
      if (piece.certain.op === 'none') continue;
      for (const value of values) {
        const count = await reader.count(withValue(piece.certain, value), piece, Infinity);
        if (count > 0) tallies[n]?.add(await textOf(reader, field, value, piece), count);
      }
    }
    if (piece.uncertain.op === 'none') continue;
    for await (const { record } of verifiedMatches(reader, piece.uncertain, piece, 'desc', plan.test)) {
      for (const [n, { field }] of fields.entries()) {
        for (const text of textsOf(record, field)) tallies[n]?.add(text);
      }
    }
  }
  return tallies;
}

/** Records of a match that have the value. */
export function withValue(match: Match, { terms }: IndexedValue): Match {
  return allOf([match, anyTerm(terms)]);
}

/** Long values are read from a record that has them. */
async function textOf(
  reader: MatchReader,
  field: CountedField,
  { text, terms }: IndexedValue,
  range: SliceRange,
): Promise<string> {
  if (text !== undefined) return text;
  const [term = ''] = terms;
  const key = fieldKey(field);
  for await (const part of reader.matches(anyTerm(terms), range, 'desc', { few: 1 })) {
    for (const found of part) {
      const record = recordAt(reader, found);
      for (const value of record === undefined ? [] : textsOf(record, field)) {
        if (valueTerm(key, value) === term) return value;
      }
    }
  }
  return term;
}
