/** Answers of Splunk's HTTP Event Collector (https://docs.splunk.com/Documentation/Splunk/latest/Data/TroubleshootHTTPEventCollector). */
import type { ProblemCode } from '@paylog/shared/errors/problem-codes';
import type { ProblemError } from '@paylog/shared/errors/problem-error';
import type { RecordFault } from '@paylog/shared/record/fault';
import type { HecReason } from './splunk-hec-records.ts';
import type { RefusedResult, SettledResult } from './ingest-result.ts';
import type { Answer } from './protocol.ts';

const JSON_TYPE = 'application/json';

/** Rejections that an answer lists; the rest is counted. */
const MAX_ERRORS = 100;

interface Code {
  readonly text: string;
  readonly code: number;
}

const SUCCESS: Code = { text: 'Success', code: 0 };
const NO_DATA: Code = { text: 'No data', code: 5 };
const INVALID_DATA: Code = { text: 'Invalid data format', code: 6 };
const INTERNAL: Code = { text: 'Internal server error', code: 8 };
const BUSY: Code = { text: 'Server is busy', code: 9 };
const ACK_DISABLED: Code = { text: 'ACK is disabled', code: 14 };
const TOO_LARGE: Code = { text: 'Request entity too large', code: 27 };

const REASONS: Readonly<Record<HecReason, Code>> = {
  event_missing: { text: 'Event field is required', code: 12 },
  event_blank: { text: 'Event field cannot be blank', code: 13 },
  fields: { text: 'Error in handling indexed fields', code: 15 },
  data: INVALID_DATA,
};

const PROBLEMS: Partial<Readonly<Record<ProblemCode, Code>>> = {
  body_too_large: TOO_LARGE,
  too_many_records: TOO_LARGE,
  internal: INTERNAL,
  overloaded: BUSY,
  queue_unavailable: BUSY,
  shutting_down: BUSY,
};

function json(status: number, code: Code, more: object = {}, retryAfterSeconds?: number): Answer {
  return { status, contentType: JSON_TYPE, body: JSON.stringify({ ...code, ...more }), retryAfterSeconds };
}

/** A failure of the whole request. What may be sent again is 503 with code 9, the one that Splunk's clients wait for. */
export function hecProblem(error: ProblemError): Answer {
  const code = PROBLEMS[error.code] ?? INVALID_DATA;
  const status = code === BUSY ? 503 : error.status;
  const more = { detail: error.message, error: error.code };
  return json(status, code, more, error.retryAfterSeconds ?? (code === BUSY ? 1 : undefined));
}

/** To a question for acknowledgments. */
export function ackDisabled(): Answer {
  return json(400, ACK_DISABLED);
}

/** A body without any event. */
export function noData(): Answer {
  return json(400, NO_DATA);
}

/** Nothing may be counted on, the same request may be sent again. */
export function hecBusy({ detail, status }: RefusedResult): Answer {
  return json(503, BUSY, { detail }, status === 'overloaded' ? 1 : 2);
}

function reasonOf(fault: RecordFault): Code {
  return 'reason' in fault ? REASONS[fault.reason as HecReason] : INVALID_DATA;
}

/**
 * Code 0, or that of the first invalid event with its number (from 0), as Splunk does. Splunk drops what stands behind it; here every
 * other event is stored, and `errors` lists those that are not.
 */
export function hecAnswer({ accepted, rejected }: SettledResult): Answer {
  const [first] = rejected;
  if (!first) return json(200, SUCCESS);
  const errors = rejected.slice(0, MAX_ERRORS).map(({ index, fault: { code, field, message } }) => ({
    'event-number': index,
    code,
    ...(field !== undefined && { field }),
    message,
  }));
  return json(400, reasonOf(first.fault), {
    'invalid-event-number': first.index,
    accepted: accepted.length,
    rejected: rejected.length,
    errors,
    ...(rejected.length > MAX_ERRORS && { errors_omitted: rejected.length - MAX_ERRORS }),
  });
}
