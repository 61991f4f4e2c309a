import { InMemorySpanExporter, type ReadableSpan } from '@opentelemetry/sdk-trace';
import { Tracing, type TracingOptions } from '../../../src/telemetry/tracing/tracing.ts';

/** Tracing whose spans are kept in memory. */
export function keptSpans(options: Partial<TracingOptions> = {}): {
  readonly tracing: Tracing;
  spans(): Promise<readonly ReadableSpan[]>;
} {
  const exporter = new InMemorySpanExporter();
  const tracing = new Tracing({ sampler: 'parentbased_always_on', ratio: 1, exporter, resource: {}, ...options });
  return {
    tracing,
    spans: async () => {
      await tracing.provider?.forceFlush();
      return exporter.getFinishedSpans();
    },
  };
}

/** A `traceparent` of a trace whose number is this. */
export function traceparent(trace: number, isSampled = true): string {
  const digits = trace.toString(16);
  return `00-${digits.padStart(32, '0')}-${digits.padStart(16, '0')}-${isSampled ? '01' : '00'}`;
}
