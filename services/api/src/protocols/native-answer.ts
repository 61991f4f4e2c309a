import { type Correlation, ProblemError } from '@paylog/shared/errors/problem-error';
import type { IngestResult, RecordRejection, SettledResult } from './ingest-result.ts';
import type { Answer } from './protocol.ts';

/** Rejections that an answer lists; the rest is counted. */
const MAX_ERRORS = 100;

interface ListedError {
  readonly index: number;
  readonly code: string;
  readonly field?: string;
  readonly message: string;
}

const JSON_TYPE = 'application/json';

function listed({ index, fault }: RecordRejection): ListedError {
  const { code, field, message } = fault;
  return field === undefined ? { index, code, message } : { index, code, field, message };
}

/** Answers with a problem document (RFC 9457). */
export function problemAnswer(error: ProblemError, correlation?: Correlation, more: object = {}): Answer {
  const body = JSON.stringify({ ...error.toDocument(correlation), ...more });
  const contentType = error.headers()['content-type'] ?? JSON_TYPE;
  return { status: error.status, contentType, body, retryAfterSeconds: error.retryAfterSeconds };
}

/** Ids by position; null where the record was rejected. */
function idsOf({ accepted, rejected }: SettledResult): (string | null)[] {
  const ids = new Array<string | null>(accepted.length + rejected.length).fill(null);
  for (const { index, id } of accepted) ids[index] = id;
  return ids;
}

/** 202 all accepted, 207 some rejected, 400 all rejected (as a problem document), 429 and 503 to be sent again. */
export function nativeAnswer(result: IngestResult, withIds: boolean, correlation?: Correlation): Answer {
  if (result.status !== 'settled') {
    const code = result.status === 'overloaded' ? 'overloaded' : 'queue_unavailable';
    return problemAnswer(new ProblemError(code, result.detail), correlation);
  }
  const { accepted, rejected } = result;
  if (rejected.length === 0 && !withIds) {
    return { status: 202, contentType: JSON_TYPE, body: `{"accepted":${accepted.length},"rejected":0,"errors":[]}` };
  }
  const summary = {
    accepted: accepted.length,
    rejected: rejected.length,
    errors: rejected.slice(0, MAX_ERRORS).map(listed),
    ...(rejected.length > MAX_ERRORS && { errors_omitted: rejected.length - MAX_ERRORS }),
    ...(withIds && { ids: idsOf(result) }),
  };
  if (accepted.length === 0 && rejected.length > 0) {
    const problem = new ProblemError('records_rejected', 'no record of the request could be accepted');
    return problemAnswer(problem, correlation, summary);
  }
  return { status: rejected.length === 0 ? 202 : 207, contentType: JSON_TYPE, body: JSON.stringify(summary) };
}
