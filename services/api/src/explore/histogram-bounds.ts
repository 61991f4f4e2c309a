import { DAY_MS, niceIntervals } from './histogram-interval.ts';
import { momentOf, type TimeZone } from './time-zone.ts';

/** Multiples of days are counted from this Monday, 29 December 1969, so that weeks begin on Mondays and nothing lies before it. */
const FIRST_MONDAY = -3;

/** A stretch of time in epoch milliseconds, `[fromMs, toMs)`. */
export interface Range {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Bounds of the intervals of a histogram, ascending epoch milliseconds; one more than there are intervals. */
export interface Bounds {
  readonly intervalMs: number;
  readonly atMs: readonly number[];
}

/**
 * Intervals over a range, aligned to the clocks of the zone: parts of a day begin at its midnights, days and their multiples are
 * whole days, so that one is an hour longer or shorter when the clocks are changed. The first and the last may reach over the
 * range. Undefined when there would be more than `most`.
 */
export function alignedBounds(
  { fromMs, toMs }: Range,
  intervalMs: number,
  zone: TimeZone,
  most: number,
): Bounds | undefined {
  const atMs: number[] = [];
  let boundMs = boundBefore(fromMs, intervalMs, zone);
  for (;;) {
    atMs.push(boundMs);
    if (boundMs >= toMs) return { intervalMs, atMs };
    if (atMs.length > most) return undefined;
    boundMs = boundAfter(boundMs, intervalMs, zone);
  }
}

/** The shortest nice intervals of which at most `most` hold the range. */
export function niceBounds(range: Range, zone: TimeZone, most: number): Bounds {
  for (const intervalMs of niceIntervals()) {
    // Saves counting: less than this many never fit.
    if ((range.toMs - range.fromMs) / intervalMs > most + 1) continue;
    const bounds = alignedBounds(range, intervalMs, zone, most);
    if (bounds) return bounds;
  }
  throw new RangeError('a range of time beyond all that can be stored');
}

/** The last bound at or before a moment. */
function boundBefore(atMs: number, intervalMs: number, zone: TimeZone): number {
  const wallMs = alignedWall(atMs + zone.offsetMs(atMs), intervalMs);
  let boundMs = momentOf(zone, wallMs);
  // Where the clocks were put back, there may be bounds in the hour that came twice.
  for (let nextMs = boundMs; nextMs <= atMs; nextMs = boundAfter(nextMs, intervalMs, zone)) boundMs = nextMs;
  return boundMs;
}

/** The first bound after a bound. */
function boundAfter(boundMs: number, intervalMs: number, zone: TimeZone): number {
  const straightMs = boundMs + intervalMs;
  const straightWallMs = straightMs + zone.offsetMs(straightMs);
  if (alignedWall(straightWallMs, intervalMs) === straightWallMs) return straightMs;
  const wallMs = alignedWall(boundMs + zone.offsetMs(boundMs), intervalMs) + intervalMs;
  const nextMs = momentOf(zone, wallMs);
  return nextMs > boundMs ? nextMs : straightMs;
}

/** The last aligned wall time at or before a wall time. */
function alignedWall(wallMs: number, intervalMs: number): number {
  // Parts of a day divide it evenly, and the epoch began at midnight.
  if (intervalMs < DAY_MS) return Math.floor(wallMs / intervalMs) * intervalMs;
  const originMs = FIRST_MONDAY * DAY_MS;
  return originMs + Math.floor((wallMs - originMs) / intervalMs) * intervalMs;
}
