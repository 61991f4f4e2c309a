import type { SearchRequest } from '../ports/store.ts';
import { foundOf, type Found, type MatchReader } from './match-reader.ts';
import type { PlannedPiece, SearchPlan } from './search-plan.ts';
import type { SqlValue } from './sqlite.ts';
import { sliceOf, sliceOfKey } from './store-layout.ts';
import type { SliceRange } from './time-pieces.ts';
import { verifiedMatches } from './verify-matches.ts';

/** Bounds of the time of the event. */
export interface TimeBounds {
  readonly from?: string;
  readonly to?: string;
}

/** Where a search has to look for its page: after the last one. */
export function pageRange(range: SliceRange, { after, order }: SearchRequest): SliceRange {
  if (after === undefined) return range;
  const slice = sliceOf(after.timestamp);
  return order === 'asc'
    ? { first: Math.max(range.first, slice), last: range.last }
    : { first: range.first, last: Math.min(range.last, slice) };
}

/** Without other conditions the index over (timestamp, id) is the answer. */
export function findByTime(reader: MatchReader, request: SearchRequest, bounds: TimeBounds): Found[] {
  const { conditions, values } = timeConditions(bounds);
  const { after, order, limit } = request;
  if (after !== undefined) {
    conditions.push(`(timestamp, id) ${order === 'asc' ? '>' : '<'} (?, ?)`);
    values.push(after.timestamp, Buffer.from(after.id, 'utf8'));
  }
  return reader
    .sql(`SELECT key, timestamp, id FROM log ${whereOf(conditions)} ORDER BY timestamp ${order}, id ${order} LIMIT ?`)
    .all(...values, limit)
    .map(foundOf);
}

/** Number of records between two times, at most `bound`. */
export function countByTime(reader: MatchReader, bounds: TimeBounds, bound: number): number {
  const { conditions, values } = timeConditions(bounds);
  const sql = `SELECT count(*) FROM (SELECT 1 FROM log INDEXED BY log_time ${whereOf(conditions)} LIMIT ?)`;
  return Number(reader.sql(sql).first(...values, bound)?.[0]);
}

/** Hits of the index come in the order of keys: of slices. Inside of a slice they are sorted here. */
export async function findByPlan(reader: MatchReader, plan: SearchPlan, request: SearchRequest): Promise<Found[]> {
  const { order, limit } = request;
  const page = new Page(request);
  const pieces = order === 'asc' ? plan.pieces : plan.pieces.toReversed();
  for (const piece of pieces) {
    for await (const part of hitsOf(reader, plan, piece, request)) {
      for (const found of part) page.add(found);
      if (page.isFull) return page.hits.slice(0, limit);
    }
    // Pieces end where slices end.
    page.finishSlice();
    if (page.isFull) break;
  }
  return page.hits.slice(0, limit);
}

async function* hitsOf(
  reader: MatchReader,
  plan: SearchPlan,
  piece: PlannedPiece,
  { order, limit }: SearchRequest,
): AsyncGenerator<readonly Found[]> {
  // Some more than the page, for the rest of the last slice.
  const few = limit + 16;
  if (piece.uncertain.op === 'none' && plan.isSettled) {
    yield* reader.matches(piece.possible, piece, order, { few });
    return;
  }
  for await (const { found } of verifiedMatches(reader, piece.possible, piece, order, plan.test)) yield [found];
}

/** A page that fills slice by slice. */
class Page {
  readonly #request: SearchRequest;
  readonly #afterId: Buffer;
  readonly hits: Found[] = [];
  #slice: Found[] = [];

  constructor(request: SearchRequest) {
    this.#request = request;
    this.#afterId = Buffer.from(request.after?.id ?? '', 'utf8');
  }

  get isFull(): boolean {
    return this.hits.length >= this.#request.limit;
  }

  add(found: Found): void {
    const last = this.#slice.at(-1);
    if (last !== undefined && sliceOfKey(last.key) !== sliceOfKey(found.key)) this.finishSlice();
    if (this.isFull || !this.#isAfter(found)) return;
    this.#slice.push(found);
    const { limit } = this.#request;
    // A slice with very many hits (equal times): only the best can be on this page.
    if (this.#slice.length >= 4 * limit + SLICE_ROWS) this.#slice = this.#sorted().slice(0, limit);
  }

  finishSlice(): void {
    this.hits.push(...this.#sorted());
    this.#slice = [];
  }

  #sorted(): Found[] {
    return this.#slice.sort(this.#request.order === 'asc' ? compare : (a, b) => compare(b, a));
  }

  #isAfter(found: Found): boolean {
    const { after, order } = this.#request;
    if (after === undefined) return true;
    const distance = compare(found, { timestamp: after.timestamp, idBytes: this.#afterId });
    return order === 'asc' ? distance > 0 : distance < 0;
  }
}

const SLICE_ROWS = 500;

function compare(a: Pick<Found, 'timestamp' | 'idBytes'>, b: Pick<Found, 'timestamp' | 'idBytes'>): number {
  if (a.timestamp !== b.timestamp) return a.timestamp < b.timestamp ? -1 : 1;
  return Buffer.compare(a.idBytes, b.idBytes);
}

function timeConditions({ from, to }: TimeBounds): { conditions: string[]; values: SqlValue[] } {
  const conditions: string[] = [];
  const values: SqlValue[] = [];
  if (from !== undefined) {
    conditions.push('timestamp >= ?');
    values.push(from);
  }
  if (to !== undefined) {
    conditions.push('timestamp < ?');
    values.push(to);
  }
  return { conditions, values };
}

function whereOf(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
}
