import type { IncomingMessage, ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import { ProblemError } from '@paylog/shared/errors/problem-error';
import type { ByteBudget } from '@paylog/shared/flow/byte-budget';
import type { Logger } from '@paylog/shared/ports/logger';
import type { Metrics } from '@paylog/shared/telemetry/metrics';
import { splitJson, splitNdjson } from '../protocols/json.ts';
import type { BodyFault, RecordBatch } from '../protocols/record-batch.ts';
import { type Answer, ingestAnswer, problemAnswer } from './ingest-answer.ts';
import { IngestMetrics } from './ingest-metrics.ts';
import { idempotencyKey, ingestParameters } from './ingest-parameters.ts';
import type { Ingest, IngestResult } from './ingest.ts';
import { BudgetShare, readBody } from './request-body.ts';
import { parseTraceparent } from './trace-context.ts';

/** What {@link createIngestHandler} needs. */
export interface IngestHandlerOptions {
  readonly ingest: Ingest;
  readonly budget: ByteBudget;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly dataSet: string;
  readonly maxBodyBytes: number;
  readonly maxRecordsPerRequest: number;
}

interface Protocol {
  readonly split: (body: Buffer, maxRecords: number) => RecordBatch | BodyFault;
  readonly metrics: IngestMetrics;
  /** Added when the only record of a body is not JSON: the usual mistake. */
  readonly hint: string;
}

/** Media types of `POST /api/v1/logs` and their protocols. */
const MEDIA_TYPES: ReadonlyMap<string, 'json' | 'ndjson'> = new Map([
  ['application/json', 'json'],
  ['application/x-ndjson', 'ndjson'],
  ['application/ndjson', 'ndjson'],
  ['application/jsonl', 'ndjson'],
  ['application/x-jsonlines', 'ndjson'],
]);

const NDJSON_HINT = '; one record on each line needs Content-Type: application/x-ndjson';

/** Answers `POST /api/v1/logs` before express: at one record per request express costs several times the work itself. */
export type IngestHandler = (request: IncomingMessage, response: ServerResponse) => void;

class Handler {
  readonly #options: IngestHandlerOptions;
  readonly #protocols: Readonly<Record<'json' | 'ndjson', Protocol>>;

  constructor(options: IngestHandlerOptions) {
    const { metrics } = options;
    this.#options = options;
    this.#protocols = {
      json: { split: splitJson, metrics: new IngestMetrics(metrics, 'json'), hint: NDJSON_HINT },
      ndjson: { split: splitNdjson, metrics: new IngestMetrics(metrics, 'ndjson'), hint: '' },
    };
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const share = new BudgetShare(this.#options.budget);
    let protocol = this.#protocols.json;
    let answer: Answer;
    try {
      protocol = this.#protocolOf(request);
      answer = await this.#answer(request, protocol, share);
    } catch (error) {
      answer = this.#failure(error);
    } finally {
      share.release();
    }
    protocol.metrics.request(answer.status);
    write(request, response, answer, this.#options.maxBodyBytes);
  }

  #protocolOf(request: IncomingMessage): Protocol {
    const header = request.headers['content-type'] ?? '';
    const name = MEDIA_TYPES.get(header) ?? MEDIA_TYPES.get(mediaType(header));
    if (name) return this.#protocols[name];
    const detail = 'Content-Type must be application/json or application/x-ndjson, in UTF-8';
    throw new ProblemError('unsupported_media_type', detail, { field: 'Content-Type' });
  }

  async #answer(request: IncomingMessage, protocol: Protocol, share: BudgetShare): Promise<Answer> {
    const { ingest, dataSet, maxBodyBytes, maxRecordsPerRequest } = this.#options;
    const { withIds, service } = ingestParameters(request.url ?? '');
    const key = idempotencyKey(request);
    const trace = parseTraceparent(request.headers['traceparent']);
    const body = await readBody(request, maxBodyBytes, share);
    protocol.metrics.body(body.length);
    const batch = protocol.split(body, maxRecordsPerRequest);
    if ('fault' in batch) throw new ProblemError(batch.fault, batch.detail);
    const startedMs = performance.now();
    const result = await ingest.accept(batch, { dataSet, service, idempotencyKey: key, trace });
    protocol.metrics.result(result, (performance.now() - startedMs) / 1000);
    return ingestAnswer(withHint(result, protocol.hint), withIds);
  }

  #failure(error: unknown): Answer {
    if (error instanceof ProblemError) return problemAnswer(error);
    this.#options.logger.error('ingest failed', { error });
    return problemAnswer(new ProblemError('internal', 'the request could not be handled', { cause: error }));
  }
}

/** `application/json; charset=utf-8` as `application/json`; empty when the charset is another one (RFC 8259 knows UTF-8 only). */
function mediaType(header: string): string {
  const [type = '', ...parameters] = header.toLowerCase().split(';');
  const charset = parameters.map((parameter) => parameter.trim()).find((parameter) => parameter.startsWith('charset='));
  return charset === undefined || /^charset="?utf-?8"?$/.test(charset) ? type.trim() : '';
}

function withHint(result: IngestResult, hint: string): IngestResult {
  if (hint === '' || result.status !== 'settled' || result.accepted.length > 0) return result;
  const [only, ...others] = result.rejected;
  if (only?.fault.code !== 'invalid_json' || others.length > 0) return result;
  return { ...result, rejected: [{ ...only, fault: { ...only.fault, message: only.fault.message + hint } }] };
}

/** Whether the rest of a refused body is more than is worth reading to keep the connection. */
function hasLongRest(request: IncomingMessage, maxBodyBytes: number): boolean {
  return !request.complete && Number(request.headers['content-length'] ?? Number.POSITIVE_INFINITY) > maxBodyBytes;
}

function write(request: IncomingMessage, response: ServerResponse, answer: Answer, maxBodyBytes: number): void {
  if (response.destroyed) return;
  const headers = ['Content-Type', answer.contentType, 'Content-Length', String(Buffer.byteLength(answer.body))];
  if (answer.retryAfterSeconds !== undefined) headers.push('Retry-After', String(answer.retryAfterSeconds));
  if (hasLongRest(request, maxBodyBytes)) headers.push('Connection', 'close');
  response.writeHead(answer.status, headers);
  response.end(answer.body);
}

/** Makes the handler of `POST /api/v1/logs`. */
export function createIngestHandler(options: IngestHandlerOptions): IngestHandler {
  const handler = new Handler(options);
  return (request, response) => {
    void handler.handle(request, response);
  };
}
