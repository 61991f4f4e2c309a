import type { KnownField } from '../ports/query.ts';

/** A field with a name of its own: what is searched in it and how it is written. */
export interface QueryFieldDescription {
  readonly field: KnownField;
  /** Other names that mean the same, as ECS and Kibana have them. */
  readonly aliases: readonly string[];
  readonly description: string;
}

function describe(
  type: KnownField['type'],
  name: string,
  description: string,
  aliases: readonly string[] = [],
): QueryFieldDescription {
  return { field: { type, name }, aliases, description };
}

/** Every field that is searched by its own name; the rest of a record is under `attributes`. */
export const QUERY_FIELDS: readonly QueryFieldDescription[] = [
  describe('words', 'message', 'what happened'),
  describe('keyword', 'service', 'who sent it', ['service.name']),
  describe('keyword', 'level', 'trace, debug, info, warn, error or fatal', ['log.level', 'severity']),
  describe('time', 'timestamp', 'when it happened', ['@timestamp']),
  describe('time', 'received_at', 'when it arrived', ['event.ingested']),
  describe('keyword', 'id', 'the id of the record', ['event.id']),
  describe('keyword', 'trace_id', 'the trace that it belongs to', ['trace.id']),
  describe('keyword', 'span_id', 'the span that it belongs to', ['span.id']),
  describe('keyword', 'request_id', 'the request that it belongs to', ['http.request.id']),
  describe('keyword', 'environment', 'production, staging, ...', ['service.environment']),
  describe('keyword', 'host', 'the machine', ['host.name']),
  describe('keyword', 'logger', 'the part of the program', ['log.logger']),
  describe('keyword', 'data_set', 'the data set that it is kept in'),
  describe('number', 'duration_ms', 'how long it took, in milliseconds'),
  describe('keyword', 'error.type', 'the class of the error'),
  describe('words', 'error.message', 'what the error says'),
  describe('words', 'error.stack', 'the stack trace', ['error.stack_trace']),
  describe('keyword', 'http.method', 'GET, POST, ...', ['http.request.method']),
  describe('keyword', 'http.path', 'the path of the URL', ['url.path']),
  describe('number', 'http.status_code', 'the status of the answer', ['http.response.status_code']),
  describe('number', 'http.duration_ms', 'how long the request took, in milliseconds'),
  describe('keyword', 'http.host', 'the host of the URL', ['url.domain']),
  describe('keyword', 'http.user_agent', 'the client program', ['user_agent.original']),
  describe('keyword', 'http.client_ip', 'the address of the client', ['client.ip']),
  describe('keyword', 'payment.id', 'the payment'),
  describe('keyword', 'payment.merchant_id', 'who is paid'),
  describe('number', 'payment.amount_minor', 'the amount, in minor units such as cents'),
  describe('keyword', 'payment.currency', 'the currency of the amount'),
  describe('keyword', 'payment.method', 'card, transfer, ...'),
  describe('keyword', 'payment.status', 'authorized, captured, declined, ...'),
  describe('keyword', 'payment.provider', 'who handles the payment'),
  describe('number', 'payment.latency_ms', 'how long the provider took, in milliseconds'),
];
