/** Answers of OTLP/HTTP: `ExportLogsServiceResponse` and `google.rpc.Status`, in the encoding of the request. */
import { ProblemError } from '@paylog/shared/errors/problem-error';
import { type OtlpLogs, otlpPath } from '@paylog/shared/record/otlp-logs';
import type { IngestResult, RecordRejection } from './ingest-result.ts';
import type { Answer } from './protocol.ts';

/** How a request, and so its answer, is encoded. */
export type OtlpEncoding = 'protobuf' | 'json';

/** Rejections that a message names; the rest is counted. Exporters write the message into one line of their log. */
const MAX_NAMED = 10;

/** What OTLP calls the fields that rules speak of. */
const OTLP_NAMES: ReadonlyMap<string, string> = new Map([
  ['message', 'body'],
  ['id', 'attribute log.record.uid'],
]);

// https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto
const [INVALID_ARGUMENT, RESOURCE_EXHAUSTED, INTERNAL, UNAVAILABLE] = [3, 8, 13, 14];

/** The only statuses after which an exporter sends again (https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes). */
const RETRIED: ReadonlySet<number> = new Set([429, 502, 503, 504]);

const CONTENT_TYPES = { protobuf: 'application/x-protobuf', json: 'application/json' } as const;

/** 200 also when some or all records are rejected: the exporter must not send them again. 429 and 503 are retried. */
export function otlpAnswer(result: IngestResult, logs: OtlpLogs, encoding: OtlpEncoding): Answer {
  if (result.status !== 'settled') {
    const code = result.status === 'overloaded' ? 'overloaded' : 'queue_unavailable';
    return otlpProblem(new ProblemError(code, result.detail), encoding);
  }
  const { rejected } = result;
  const contentType = CONTENT_TYPES[encoding];
  if (rejected.length === 0) return { status: 200, contentType, body: encoding === 'json' ? '{}' : Buffer.alloc(0) };
  const message = errorMessage(rejected, logs);
  const body =
    encoding === 'json'
      ? JSON.stringify({ partialSuccess: { rejectedLogRecords: String(rejected.length), errorMessage: message } })
      : textField(1, Buffer.concat([numberField(1, rejected.length), textField(2, Buffer.from(message))]));
  return { status: 200, contentType, body };
}

function errorMessage(rejected: readonly RecordRejection[], logs: OtlpLogs): string {
  const named = rejected.slice(0, MAX_NAMED).map(({ index, fault: { code, field, message } }) => {
    const name = field === undefined ? '' : ` ${OTLP_NAMES.get(field) ?? field}`;
    return `log record ${index} (${otlpPath(logs, index)}): ${code}${name}: ${message}`;
  });
  const more = rejected.length > MAX_NAMED ? `; and ${rejected.length - MAX_NAMED} more` : '';
  return `${rejected.length} of ${logs.records.length} log records are rejected: ${named.join('; ')}${more}`;
}

/** A failure of the whole request. What may succeed later gets a status that exporters retry. */
export function otlpProblem(error: ProblemError, encoding: OtlpEncoding): Answer {
  const status = error.retryable && !RETRIED.has(error.status) ? 503 : error.status;
  const code = grpcCode(error, status);
  const message = `${error.code}: ${error.message}`;
  return {
    status,
    contentType: CONTENT_TYPES[encoding],
    body:
      encoding === 'json'
        ? JSON.stringify({ code, message })
        : Buffer.concat([numberField(1, code), textField(2, Buffer.from(message))]),
    retryAfterSeconds: error.retryAfterSeconds ?? (error.retryable ? 1 : undefined),
  };
}

function grpcCode({ code, retryable }: ProblemError, status: number): number {
  if (status === 429) return RESOURCE_EXHAUSTED;
  if (code === 'internal') return INTERNAL;
  return retryable ? UNAVAILABLE : INVALID_ARGUMENT;
}

/** A field of the protobuf wire format that holds a small number. */
function numberField(field: number, value: number): Buffer {
  return Buffer.from([field << 3, ...varint(value)]);
}

/** A field that holds text, or another message. */
function textField(field: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(field << 3) | 2, ...varint(content.length)]), content]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return [...bytes, rest];
}
