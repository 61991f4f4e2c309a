/**
 * Where a time stands on the drawn timeline. `linear` is true to time; `compressed` draws each gap as a break of fixed width and
 * gives the rest of the width to the stretches in which something happened, half by their time and half by their number of steps,
 * so that a burst of 80 ms stays readable beside one of 20 s.
 */

/** How times are turned into places. */
export type ScaleMode = 'linear' | 'compressed';

/** A stretch of the timeline from `fromMs` to `toMs` (after the beginning) at `fromX` to `toX`. */
export interface ScaleSegment {
  readonly kind: 'active' | 'gap';
  readonly fromMs: number;
  readonly toMs: number;
  readonly fromX: number;
  readonly toX: number;
}

/** A stretch of silence, in ms after the beginning. */
export interface Silence {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Segments in order, without holes; `place` is monotonous over all of them. */
export interface TimeScale {
  readonly mode: ScaleMode;
  readonly segments: readonly ScaleSegment[];
  readonly place: (ms: number) => number;
}

/** What the scale is made of. */
export interface ScaleOptions {
  readonly mode: ScaleMode;
  readonly durationMs: number;
  /** Times of the steps, ascending, in ms after the beginning. */
  readonly stepsMs: readonly number[];
  readonly gaps: readonly Silence[];
  readonly fromX: number;
  readonly toX: number;
}

/** Width of a break, in pixels; smaller when many of them would take more than 40 % of the timeline. */
const BREAK_WIDTH = 56;
const BREAKS_SHARE = 0.4;

/** Makes the scale of one story. */
export function timeScale(options: ScaleOptions): TimeScale {
  const segments = options.mode === 'linear' ? linearSegments(options) : compressedSegments(options);
  return { mode: options.mode, segments, place: (ms) => placeIn(segments, ms) };
}

function spans(options: ScaleOptions): { kind: 'active' | 'gap'; fromMs: number; toMs: number }[] {
  const parts: { kind: 'active' | 'gap'; fromMs: number; toMs: number }[] = [];
  let at = 0;
  for (const gap of options.gaps) {
    const fromMs = Math.max(gap.fromMs, at);
    if (gap.toMs <= fromMs) continue;
    parts.push({ kind: 'active', fromMs: at, toMs: fromMs }, { kind: 'gap', fromMs, toMs: gap.toMs });
    at = gap.toMs;
  }
  parts.push({ kind: 'active', fromMs: at, toMs: Math.max(at, options.durationMs) });
  return parts;
}

function linearSegments(options: ScaleOptions): ScaleSegment[] {
  const total = Math.max(options.durationMs, ...options.gaps.map((gap) => gap.toMs), Number.MIN_VALUE);
  const width = options.toX - options.fromX;
  const x = (ms: number): number => options.fromX + (ms / total) * width;
  return spans(options).map((part) => ({ ...part, fromX: x(part.fromMs), toX: x(part.toMs) }));
}

function compressedSegments(options: ScaleOptions): ScaleSegment[] {
  const parts = spans(options);
  const width = options.toX - options.fromX;
  const gaps = parts.filter((part) => part.kind === 'gap').length;
  const breakWidth = gaps === 0 ? 0 : Math.min(BREAK_WIDTH, (width * BREAKS_SHARE) / gaps);
  const activeWidth = width - gaps * breakWidth;
  const active = parts.filter((part) => part.kind === 'active');
  const activeMs = active.reduce((sum, part) => sum + part.toMs - part.fromMs, 0);
  const counts = countSteps(active, options.stepsMs);
  const steps = counts.reduce((sum, count) => sum + count, 0);
  let x = options.fromX;
  let index = 0;
  return parts.map((part) => {
    const fromX = x;
    if (part.kind === 'gap') x += breakWidth;
    else {
      const byCount = steps === 0 ? 1 / active.length : (counts[index] ?? 0) / steps;
      const byTime = activeMs === 0 ? byCount : (part.toMs - part.fromMs) / activeMs;
      x += ((byTime + byCount) / 2) * activeWidth;
      index += 1;
    }
    return { ...part, fromX, toX: x };
  });
}

function countSteps(active: readonly { fromMs: number; toMs: number }[], stepsMs: readonly number[]): number[] {
  const counts = active.map(() => 0);
  let part = 0;
  for (const ms of stepsMs) {
    while (part < active.length - 1 && ms > (active[part]?.toMs ?? 0)) part += 1;
    counts[part] = (counts[part] ?? 0) + 1;
  }
  return counts;
}

function placeIn(segments: readonly ScaleSegment[], ms: number): number {
  const first = segments[0];
  if (first === undefined) return 0;
  if (ms <= first.fromMs) return first.fromX;
  for (const segment of segments) {
    if (ms > segment.toMs) continue;
    const length = segment.toMs - segment.fromMs;
    const share = length === 0 ? 0.5 : (ms - segment.fromMs) / length;
    return segment.fromX + share * (segment.toX - segment.fromX);
  }
  return segments.at(-1)?.toX ?? first.toX;
}
