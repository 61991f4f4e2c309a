import type { CountedField, HistogramBucket, HistogramRequest } from '../ports/store.ts';
import { countValues, withValue } from './count-values.ts';
import { QueryCompiler } from './compile-query.ts';
import type { FieldIndex } from './field-index.ts';
import { fieldKey, numberTerm, orderedDigits, shortDigits, valueTerm } from './index-terms.ts';
import type { MatchReader } from './match-reader.ts';
import { textsOf, type JsonObject } from './record-values.ts';
import { planOf, type PlannedPiece, type SearchPlan } from './search-plan.ts';
import { sliceOf } from './store-layout.ts';
import { queryOf } from './filter-query.ts';
import type { IndexedValue } from './value-counts.ts';
import { recordAt, verifiedMatches } from './verify-matches.ts';

interface Split {
  readonly field: CountedField;
  readonly values: ReadonlyMap<string, IndexedValue>;
}

/** Counts over time. The index counts whole slices; records of slices in which a bound lies are looked at one by one. */
export async function countIntervals(
  reader: MatchReader,
  request: HistogramRequest,
  index: FieldIndex,
): Promise<readonly HistogramBucket[]> {
  const { filter, bounds, splitBy } = request;
  const [from = '', to = ''] = [bounds[0], bounds.at(-1)];
  const { query } = queryOf(filter);
  const within = queryOf({ from, to, query }).query;
  const plan = planOf(within, reader.range(), new QueryCompiler(index), bounds);
  const split = splitBy && { field: splitBy.field, values: await splitValues(reader, plan, splitBy, index) };
  const intervals = new Intervals(bounds, split);
  for (const { possible, certain, uncertain } of plan.pieces) {
    for (const match of [possible, certain, uncertain]) await reader.gather(match);
    for (const value of split?.values.values() ?? []) await reader.gather(withValue(certain, value));
  }
  for (const piece of plan.pieces) {
    if (piece.isCut) await lookAtEach(reader, plan, piece, intervals);
    else await countPiece(reader, plan, piece, intervals);
  }
  return intervals.buckets();
}

async function splitValues(
  reader: MatchReader,
  plan: SearchPlan,
  { field, limit }: { readonly field: CountedField; readonly limit: number },
  index: FieldIndex,
): Promise<ReadonlyMap<string, IndexedValue>> {
  const [facet] = await countValues(reader, plan, [field], limit, index);
  const key = fieldKey(field);
  return new Map(
    (facet?.values ?? []).map(({ value }) => {
      const number = Number(value);
      const digits = Number.isFinite(number) ? [numberTerm(key, shortDigits(orderedDigits(number)))] : [];
      return [value, { text: value, terms: [valueTerm(key, value), ...digits] }];
    }),
  );
}

/** A slice in which a bound lies. */
async function lookAtEach(
  reader: MatchReader,
  plan: SearchPlan,
  piece: PlannedPiece,
  intervals: Intervals,
): Promise<void> {
  const isDecided = piece.uncertain.op === 'none' && intervals.split === undefined;
  for await (const part of reader.matches(piece.possible, piece, 'asc')) {
    for (const found of part) {
      if (isDecided) {
        intervals.addAt(found.timestamp);
        continue;
      }
      const record = recordAt(reader, found);
      if (record !== undefined && plan.test({ timestamp: found.timestamp, record })) {
        intervals.addAt(found.timestamp, record);
      }
    }
  }
}

/** A stretch of time that lies in one interval. */
async function countPiece(
  reader: MatchReader,
  plan: SearchPlan,
  piece: PlannedPiece,
  intervals: Intervals,
): Promise<void> {
  const interval = intervals.ofSlice(piece.first);
  if (piece.certain.op !== 'none') {
    const count = await reader.count(piece.certain, piece, Infinity);
    intervals.add(interval, count);
    for (const [value, indexed] of count === 0 ? [] : (intervals.split?.values ?? [])) {
      intervals.addValue(interval, value, await reader.count(withValue(piece.certain, indexed), piece, Infinity));
    }
  }
  if (piece.uncertain.op === 'none') return;
  for await (const { found, record } of verifiedMatches(reader, piece.uncertain, piece, 'asc', plan.test)) {
    intervals.addAt(found.timestamp, record);
  }
}

/** The buckets, as they fill. */
class Intervals {
  readonly #bounds: readonly string[];
  readonly split: Split | undefined;
  readonly #counts: number[];
  readonly #splits: readonly Map<string, number>[];

  constructor(bounds: readonly string[], split: Split | undefined) {
    this.#bounds = bounds;
    this.split = split;
    this.#counts = Array<number>(bounds.length - 1).fill(0);
    this.#splits = this.#counts.map(() => new Map<string, number>());
  }

  /** The interval of a slice in which no bound lies but at its beginning. */
  ofSlice(slice: number): number {
    return lastOf(this.#bounds, (bound) => sliceOf(bound) <= slice);
  }

  add(interval: number, count: number): void {
    this.#counts[interval] = (this.#counts[interval] ?? 0) + count;
  }

  addValue(interval: number, value: string, count: number): void {
    const split = this.#splits[interval];
    if (count > 0) split?.set(value, (split.get(value) ?? 0) + count);
  }

  /** One record, if its time lies in any interval. */
  addAt(timestamp: string, record?: JsonObject): void {
    const interval = lastOf(this.#bounds, (bound) => bound <= timestamp);
    if (interval < 0 || interval >= this.#counts.length) return;
    this.add(interval, 1);
    if (this.split === undefined || record === undefined) return;
    for (const text of textsOf(record, this.split.field)) {
      if (this.split.values.has(text)) this.addValue(interval, text, 1);
    }
  }

  buckets(): HistogramBucket[] {
    return this.#counts.map((count, n) =>
      this.split === undefined ? { count } : { count, split: this.#splits[n] ?? new Map<string, number>() },
    );
  }
}

/** Index of the last item that the condition holds for, when it holds for a first part of them; -1 when for none. */
function lastOf<T>(items: readonly T[], holds: (item: T) => boolean): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(items[middle] as T)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
