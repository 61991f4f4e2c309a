import { waitUntilFound } from './harness.ts';
import { needsOtelCollector, OtelCollector } from './otel-collector.ts';
import { emit, withSdk } from './otlp-sdk.ts';
import type { BufferingClient } from './outage.ts';

const SETTLE_MS = 120_000;

/** The SDK's own exporters are not among these: they give up after 10 s. */
export const otlpClients: readonly BufferingClient[] = [
  {
    // Its queue is memory (1000 batches); it tries for five minutes.
    name: 'OpenTelemetry Collector',
    needs: needsOtelCollector,
    exactlyOnce: true,
    send: async (deployed, { records, marker, count }) => {
      await using collector = await OtelCollector.start('otlp_http', { endpoint: deployed.url });
      await withSdk('proto', collector.url, async (logger) => {
        for await (const { message } of records) emit(logger, message);
      });
      await waitUntilFound(deployed, marker, count, SETTLE_MS);
    },
  },
];
