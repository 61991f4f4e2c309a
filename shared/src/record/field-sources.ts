/**
 * Where the canonical fields may come from: the record's own name first, then ECS (https://www.elastic.co/docs/reference/ecs) and
 * what common loggers write (pino, bunyan, winston, structlog). A path matches a dotted name and nested objects alike.
 */
export interface FieldSource {
  /** Canonical name; dotted for members of `error`, `http` and `payment`. */
  readonly field: string;
  /** Paths in order of preference. */
  readonly paths: readonly string[];
}

const source = (field: string, ...synonyms: readonly string[]): FieldSource => ({ field, paths: [field, ...synonyms] });

/** One entry per canonical leaf. What no entry claims is kept under `attributes`. */
export const FIELD_SOURCES: readonly FieldSource[] = [
  source('message', 'msg'),
  source('service', 'service.name', 'service_name'),
  source('timestamp', '@timestamp', 'time', 'ts'),
  source('level', 'log.level', 'severity', 'severity_text', 'severity_number'),
  source('id', 'event.id'),
  source('trace_id', 'trace.id', 'traceId'),
  source('span_id', 'span.id', 'spanId'),
  source('environment', 'service.environment'),
  source('host', 'host.name', 'host.hostname', 'hostname'),
  source('logger', 'log.logger'),
  source('request_id', 'http.request.id', 'requestId'),
  source('duration_ms'),
  source('error.type', 'err.type'),
  source('error.message', 'err.message', 'error', 'err'),
  source('error.stack', 'error.stack_trace', 'err.stack'),
  source('http.method', 'http.request.method'),
  source('http.path', 'url.path'),
  source('http.status_code', 'http.response.status_code'),
  source('http.duration_ms'),
  source('http.host', 'url.domain'),
  source('http.user_agent', 'user_agent.original'),
  source('http.client_ip', 'client.ip'),
  source('payment.id'),
  source('payment.merchant_id'),
  source('payment.amount_minor'),
  source('payment.currency'),
  source('payment.method'),
  source('payment.status'),
  source('payment.provider'),
  source('payment.latency_ms'),
];
