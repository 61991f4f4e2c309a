import { SAMPLERS } from '../telemetry/tracing/sampling.ts';
import { ALL_SERVICES, setting } from './setting.ts';
import { boolean, durationMs, keyValues, oneOf, ratio, serverUrl, text } from './value-type.ts';

const services = ALL_SERVICES;

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
  timeoutMs: setting({
    key: 'OTEL_EXPORTER_OTLP_TIMEOUT',
    type: durationMs({ min: 100, max: 600_000 }),
    default: '10s',
    services,
    description: 'Time for an export; what does not leave in time is dropped.',
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
