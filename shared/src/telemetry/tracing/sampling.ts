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
const DECIDING_VALUES = 16 ** DECIDING_DIGITS;

/**
 * Decides before there is a span, so that what is not sampled costs one comparison: a trace that begins here needs no id to be
 * drawn ({@link sampledTraceId} makes one that fits). One that begins elsewhere is judged by its id, so that all who see it decide alike.
 */
export function createSampling({ sampler, ratio }: SamplingOptions): Sampling {
  const byRatio: Sampling = (parent) => {
    if (parent === undefined) return Math.random() < ratio;
    return Number.parseInt(parent.traceId.slice(-DECIDING_DIGITS), 16) < ratio * DECIDING_VALUES;
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

/** The id of a trace that was sampled where it begins, made of a random one: who samples by ratio elsewhere then keeps the trace as well. */
export function sampledTraceId(randomId: string, { sampler, ratio }: SamplingOptions): string {
  if (!sampler.endsWith('traceidratio')) return randomId;
  const deciding = Math.floor(Math.random() * ratio * DECIDING_VALUES);
  return randomId.slice(0, -DECIDING_DIGITS) + deciding.toString(16).padStart(DECIDING_DIGITS, '0');
}
