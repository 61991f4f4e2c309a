import { Tracing, type TracingOptions } from '@paylog/shared/telemetry/tracing/tracing';

/** A span that has ended. */
export type KeptSpan = Parameters<TracingOptions['exporter']['export']>[0][number];

/** Tracing whose spans are kept in memory; of requests that their caller has sampled. */
export function keptSpans(): { readonly tracing: Tracing; spans(): Promise<readonly KeptSpan[]> } {
  const kept: KeptSpan[] = [];
  const exporter = {
    // With a member of `ExportResultCode`, an enum of a package that is not ours to import here.
    export: (spans: readonly KeptSpan[], done: (result: { readonly code: number }) => void): void => {
      kept.push(...spans);
      done({ code: 0 });
    },
    shutdown: () => Promise.resolve(),
  };
  const tracing = new Tracing({ sampler: 'parentbased_always_off', ratio: 0, exporter, resource: {} });
  return {
    tracing,
    spans: async () => {
      await tracing.provider?.forceFlush();
      return kept;
    },
  };
}
