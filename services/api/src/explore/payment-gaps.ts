/** A pause that stands out. */
export interface Gap {
  readonly from: string;
  readonly to: string;
  readonly duration_ms: number;
  /** Ids of the records around it. */
  readonly after_id: string;
  readonly before_id: string;
}

interface Step {
  readonly id: string;
  readonly at: string;
  readonly gap_ms: number;
}

/** A gap is longer than this, and longer than so many times the median pause, */
const MIN_GAP_MS = 1000;
const TIMES_MEDIAN = 5;
/** when there are enough pauses to have a median that means something. */
const MIN_PAUSES = 4;
/** Most gaps that are told of, the longest. */
const MAX_GAPS = 100;

/**
 * Pauses between steps that stand out: longer than a second and than five times the median pause (with fewer than four pauses: longer
 * than a second). Steps stand in the order of time; the pause before `cutAt` is none, since records are missing there.
 */
export function gapsBetween(steps: readonly Step[], cutAt: number | undefined): readonly Gap[] {
  const pauses = steps.flatMap((step, index) => {
    const before = steps[index - 1];
    return before === undefined || index === cutAt ? [] : [{ before, step }];
  });
  const sorted = pauses.map(({ step }) => step.gap_ms).sort((a, b) => a - b);
  const median = sorted.length < MIN_PAUSES ? 0 : (sorted[Math.floor(sorted.length / 2)] ?? 0);
  const least = Math.max(MIN_GAP_MS, TIMES_MEDIAN * median);
  return pauses
    .filter(({ step }) => step.gap_ms > least)
    .sort((a, b) => b.step.gap_ms - a.step.gap_ms)
    .slice(0, MAX_GAPS)
    .sort((a, b) => (a.step.at < b.step.at ? -1 : 1))
    .map(({ before, step }) => ({
      from: before.at,
      to: step.at,
      duration_ms: step.gap_ms,
      after_id: before.id,
      before_id: step.id,
    }));
}
