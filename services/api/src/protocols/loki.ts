/** `POST /loki/api/v1/push`: Loki's push API (https://grafana.com/docs/loki/latest/reference/loki-http-api/#ingest-logs). */
import { isUtf8 } from 'node:buffer';
import { ProblemError } from '@paylog/shared/errors/problem-error';
import type { IngestResult, SettledResult } from './ingest-result.ts';
import { readLokiJson } from './loki-json.ts';
import { readLokiProtobuf } from './loki-protobuf.ts';
import { lokiRecords, type LokiRecords } from './loki-records.ts';
import type { Answer, Protocol } from './protocol.ts';
import { mediaTypeOf } from './media-type.ts';
import { inflateSnappy } from './snappy.ts';

/** Largest push after snappy: far above what shippers batch (1 to 4 MiB), and a bound on what a small body can inflate to. */
const MAX_INFLATED_BYTES = 32 * 1024 * 1024;

/** Rejections that an answer lists; the rest is counted. Shippers write the text into their own log. */
const MAX_LISTED = 20;

const TEXT_TYPE = 'text/plain; charset=utf-8';

const text = (status: number, body: string, retryAfterSeconds?: number): Answer => ({
  status,
  contentType: TEXT_TYPE,
  body: `${body}\n`,
  retryAfterSeconds,
});

function problem(error: ProblemError): Answer {
  return text(error.status, `${error.code}: ${error.message}`, error.retryAfterSeconds);
}

/** As Loki does it: 400 when anything was rejected, although the rest is stored. Shippers do not send a 400 again. */
function rejectedAnswer({ accepted, rejected }: SettledResult, { places }: LokiRecords): Answer {
  const lines = rejected.slice(0, MAX_LISTED).map(({ index, fault }) => {
    const [stream, entry] = places[index] ?? [];
    const field = fault.field === undefined ? '' : ` (${fault.field})`;
    return `stream ${stream} entry ${entry}: ${fault.code}${field}: ${fault.message}`;
  });
  const more = rejected.length - lines.length;
  if (more > 0) lines.push(`and ${more} more`);
  const total = accepted.length + rejected.length;
  const rest = accepted.length === 0 ? '' : `; the other ${accepted.length} are stored`;
  return text(400, [`${rejected.length} of ${total} entries rejected${rest}`, ...lines].join('\n'));
}

function answer(result: IngestResult, records: LokiRecords): Answer {
  if (result.status !== 'settled') {
    return problem(
      new ProblemError(result.status === 'overloaded' ? 'overloaded' : 'queue_unavailable', result.detail),
    );
  }
  if (result.rejected.length > 0) return rejectedAnswer(result, records);
  return { status: 204, contentType: TEXT_TYPE, body: '' };
}

/** JSON, or protobuf in snappy, which is also what Loki takes a push without a media type for. */
function isJson(contentType: string | undefined): boolean {
  if (contentType === undefined) return false;
  const type = mediaTypeOf(contentType);
  if (type === 'application/json') return true;
  if (type === 'application/x-protobuf') return false;
  const detail = 'Content-Type must be application/json in UTF-8, or application/x-protobuf (compressed with snappy)';
  throw new ProblemError('unsupported_media_type', detail, { field: 'Content-Type' });
}

/** Loki's push API. The tenant (`X-Scope-OrgID`) is ignored. */
export const LOKI: Protocol = {
  name: 'loki',
  begin({ headers }) {
    const json = isJson(headers['content-type']);
    return (body, maxRecords) => {
      const streams = json
        ? readLokiJson(body, isUtf8(body), maxRecords)
        : readLokiProtobuf(inflateSnappy(body, MAX_INFLATED_BYTES), maxRecords);
      const records = lokiRecords(streams);
      return { batch: { sources: records.sources }, ownTraces: true, answer: (result) => answer(result, records) };
    };
  },
  problem,
};
