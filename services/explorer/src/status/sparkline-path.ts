/** A value at a time. */
export interface Sample {
  readonly atMs: number;
  readonly value: number;
}

/** Samples of the last quarter of an hour. */
export const SPARK_MS = 15 * 60_000;

/** Appends a sample; those that are too old are forgotten. */
export function addSample(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  return [...samples.filter((each) => each.atMs > sample.atMs - SPARK_MS && each.atMs < sample.atMs), sample];
}

/**
 * SVG paths of a line through the samples and of the area below it, `width` by `height`, from the first sample to the last and from 0 to the largest value.
 * Undefined with fewer than two samples.
 */
export function sparklinePath(
  samples: readonly Sample[],
  width: number,
  height: number,
): { readonly line: string; readonly area: string } | undefined {
  const first = samples[0];
  const last = samples.at(-1);
  if (first === undefined || last === undefined || last.atMs <= first.atMs) return undefined;
  const top = Math.max(...samples.map((sample) => sample.value), Number.MIN_VALUE);
  const points = samples.map(({ atMs, value }) => {
    const x = ((atMs - first.atMs) / (last.atMs - first.atMs)) * width;
    // Half a pixel of room, so that the line is not cut at the edges.
    const y = height - 1 - (value / top) * (height - 2);
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  });
  const line = `M${points.join('L')}`;
  return { line, area: `${line}L${width} ${height}L0 ${height}Z` };
}
