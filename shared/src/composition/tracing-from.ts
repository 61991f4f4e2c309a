import { randomUUID } from 'node:crypto';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import type { Config } from '../config/config.ts';
import type { Service } from '../config/setting.ts';
import { instrumentKafkaJs } from '../kafka/kafkajs-instrumentation.ts';
import type { Logger } from '../ports/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { QuietExporter } from '../telemetry/tracing/quiet-exporter.ts';
import { Tracing } from '../telemetry/tracing/tracing.ts';

/** Where spans go when nobody says where. */
const DEFAULT_ENDPOINT = 'http://localhost:4318/v1/traces';

/**
 * Traces of a process, as its configuration says; opens nothing. Call it before Kafka clients are made.
 *
 * @param serviceName `service.name` when the configuration gives none
 */
export function tracingFrom(
  { tracing }: Pick<Config<Service>, 'tracing'>,
  serviceName: string,
  metrics: Pick<Metrics, 'traceSpans'>,
  logger: Logger,
): Tracing {
  if (tracing.disabled || tracing.exporter === 'none') return new Tracing();
  const { tracesEndpoint: endpoint, headers, tracesHeaders, maxWaiting, maxPerExport, delayMs } = tracing;
  const timeoutMillis = Math.min(tracing.tracesTimeoutMs ?? tracing.timeoutMs, tracing.exportTimeoutMs);
  const outcomes = {
    exported: metrics.traceSpans.child({ outcome: 'exported' }),
    dropped: metrics.traceSpans.child({ outcome: 'dropped' }),
  };
  const exporter = new QuietExporter(
    new OTLPTraceExporter({ url: endpoint, headers: { ...headers, ...tracesHeaders }, timeoutMillis }),
    {
      endpoint,
      isConfigured: endpoint !== DEFAULT_ENDPOINT,
      onSpans: (outcome, spans) => {
        outcomes[outcome].add(spans);
      },
    },
    logger,
  );
  const made = new Tracing({
    sampler: tracing.sampler,
    ratio: tracing.samplerRatio,
    exporter,
    batches: { maxWaiting, maxPerExport, delayMs, exportTimeoutMs: timeoutMillis },
    onOverflow: () => {
      outcomes.dropped.add(1);
    },
    resource: {
      'service.name': serviceName,
      'service.instance.id': randomUUID(),
      ...tracing.resourceAttributes,
      ...(tracing.serviceName !== undefined && { 'service.name': tracing.serviceName }),
    },
  });
  if (tracing.instrumentations === 'kafkajs' && made.provider) instrumentKafkaJs(made.provider);
  return made;
}
