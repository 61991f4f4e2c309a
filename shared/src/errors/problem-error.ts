import { type ProblemCode, problemDefinition, problemType } from './problem-codes.ts';

/** One fault of a request, with the parameter, header or field it stands in. */
export interface ProblemFault {
  readonly field: string;
  /** What is wrong and what would be right. */
  readonly message: string;
  /** Given where it differs from the code of the whole problem. */
  readonly code?: ProblemCode;
  /** Where in the text of a parameter it is wrong, from 0, and how many characters of it. */
  readonly position?: number;
  readonly length?: number;
  /** What to write instead. */
  readonly advice?: string;
}

/**
 * The body of an error answer: RFC 9457 with the extension members `code`, `retryable`, `field`, `errors`, `request_id`, `trace_id`, and
 * `position`, `length` and `advice` of the first fault where it has them.
 */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ProblemCode;
  readonly retryable: boolean;
  readonly field?: string;
  readonly position?: number;
  readonly length?: number;
  readonly advice?: string;
  readonly errors?: readonly ProblemFault[];
  readonly request_id?: string;
  readonly trace_id?: string;
}

/** By what an answer and the log lines of its request are found. */
export interface Correlation {
  readonly requestId?: string | undefined;
  /** Of the request's trace, where it has one. */
  readonly traceId?: string | undefined;
}

/** Media type of {@link ProblemDocument}. */
export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

export interface ProblemOptions {
  /** The one parameter, header or field at fault. Taken from `errors` when those are given. */
  readonly field?: string;
  /** All faults of the request. */
  readonly errors?: readonly ProblemFault[];
  /** Overrides the table's seconds for `Retry-After`. */
  readonly retryAfterSeconds?: number;
  /** What led to it; logged, never sent. */
  readonly cause?: unknown;
}

/** A request that is answered with a problem document. `detail` is for people and goes to the client: no secrets, no card data. */
export class ProblemError extends Error {
  readonly code: ProblemCode;
  readonly status: number;
  readonly retryable: boolean;
  readonly field: string | undefined;
  readonly errors: readonly ProblemFault[] | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ProblemCode, detail: string, options: ProblemOptions = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    const definition = problemDefinition(code);
    this.name = 'ProblemError';
    this.code = code;
    this.status = definition.status;
    this.retryable = definition.retryable;
    this.field = options.field ?? options.errors?.[0]?.field;
    this.errors = options.errors;
    this.retryAfterSeconds = options.retryAfterSeconds ?? definition.retryAfterSeconds;
  }

  /** The body to send. */
  toDocument({ requestId, traceId }: Correlation = {}): ProblemDocument {
    const { position, length, advice } = this.errors?.[0] ?? {};
    return {
      type: problemType(this.code),
      title: problemDefinition(this.code).title,
      status: this.status,
      detail: this.message,
      code: this.code,
      retryable: this.retryable,
      ...(this.field !== undefined && { field: this.field }),
      ...(position !== undefined && { position }),
      ...(length !== undefined && { length }),
      ...(advice !== undefined && { advice }),
      ...(this.errors !== undefined && { errors: this.errors }),
      ...(requestId !== undefined && { request_id: requestId }),
      ...(traceId !== undefined && { trace_id: traceId }),
    };
  }

  /** Headers that belong to the answer besides those of every answer. */
  headers(): Readonly<Record<string, string>> {
    return {
      'content-type': PROBLEM_MEDIA_TYPE,
      ...(this.retryAfterSeconds !== undefined && { 'retry-after': String(this.retryAfterSeconds) }),
    };
  }
}
