import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Correlation } from '@paylog/shared/errors/problem-error';
import type { LogFields } from '@paylog/shared/ports/logger';
import { requestIdOf } from '@paylog/shared/telemetry/request-id';
import { parseTraceparent, type TraceContext } from '@paylog/shared/telemetry/tracing/trace-context';
import type { TracedSpan } from '@paylog/shared/telemetry/tracing/traced-span';
import type { Tracing } from '@paylog/shared/telemetry/tracing/tracing';

/** By what a request is known in answers, logs and traces. */
export interface RequestTrace extends Correlation {
  readonly requestId: string;
  /** The caller's place in its trace. */
  readonly caller: TraceContext | undefined;
  /** Ours; undefined for requests that are not sampled. */
  readonly span: TracedSpan | undefined;
}

/**
 * Reads `x-request-id` and `traceparent` of a request and begins its span when it is sampled.
 *
 * @param route as in the OpenAPI document; undefined when it is not known yet
 */
export function beginRequest(tracing: Tracing, request: IncomingMessage, route?: string): RequestTrace {
  const requestId = requestIdOf(request);
  const caller = parseTraceparent(request.headers['traceparent']);
  const span = tracing.wants(caller) ? startSpan(tracing, request, requestId, caller, route) : undefined;
  return { requestId, caller, span, traceId: span?.traceId ?? caller?.traceId };
}

function startSpan(
  tracing: Tracing,
  request: IncomingMessage,
  requestId: string,
  parent: TraceContext | undefined,
  route: string | undefined,
): TracedSpan {
  const { method = '', httpVersion } = request;
  return tracing.startSpan(route === undefined ? method : `${method} ${route}`, {
    kind: 'server',
    parent,
    attributes: {
      'http.request.method': method,
      'url.scheme': 'http',
      'network.protocol.version': httpVersion,
      ...routeAttributes(route),
      'paylog.request_id': requestId,
    },
  });
}

/** Says which route it is, when that is known. */
export function nameRoute(response: ServerResponse, route: string): void {
  const span = requestOf(response)?.span;
  span?.rename(`${response.req.method ?? ''} ${route}`);
  span?.set(routeAttributes(route));
}

/** The path as it came holds what people look for (`/api/v1/payments/<id>`): it is told with the names of its parts, or not at all. */
function routeAttributes(route: string | undefined) {
  return route === undefined ? {} : { 'http.route': route, 'url.path': route };
}

/** Ends the span of a request that was answered, or not: then its status is 499, as in the metrics of searches (those of ingest have the answer). */
export function endRequest(span: TracedSpan, status: number): void {
  span.set({ 'http.response.status_code': status });
  if (status >= 500 || status === CLIENT_GONE) span.fail(String(status));
  span.end();
}

/** As nginx has it. */
export const CLIENT_GONE = 499;

const requests = new WeakMap<ServerResponse | AbortSignal, RequestTrace>();

/** From now on {@link requestOf} knows the request by its answer, or by the signal of work for it. */
export function rememberRequest(key: ServerResponse | AbortSignal, trace: RequestTrace): void {
  requests.set(key, trace);
}

/** The request that this answer or this signal belongs to; undefined for work that no request asked for. */
export function requestOf(key: ServerResponse | AbortSignal): RequestTrace | undefined {
  return requests.get(key);
}

/** The ids of a request as the own log has them. */
export function logFieldsOf(key: ServerResponse | AbortSignal): LogFields {
  const request = requests.get(key);
  return request ? idFields(request) : {};
}

/** See {@link logFieldsOf}. */
export function idFields({ requestId, traceId }: Correlation): LogFields {
  return { request_id: requestId, ...(traceId !== undefined && { trace_id: traceId }) };
}
