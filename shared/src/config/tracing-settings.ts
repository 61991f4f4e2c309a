import { SAMPLERS } from '../telemetry/tracing/sampling.ts';
import { ALL_SERVICES, setting } from './setting.ts';
import {
  boolean,
  durationMs,
  integer,
  keyValues,
  oneOf,
  ratio,
  serverUrl,
  text,
  type ValueType,
} from './value-type.ts';

const services = ALL_SERVICES;

const exportTimeout = durationMs({ min: 100, max: 600_000 });

/** What other exporters speak is refused: the spans would go to a port that does not understand them. */
const protocol: ValueType<'http/protobuf'> = {
  name: "http/protobuf (spans leave in no other way; a collector's port for it is 4318)",
  parse(value) {
    return value.toLowerCase() === 'http/protobuf'
      ? { ok: true, value: 'http/protobuf' }
      : { ok: false, expected: this.name };
  },
};

/** `tracecontext,baggage` is the default of the specification; there is no baggage of ours. */
const propagators: ValueType<readonly string[]> = {
  name: 'tracecontext, or tracecontext,baggage: contexts come and go as `traceparent` only',
  parse(value) {
    const names = value.split(',').map((name) => name.trim());
    const isKnown = names.every((name) => name === 'tracecontext' || name === 'baggage');
    return isKnown && names.includes('tracecontext') ? { ok: true, value: names } : { ok: false, expected: this.name };
  },
};

/** The names, and the precedence between them, are those of the OpenTelemetry specification. */
export const tracingSettings = {
  disabled: setting({
    key: 'OTEL_SDK_DISABLED',
    type: boolean,
    default: 'false',
    services,
    description: 'Turns tracing off. `traceparent` of sampled requests is still passed on.',
  }),
  exporter: setting({
    key: 'OTEL_TRACES_EXPORTER',
    type: oneOf(['otlp', 'none']),
    default: 'otlp',
    services,
    description: 'Where spans go; `none` turns tracing off.',
  }),
  sampler: setting({
    key: 'OTEL_TRACES_SAMPLER',
    type: oneOf(SAMPLERS),
    default: 'parentbased_traceidratio',
    services,
    description:
      'What is traced. The `parentbased_` ones follow the `traceparent` of a request or message where there is one.',
  }),
  samplerRatio: setting({
    key: 'OTEL_TRACES_SAMPLER_ARG',
    type: ratio,
    default: '0.01',
    services,
    description:
      'Share of the traces that are kept by the `traceidratio` samplers; 0 traces nothing of its own accord.',
  }),
  jaegerHost: setting({
    key: 'JAEGER_AGENT_HOST',
    type: text('a host name or an IP address (IPv6 in brackets)', /^(?:[a-z0-9_.-]{1,253}|\[[0-9a-f:.]{2,45}\])$/i),
    default: 'localhost',
    services,
    description: 'Host of Jaeger (or of an OpenTelemetry Collector): spans go to its OTLP receiver at port 4318.',
  }),
  endpoint: setting({
    key: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    type: serverUrl,
    default: 'http://<JAEGER_AGENT_HOST>:4318',
    services,
    description: 'Base address of an OTLP/HTTP receiver; `/v1/traces` is appended. Goes before JAEGER_AGENT_HOST.',
  }),
  tracesEndpoint: setting({
    key: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    type: serverUrl,
    default: '<OTEL_EXPORTER_OTLP_ENDPOINT>/v1/traces',
    services,
    description: 'Whole address for spans. Goes before OTEL_EXPORTER_OTLP_ENDPOINT.',
  }),
  headers: setting({
    key: 'OTEL_EXPORTER_OTLP_HEADERS',
    type: keyValues,
    default: null,
    services,
    secret: true,
    description: 'Headers of each export, such as an API key.',
  }),
  tracesHeaders: setting({
    key: 'OTEL_EXPORTER_OTLP_TRACES_HEADERS',
    type: keyValues,
    default: null,
    services,
    secret: true,
    description: 'More headers of each export; one of the same name goes before that of OTEL_EXPORTER_OTLP_HEADERS.',
  }),
  timeoutMs: setting({
    key: 'OTEL_EXPORTER_OTLP_TIMEOUT',
    type: exportTimeout,
    default: '10s',
    services,
    description: 'Time for an export, with its retries; what does not leave in time is dropped.',
  }),
  tracesTimeoutMs: setting({
    key: 'OTEL_EXPORTER_OTLP_TRACES_TIMEOUT',
    type: exportTimeout,
    default: null,
    services,
    description: 'Time for an export. Goes before OTEL_EXPORTER_OTLP_TIMEOUT.',
  }),
  protocol: setting({
    key: 'OTEL_EXPORTER_OTLP_PROTOCOL',
    type: protocol,
    default: 'http/protobuf',
    services,
    description: 'How spans leave.',
  }),
  tracesProtocol: setting({
    key: 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL',
    type: protocol,
    default: '<OTEL_EXPORTER_OTLP_PROTOCOL>',
    services,
    description: 'How spans leave. Goes before OTEL_EXPORTER_OTLP_PROTOCOL.',
  }),
  propagators: setting({
    key: 'OTEL_PROPAGATORS',
    type: propagators,
    default: 'tracecontext',
    services,
    description:
      'How contexts travel in requests and messages. Baggage may be named, since that is usual; none is read or passed on.',
  }),
  delayMs: setting({
    key: 'OTEL_BSP_SCHEDULE_DELAY',
    type: durationMs({ min: 0, max: 600_000 }),
    default: '2s',
    services,
    description: 'How long a finished span waits for others that leave with it.',
  }),
  maxWaiting: setting({
    key: 'OTEL_BSP_MAX_QUEUE_SIZE',
    type: integer({ min: 1, max: 100_000 }),
    default: '2048',
    services,
    description: 'Finished spans, of about 1 KiB each, that may wait; what comes beyond is dropped.',
  }),
  maxPerExport: setting({
    key: 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE',
    type: integer({ min: 1, max: 100_000 }),
    default: '512',
    services,
    description: 'Spans in an export.',
  }),
  exportTimeoutMs: setting({
    key: 'OTEL_BSP_EXPORT_TIMEOUT',
    type: exportTimeout,
    default: '30s',
    services,
    description: 'Time for an export, too: the shorter one holds.',
  }),
  serviceName: setting({
    key: 'OTEL_SERVICE_NAME',
    type: text('1 to 255 characters', /^.{1,255}$/),
    default: null,
    services,
    description:
      '`service.name` of the spans. Goes before the one in OTEL_RESOURCE_ATTRIBUTES. Without both: `paylog-api`, `paylog-indexer`, `paylog`.',
  }),
  resourceAttributes: setting({
    key: 'OTEL_RESOURCE_ATTRIBUTES',
    type: keyValues,
    default: null,
    services,
    description: 'Attributes of all spans of the process, such as `deployment.environment.name=prod`.',
  }),
  instrumentations: setting({
    key: 'OTEL_NODE_ENABLED_INSTRUMENTATIONS',
    type: oneOf(['none', 'kafkajs']),
    default: 'none',
    services,
    description:
      '`kafkajs` adds the spans of `@opentelemetry/instrumentation-kafkajs`, one for each message of a sampled trace. It costs about 1 us for every message, traced or not.',
  }),
};
