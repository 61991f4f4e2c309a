import { randomUUID } from 'node:crypto';
import { diag, DiagLogLevel, type DiagLogger } from '@opentelemetry/api';
import { SeverityNumber, type Logger } from '@opentelemetry/api-logs';
import { OTLPLogExporter as JsonExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as ProtobufExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { CompressionAlgorithm } from '@opentelemetry/otlp-exporter-base';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';

/** The two exporters of OpenTelemetry's SDK for JavaScript that speak OTLP/HTTP. */
export const EXPORTERS = { http: JsonExporter, proto: ProtobufExporter } as const;

/** Logs as an application does, and flushes at the end. `url` is that of `/v1/logs`. */
export async function withSdk(
  exporter: keyof typeof EXPORTERS,
  url: string,
  log: (logger: Logger) => Promise<void> | void,
): Promise<void> {
  const provider = new LoggerProvider({
    resource: resourceFromAttributes({ 'service.name': 'checkout', 'host.name': 'web-1' }),
    processors: [
      new BatchLogRecordProcessor({
        exporter: new EXPORTERS[exporter]({ url, compression: CompressionAlgorithm.GZIP }),
        // By default it drops what comes faster than it sends 2048 records.
        maxQueueSize: 20_000,
      }),
    ],
  });
  try {
    await log(provider.getLogger('shop.pay'));
  } finally {
    await provider.shutdown();
  }
}

/** One record of a payment service. */
export function emit(logger: Logger, body: string, attributes: Record<string, string | number> = {}): void {
  logger.emit({
    severityNumber: SeverityNumber.WARN,
    body,
    attributes: { 'log.record.uid': randomUUID(), ...attributes },
  });
}

/** Runs `action` and returns what the SDK says of it in its own log from this level on. */
export async function sdkLog(action: () => Promise<void>): Promise<string[]> {
  const lines: string[] = [];
  const keep = (...parts: readonly unknown[]): void => {
    lines.push(parts.map((part) => (typeof part === 'string' ? part : JSON.stringify(part))).join(' '));
  };
  const logger: DiagLogger = { error: keep, warn: keep, info: keep, debug: keep, verbose: keep };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  try {
    await action();
  } finally {
    diag.disable();
  }
  return lines;
}
