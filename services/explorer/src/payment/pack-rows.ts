/** What a mark with its bar and its label takes of a row, in pixels. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

/**
 * Puts each interval into the first row where it is free, in the order given. When all `maxRows` rows are taken it goes into the one
 * that becomes free first, so that what overlaps does so as little as it can. `count` is at least 1.
 */
export function packRows(
  intervals: readonly Interval[],
  maxRows: number,
): { readonly rows: readonly number[]; readonly count: number } {
  const ends: number[] = [];
  const rows = intervals.map((interval) => {
    let row = ends.findIndex((end) => end <= interval.from);
    if (row < 0) row = ends.length < maxRows ? ends.length : ends.indexOf(Math.min(...ends));
    ends[row] = Math.max(ends[row] ?? Number.NEGATIVE_INFINITY, interval.to);
    return row;
  });
  return { rows, count: Math.max(1, ends.length) };
}
