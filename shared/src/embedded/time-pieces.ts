import type { Query } from '../ports/query.ts';
import { LAST_SLICE, sliceOf } from './store-layout.ts';

/** Slices from `first` to `last`, both included. */
export interface SliceRange {
  readonly first: number;
  readonly last: number;
}

/** A stretch of time, and what is left of a query in it. */
export interface TimePiece extends SliceRange {
  /** Without conditions on `timestamp` that are the same for the whole piece; those that are left need a look at the record. */
  readonly query: Query;
  /** A time at which the query or the caller cuts lies within, not at its beginning. The piece is one slice then. */
  readonly isCut: boolean;
}

const SLICE_MS = 16;
const NONE: Query = { op: 'or', of: [] };

/**
 * Cuts a range of slices at the times that a query names (and at `further` ones), so that a condition on the time of the event is
 * always or never true in a piece. Only the slices in which such a time lies keep their conditions. Oldest first; pieces in which
 * nothing can match are left out.
 */
export function timePieces(query: Query, range: SliceRange, further: readonly string[] = []): TimePiece[] {
  const cuts = new Set<number>();
  const straddled = new Set<number>();
  for (const time of [...timesOf(query), ...further]) {
    const slice = sliceOf(time);
    cuts.add(slice);
    if (beginsSlice(time, slice)) continue;
    straddled.add(slice);
    cuts.add(slice + 1);
  }
  const starts = [range.first, ...[...cuts].filter((slice) => slice > range.first && slice <= range.last)];
  starts.sort((a, b) => a - b);
  return starts.flatMap((first, index) => {
    const last = (starts[index + 1] ?? range.last + 1) - 1;
    if (last < first) return [];
    const isCut = straddled.has(first);
    const left = simplified(query, first);
    return left.op === 'or' && left.of.length === 0 ? [] : [{ first, last, query: left, isCut }];
  });
}

/** Times outside of what keys can hold share the first and the last slice. */
function beginsSlice(time: string, slice: number): boolean {
  if (slice === 0 || slice === LAST_SLICE) return false;
  // A second is no whole number of slices, 2 s are: 125 slices.
  const ms = (Number(time.slice(17, 19)) % 2) * 1000 + Number(time.slice(20, 23));
  return ms % SLICE_MS === 0 && time.slice(23, 29) === '000000';
}

function timesOf(query: Query): string[] {
  switch (query.op) {
    case 'and':
    case 'or':
      return query.of.flatMap(timesOf);
    case 'not':
      return timesOf(query.of);
    case 'time':
      return query.field.name === 'timestamp' ? [query.from, query.to].filter((time) => time !== undefined) : [];
    default:
      return [];
  }
}

/** What is left of a query in a piece that begins with this slice. */
function simplified(query: Query, slice: number): Query {
  switch (query.op) {
    case 'and':
      return simplifiedAll(query.of, slice);
    case 'or': {
      const parts = query.of.map((part) => simplified(part, slice)).filter((part) => !isNone(part));
      if (parts.some(({ op }) => op === 'all')) return { op: 'all' };
      return parts.length === 1 ? (parts[0] ?? NONE) : { op: 'or', of: parts };
    }
    case 'not': {
      const part = simplified(query.of, slice);
      if (part.op === 'all') return NONE;
      return isNone(part) ? { op: 'all' } : { op: 'not', of: part };
    }
    case 'time': {
      if (query.field.name !== 'timestamp') return query;
      const fromHolds = query.from === undefined ? true : isReached(query.from, slice);
      const toHolds = query.to === undefined ? true : isBefore(query.to, slice);
      if (fromHolds === false || toHolds === false) return NONE;
      return fromHolds === true && toHolds === true ? { op: 'all' } : query;
    }
    default:
      return query;
  }
}

function simplifiedAll(of: readonly Query[], slice: number): Query {
  const parts: Query[] = [];
  for (const part of of) {
    const left = simplified(part, slice);
    if (isNone(left)) return NONE;
    if (left.op !== 'all') parts.push(left);
  }
  if (parts.length === 0) return { op: 'all' };
  return parts.length === 1 ? (parts[0] ?? NONE) : { op: 'and', of: parts };
}

function isNone(query: Query): boolean {
  return query.op === 'or' && query.of.length === 0;
}

/** Whether all of the slice (and of those up to the next cut) is at or after the time; undefined when the time lies in it. */
function isReached(time: string, slice: number): boolean | undefined {
  const own = sliceOf(time);
  if (own === slice) return beginsSlice(time, own) ? true : undefined;
  return slice > own;
}

/** Whether all of the slice is before the time. */
function isBefore(time: string, slice: number): boolean | undefined {
  const own = sliceOf(time);
  if (own === slice) return beginsSlice(time, own) ? false : undefined;
  return slice < own;
}
