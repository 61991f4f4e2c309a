import type { IncomingMessage, ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import { ProblemError } from '@paylog/shared/errors/problem-error';
import type { ByteBudget } from '@paylog/shared/flow/byte-budget';
import type { Logger } from '@paylog/shared/ports/logger';
import type { Metrics } from '@paylog/shared/telemetry/metrics';
import { NO_TRACING, type Tracing } from '@paylog/shared/telemetry/tracing/tracing';
import { beginRequest, CLIENT_GONE, endRequest, idFields, type RequestTrace } from '../http/request-trace.ts';
import { SECURITY_HEADERS } from '../http/security-headers.ts';
import type { IngestRate } from '../status/ingest-rate.ts';
import type { DataSetGate } from '../protocols/data-set-gate.ts';
import type { Answer, Protocol, ProtocolRequest } from '../protocols/protocol.ts';
import type { RecordBatch } from '../protocols/record-batch.ts';
import { protocolFor } from '../protocols/routes.ts';
import { IngestMetrics } from './ingest-metrics.ts';
import { ingestRoute } from './ingest-route.ts';
import { IngestSpans } from './ingest-spans.ts';
import type { Ingest } from './ingest.ts';
import { BudgetShare, readBody } from './request-body.ts';

/** What {@link createIngestHandler} needs. */
export interface IngestHandlerOptions {
  readonly ingest: Ingest;
  readonly budget: ByteBudget;
  readonly metrics: Metrics;
  readonly rate: IngestRate;
  readonly logger: Logger;
  /** Absent: nothing is traced. */
  readonly tracing?: Tracing | undefined;
  readonly dataSets: DataSetGate;
  readonly maxBodyBytes: number;
  readonly maxRecordsPerRequest: number;
}

/**
 * Answers ingest requests before express: at one record per request express costs several times the work itself. False when the
 * request is none; it is untouched then.
 */
export type IngestHandler = (request: IncomingMessage, response: ServerResponse) => boolean;

const NO_QUERY = new URLSearchParams();

/** As Node takes headers that are written at once. */
const FIXED_HEADERS: readonly string[] = Object.entries(SECURITY_HEADERS).flat();

class Handler {
  readonly #options: IngestHandlerOptions;
  readonly #tracing: Tracing;
  readonly #metrics = new Map<Protocol, IngestMetrics>();

  constructor(options: IngestHandlerOptions) {
    this.#options = options;
    this.#tracing = options.tracing ?? NO_TRACING;
  }

  begin(protocol: Protocol, request: IncomingMessage): RequestTrace {
    return beginRequest(this.#tracing, request, ingestRoute(protocol.name));
  }

  async handle(
    protocol: Protocol,
    head: ProtocolRequest,
    trace: RequestTrace,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const share = new BudgetShare(this.#options.budget);
    const metrics = this.#metricsOf(protocol);
    let answer: Answer;
    try {
      answer = await this.#answer(protocol, head, trace, request, share, metrics);
    } catch (error) {
      answer = protocol.problem(this.#toProblem(error, trace), head);
    } finally {
      share.release();
    }
    metrics.request(answer.status);
    const { span } = trace;
    if (span) endRequest(span, response.destroyed ? CLIENT_GONE : answer.status);
    write(request, response, trace, answer, this.#options.maxBodyBytes);
  }

  #metricsOf(protocol: Protocol): IngestMetrics {
    let metrics = this.#metrics.get(protocol);
    if (!metrics) {
      metrics = new IngestMetrics(this.#options.metrics, this.#options.rate, protocol.name);
      this.#metrics.set(protocol, metrics);
    }
    return metrics;
  }

  async #answer(
    protocol: Protocol,
    head: ProtocolRequest,
    { caller, span }: RequestTrace,
    request: IncomingMessage,
    share: BudgetShare,
    metrics: IngestMetrics,
  ): Promise<Answer> {
    const { ingest, dataSets, maxBodyBytes, maxRecordsPerRequest } = this.#options;
    const decode = protocol.begin(head);
    const body = await readBody(request, maxBodyBytes, share);
    metrics.body(body.length);
    const { batch, answer, ...context } = decode(body, maxRecordsPerRequest, dataSets);
    share.growTo(body.length + builtLength(batch));
    const startedMs = performance.now();
    const result = await ingest.accept(batch, {
      ...context,
      dataSet: dataSets.defaultDataSet,
      trace: caller,
      spans: span && new IngestSpans(this.#tracing, span),
      passedOn: caller?.isSampled === true && !this.#tracing.isOn ? caller.traceparent : undefined,
    });
    metrics.result(result, (performance.now() - startedMs) / 1000, span);
    return answer(result);
  }

  #toProblem(error: unknown, trace: RequestTrace): ProblemError {
    if (error instanceof ProblemError) return error;
    this.#options.logger.error('ingest failed', { ...idFields(trace), error });
    return new ProblemError('internal', 'the request could not be handled', { cause: error });
  }
}

/** Characters of records that a protocol built: what a request says once for all of them (labels, a resource) stands in each. */
function builtLength(batch: RecordBatch): number {
  if ('spans' in batch) return 0;
  let length = 0;
  for (const source of batch.sources) if ('text' in source) length += source.text.length;
  return length;
}

/** Whether the rest of a refused body is more than is worth reading to keep the connection. */
function hasLongRest(request: IncomingMessage, maxBodyBytes: number): boolean {
  return !request.complete && Number(request.headers['content-length'] ?? Number.POSITIVE_INFINITY) > maxBodyBytes;
}

function write(
  request: IncomingMessage,
  response: ServerResponse,
  { requestId, span }: RequestTrace,
  answer: Answer,
  maxBodyBytes: number,
): void {
  if (response.destroyed) return;
  const headers = ['Content-Type', answer.contentType, 'Content-Length', String(Buffer.byteLength(answer.body))];
  // RFC 9110 section 8.6: a 204 has no length.
  if (answer.status === 204) headers.length = 0;
  headers.push('x-request-id', requestId, ...FIXED_HEADERS);
  if (span) headers.push('traceparent', span.traceparent);
  if (answer.retryAfterSeconds !== undefined) headers.push('Retry-After', String(answer.retryAfterSeconds));
  if (answer.headers) headers.push(...Object.entries(answer.headers).flat());
  if (!hasLongRest(request, maxBodyBytes)) {
    response.writeHead(answer.status, headers);
    response.end(answer.body);
    return;
  }
  headers.push('Connection', 'close');
  response.writeHead(answer.status, headers);
  response.write(answer.body);
  endLater(request, response);
}

/** How long a client that is still sending a refused body has to notice the answer. */
const LINGER_MS = 1000;

/**
 * Closing while the client sends makes its system throw the answer away (RFC 9112 section 9.6): what comes is read and thrown away
 * until it stops or the time is over.
 */
function endLater(request: IncomingMessage, response: ServerResponse): void {
  const end = (): void => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(end, LINGER_MS);
  request.once('close', end);
  request.once('end', end);
  request.resume();
}

/** Makes the handler of all ingest routes. */
export function createIngestHandler(options: IngestHandlerOptions): IngestHandler {
  const handler = new Handler(options);
  return (request, response) => {
    const { method = '', url = '', headers } = request;
    const question = url.indexOf('?');
    const path = question === -1 ? url : url.slice(0, question);
    const protocol = protocolFor(method, path, headers['content-type']);
    if (!protocol) return false;
    const query = question === -1 ? NO_QUERY : new URLSearchParams(url.slice(question + 1));
    const trace = handler.begin(protocol, request);
    void handler.handle(protocol, { method, path, query, headers, correlation: trace }, trace, request, response);
    return true;
  };
}
