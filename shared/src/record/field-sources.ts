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
  // `log` is what Fluent Bit and Docker write, `event` structlog, `MESSAGE` journald.
  source('message', 'msg', 'log', 'event', 'MESSAGE', 'event.original'),
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

/** One way to a field: from a member at the top of the record, through nested objects. */
export interface FieldCandidate {
  /** Position of the field in {@link FIELD_SOURCES}. */
  readonly field: number;
  /** Position among the candidates of the field, the best first. */
  readonly rank: number;
  /** The dotted path. */
  readonly path: string;
  /** Names below the member at the top; empty when the member itself is meant. */
  readonly inner: readonly string[];
}

/**
 * The candidates by the name of the member at the top. `http.response.status_code` may begin at a member of this very name, at
 * `http.response`, and at `http`.
 */
export const CANDIDATES: ReadonlyMap<string, readonly FieldCandidate[]> = candidates();

function candidates(): Map<string, FieldCandidate[]> {
  const byTop = new Map<string, FieldCandidate[]>();
  for (const [field, { paths }] of FIELD_SOURCES.entries()) {
    let rank = 0;
    for (const path of paths) {
      const names = path.split('.');
      for (let split = names.length; split > 0; split -= 1) {
        const top = names.slice(0, split).join('.');
        const candidate = { field, rank, path, inner: names.slice(split) };
        byTop.set(top, [...(byTop.get(top) ?? []), candidate]);
        rank += 1;
      }
    }
  }
  return byTop;
}
