import type { TraceContext } from './trace-context.ts';

/** Samplers of the OpenTelemetry specification, by their names in `OTEL_TRACES_SAMPLER`. */
export const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

export interface SamplingOptions {
  readonly sampler: (typeof SAMPLERS)[number];
  /** For the two `traceidratio` samplers: 0 samples nothing, 1 everything. */
  readonly ratio: number;
}

/** Whether work with this parent (undefined: work that begins a trace) is traced. */
export type Sampling = (parent: TraceContext | undefined) => boolean;

/** Hexadecimal digits of a trace id that decide: random in every version of the standard, and exact in a number. */
const DECIDING_DIGITS = 13;

/**
 * Decides before there is a span, so that what is not sampled costs one comparison: a trace that begins here needs no id to be
 * drawn. One that begins elsewhere is judged by its id, so that all who see it decide alike.
 */
export function createSampling({ sampler, ratio }: SamplingOptions): Sampling {
  const byRatio: Sampling = (parent) => {
    if (parent === undefined) return Math.random() < ratio;
    return Number.parseInt(parent.traceId.slice(-DECIDING_DIGITS), 16) < ratio * 16 ** DECIDING_DIGITS;
  };
  const roots: Readonly<Record<string, Sampling>> = {
    always_on: () => true,
    always_off: () => false,
    traceidratio: byRatio,
  };
  const root = roots[sampler.replace('parentbased_', '')] ?? byRatio;
  if (!sampler.startsWith('parentbased_')) return root;
  return (parent) => parent?.isSampled ?? root(undefined);
}
