/** `POST /v1/logs`: OTLP/HTTP logs (https://opentelemetry.io/docs/specs/otlp/#otlphttp) as protobuf and JSON. */
import { ProblemError } from '@paylog/shared/errors/problem-error';
import { decodeOtlpJson } from '@paylog/shared/record/otlp-json';
import { OtlpError, type OtlpLimits, type OtlpLogs } from '@paylog/shared/record/otlp-logs';
import { decodeOtlpProtobuf } from '@paylog/shared/record/otlp-protobuf';
import { mediaTypeOf } from './media-type.ts';
import { idempotencyKey } from './native-parameters.ts';
import { otlpAnswer, otlpProblem, type OtlpEncoding } from './otlp-answer.ts';
import type { Protocol } from './protocol.ts';

/**
 * Characters of all records of one request. A resource stands in it once and in each of its records again: 10 MB of body might
 * become gigabytes.
 */
const MAX_TEXT_LENGTH = 64 << 20;

const PROTOBUF_TYPES: ReadonlySet<string> = new Set(['application/x-protobuf', 'application/protobuf']);

function encodingOf(contentType: string | undefined): OtlpEncoding | undefined {
  const type = mediaTypeOf(contentType);
  if (PROTOBUF_TYPES.has(type)) return 'protobuf';
  return type === 'application/json' ? 'json' : undefined;
}

const PROBLEM_OF = {
  malformed: 'malformed_body',
  too_many_records: 'too_many_records',
  too_large: 'body_too_large',
} as const;

function decode(body: Buffer, limits: OtlpLimits, encoding: OtlpEncoding): OtlpLogs {
  try {
    return encoding === 'json' ? decodeOtlpJson(body, limits) : decodeOtlpProtobuf(body, limits);
  } catch (error) {
    if (error instanceof OtlpError) throw new ProblemError(PROBLEM_OF[error.code], error.message);
    throw error;
  }
}

function createOtlp(encoding: OtlpEncoding): Protocol {
  return {
    name: encoding === 'json' ? 'otlp_json' : 'otlp_protobuf',
    begin({ headers }) {
      if (encodingOf(headers['content-type']) === undefined) {
        const detail = 'Content-Type must be application/x-protobuf or application/json';
        throw new ProblemError('unsupported_media_type', detail, { field: 'Content-Type' });
      }
      const key = idempotencyKey(headers);
      return (body, maxRecords) => {
        const logs = decode(body, { maxRecords, maxTextLength: MAX_TEXT_LENGTH }, encoding);
        return {
          batch: { sources: logs.records },
          idempotencyKey: key,
          // The trace of the request is the exporter's own; a record that names none belongs to none.
          ownTraces: true,
          answer: (result) => otlpAnswer(result, logs, encoding),
        };
      };
    },
    problem: (error) => otlpProblem(error, encoding),
  };
}

const PROTOBUF = createOtlp('protobuf');
const JSON_PROTOCOL = createOtlp('json');

/** The protocol of `POST /v1/logs` for a body of this type; of other types the JSON one, which then refuses them. */
export function otlpProtocol(contentType: string | undefined): Protocol {
  return encodingOf(contentType) === 'protobuf' ? PROTOBUF : JSON_PROTOCOL;
}
