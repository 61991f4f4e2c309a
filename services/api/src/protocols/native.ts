/** `POST /api/v1/logs`: the product's own protocol, as JSON or NDJSON. */
import { ProblemError } from '@paylog/shared/errors/problem-error';
import type { IngestResult } from './ingest-result.ts';
import { splitJson, splitNdjson } from './json.ts';
import { mediaTypeOf } from './media-type.ts';
import { nativeAnswer, problemAnswer } from './native-answer.ts';
import { idempotencyKey, ingestParameters } from './native-parameters.ts';
import type { Protocol } from './protocol.ts';

/** Media types and how their bodies are divided. */
const MEDIA_TYPES: ReadonlyMap<string, 'json' | 'ndjson'> = new Map([
  ['application/json', 'json'],
  ['application/x-ndjson', 'ndjson'],
  ['application/ndjson', 'ndjson'],
  ['application/jsonl', 'ndjson'],
  ['application/x-jsonlines', 'ndjson'],
]);

/** Added when the only record of a body is not JSON: the usual mistake. */
const NDJSON_HINT = '; one record on each line needs Content-Type: application/x-ndjson';

/** Which of the two a request speaks; `json` when neither, which then refuses it. */
export function nativeProtocol(contentType: string | undefined): Protocol {
  return (MEDIA_TYPES.get(contentType ?? '') ?? MEDIA_TYPES.get(mediaTypeOf(contentType))) === 'ndjson'
    ? NDJSON
    : JSON_PROTOCOL;
}

function createNative(name: 'json' | 'ndjson'): Protocol {
  const split = name === 'json' ? splitJson : splitNdjson;
  return {
    name,
    begin({ query, headers, correlation }) {
      const contentType = headers['content-type'];
      if (!MEDIA_TYPES.has(contentType ?? '') && !MEDIA_TYPES.has(mediaTypeOf(contentType))) {
        const detail = 'Content-Type must be application/json or application/x-ndjson, in UTF-8';
        throw new ProblemError('unsupported_media_type', detail, { field: 'Content-Type' });
      }
      const { withIds, service } = ingestParameters(query);
      const key = idempotencyKey(headers);
      return (body, maxRecords) => {
        const batch = split(body, maxRecords);
        return {
          batch,
          service,
          idempotencyKey: key,
          answer: (result) => nativeAnswer(name === 'json' ? withHint(result) : result, withIds, correlation),
        };
      };
    },
    problem: (error, { correlation }) => problemAnswer(error, correlation),
  };
}

function withHint(result: IngestResult): IngestResult {
  if (result.status !== 'settled' || result.accepted.length > 0) return result;
  const [only, ...others] = result.rejected;
  if (only?.fault.code !== 'invalid_json' || others.length > 0) return result;
  return { ...result, rejected: [{ ...only, fault: { ...only.fault, message: only.fault.message + NDJSON_HINT } }] };
}

const JSON_PROTOCOL = createNative('json');
const NDJSON = createNative('ndjson');
