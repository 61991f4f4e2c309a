import type { PublishOutcome } from '../ports/queue.ts';

/** A publish outcome that is not `stored`. */
export type PublishFailure = Exclude<PublishOutcome, { readonly status: 'stored' }>;

/**
 * Error codes of the Kafka protocol that need an answer of their own
 * (https://kafka.apache.org/protocol.html#protocol_error_codes). Every other failure, a broken connection included, is
 * `retryable`/`unavailable`: the next attempt may reach another leader.
 */
const OUTCOME_BY_CODE: Readonly<Record<number, Pick<PublishFailure, 'status' | 'reason'>>> = {
  10: { status: 'rejected', reason: 'too_large' }, // MESSAGE_TOO_LARGE
  17: { status: 'rejected', reason: 'not_allowed' }, // INVALID_TOPIC_EXCEPTION
  18: { status: 'rejected', reason: 'too_large' }, // RECORD_LIST_TOO_LARGE
  29: { status: 'rejected', reason: 'not_allowed' }, // TOPIC_AUTHORIZATION_FAILED
  31: { status: 'rejected', reason: 'not_allowed' }, // CLUSTER_AUTHORIZATION_FAILED
  44: { status: 'rejected', reason: 'not_allowed' }, // POLICY_VIOLATION
  56: { status: 'retryable', reason: 'overloaded' }, // KAFKA_STORAGE_ERROR: the leader's disk
  87: { status: 'rejected', reason: 'not_allowed' }, // INVALID_RECORD
  89: { status: 'retryable', reason: 'overloaded' }, // THROTTLING_QUOTA_EXCEEDED
};

const FENCED_INSTANCE_ID = 82;

/** Codes that say: this member or its generation is no longer part of the group. */
const MEMBERSHIP_CODES: ReadonlySet<number> = new Set([
  22, // ILLEGAL_GENERATION
  25, // UNKNOWN_MEMBER_ID
  27, // REBALANCE_IN_PROGRESS
  FENCED_INSTANCE_ID,
]);

/**
 * Answers to a request for topics that another moment may answer otherwise: the controller moves, or a topic that another process has just
 * made is not known to every broker yet.
 */
const TRANSIENT_TOPIC_CODES: ReadonlySet<number> = new Set([
  3, // UNKNOWN_TOPIC_OR_PARTITION
  5, // LEADER_NOT_AVAILABLE
  7, // REQUEST_TIMED_OUT
  13, // NETWORK_EXCEPTION
  41, // NOT_CONTROLLER
  89, // THROTTLING_QUOTA_EXCEEDED
]);

/** Whether a topic may be had later although it could not be made now: a passing answer, or none (a broken connection). */
export function isTransientTopicError(error: unknown): boolean {
  const code = findApiCode(error);
  return code === undefined || TRANSIENT_TOPIC_CODES.has(code);
}

/** An error code that a broker answered to one of our own requests. */
export class KafkaAnswerError extends Error {
  readonly apiCode: number;

  constructor(apiCode: number, message: string) {
    super(message);
    this.name = 'KafkaAnswerError';
    this.apiCode = apiCode;
  }
}

/** Turns what a client library threw into an outcome. Codes are looked for in causes and aggregates as well. */
export function classifyPublishError(error: unknown): PublishFailure {
  const code = findApiCode(error);
  const known = code === undefined ? undefined : OUTCOME_BY_CODE[code];
  const message = describeKafkaError(error);
  // The table pairs status and reason rightly; the compiler cannot see through the record's union.
  return { ...(known ?? { status: 'retryable', reason: 'unavailable' }), message } as PublishFailure;
}

/** Whether the group has thrown this member out or is about to share the partitions anew. */
export function isMembershipError(error: unknown): boolean {
  const code = findApiCode(error);
  return code !== undefined && MEMBERSHIP_CODES.has(code);
}

/** Whether another process has joined the group under this member's instance id. */
export function isFencedError(error: unknown): boolean {
  return findApiCode(error) === FENCED_INSTANCE_ID;
}

/** The protocol's error code in an error of either library; undefined when the failure was not a broker's answer. */
export function findApiCode(error: unknown, depth = 0): number | undefined {
  if (typeof error !== 'object' || error === null || depth > 8) return undefined;
  const { apiCode, code, cause, errors } = error as Record<string, unknown>;
  if (typeof apiCode === 'number') return apiCode;
  if (typeof code === 'number') return code;
  for (const inner of Array.isArray(errors) ? (errors as unknown[]) : []) {
    const found = findApiCode(inner, depth + 1);
    if (found !== undefined) return found;
  }
  return findApiCode(cause, depth + 1);
}

/** One line for people: the innermost message is where both libraries say what happened. Names no secret. */
export function describeKafkaError(error: unknown, depth = 0): string {
  if (!(error instanceof Error)) return String(error);
  const inner: unknown = error instanceof AggregateError ? (error.errors as unknown[])[0] : error.cause;
  if (inner instanceof Error && depth < 8) {
    const below = describeKafkaError(inner, depth + 1);
    return error.message === '' || below.includes(error.message) ? below : `${error.message}: ${below}`;
  }
  const code = (error as NodeJS.ErrnoException).code;
  return error.message === '' ? (code ?? error.name) : error.message;
}
