import { LEVELS } from '@paylog/shared/record/level';
import type { Histogram } from '../api-types.ts';

/** One level's part of the bars. */
export interface HistogramSeries {
  /** A level, or `other` for records of none of the six. */
  readonly level: string;
  readonly total: number;
  /** Records of this level in each interval. */
  readonly counts: readonly number[];
  /** Top of this level's part of the bar: with all that stand below it. */
  readonly tops: readonly number[];
}

/** What the chart draws: intervals by their beginning in seconds, and levels stacked, the most severe at the bottom where they are seen. */
export interface HistogramData {
  readonly startsMs: readonly number[];
  readonly endsMs: readonly number[];
  readonly counts: readonly number[];
  readonly series: readonly HistogramSeries[];
}

/** Lays out an answer for the chart and its table. Levels that do not occur are left out. */
export function histogramData({ buckets }: Histogram): HistogramData {
  const stacked: HistogramSeries[] = [];
  let below = buckets.map(() => 0);
  for (const level of [...LEVELS].reverse()) {
    const counts = buckets.map(({ split }) => split?.find(({ value }) => value.toLowerCase() === level)?.count ?? 0);
    below = push(stacked, level, counts, below);
  }
  push(
    stacked,
    'other',
    buckets.map(({ count }, index) => Math.max(0, count - (below[index] ?? 0))),
    below,
  );
  return {
    startsMs: buckets.map(({ from }) => Date.parse(from)),
    endsMs: buckets.map(({ to }) => Date.parse(to)),
    counts: buckets.map(({ count }) => count),
    series: stacked,
  };
}

function push(stacked: HistogramSeries[], level: string, counts: readonly number[], below: number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return below;
  const tops = counts.map((count, index) => count + (below[index] ?? 0));
  stacked.push({ level, total, counts, tops });
  return tops;
}
