/** What a row of the table says about a failure of a whole request. */
export interface ProblemDefinition {
  readonly status: number;
  /** Whether the same request may succeed later, unchanged. */
  readonly retryable: boolean;
  /** Seconds for `Retry-After`, where waiting helps. */
  readonly retryAfterSeconds?: number;
  readonly title: string;
  /** What the sender can do about it. */
  readonly remedy: string;
}

/** Every failure of a whole request. Codes are part of the API: they may be added, never renamed. */
export const PROBLEMS = {
  malformed_body: {
    status: 400,
    retryable: false,
    title: 'The body cannot be read',
    remedy: 'Send valid JSON or NDJSON that matches the Content-Type, and compress it as Content-Encoding says.',
  },
  malformed_request: {
    status: 400,
    retryable: false,
    title: 'Not an HTTP request',
    remedy: 'Send HTTP/1.1 without TLS to this port, or TLS to the port of your load balancer.',
  },
  headers_too_large: {
    status: 431,
    retryable: false,
    title: 'The headers are too large',
    remedy: 'Send fewer or shorter headers, cookies above all.',
  },
  invalid_utf8: {
    status: 400,
    retryable: false,
    title: 'The body is not UTF-8',
    remedy: 'Encode the body as UTF-8. Nothing is replaced silently, so that what you find is what you sent.',
  },
  invalid_header: {
    status: 400,
    retryable: false,
    title: 'A header has a value that is not allowed',
    remedy: 'Correct the header that is named in `field`.',
  },
  invalid_parameter: {
    status: 400,
    retryable: false,
    title: 'A parameter has a value that is not allowed',
    remedy: 'Correct the parameters that are listed in `errors`; each says what would be right.',
  },
  unknown_parameter: {
    status: 400,
    retryable: false,
    title: 'A parameter is not known here',
    remedy:
      'Remove or correct the parameters that are listed in `errors`. Unknown ones are refused, since a misspelled filter would find too much.',
  },
  invalid_query: {
    status: 400,
    retryable: false,
    title: 'The query cannot be read',
    remedy:
      'Correct `query` at `position` (characters from 0), over `length` characters; `advice` says what to write instead.',
  },
  invalid_cursor: {
    status: 400,
    retryable: false,
    title: 'The cursor cannot be used',
    remedy:
      'Pass `next_cursor` of the previous answer unchanged, with the same filters and order, or begin again without a cursor.',
  },
  not_found: {
    status: 404,
    retryable: false,
    title: 'There is nothing at this address',
    remedy: 'Check the path or the id. A record can be found about a second after it was accepted.',
  },
  method_not_allowed: {
    status: 405,
    retryable: false,
    title: 'The method is not allowed here',
    remedy: 'Use one of the methods in the Allow header.',
  },
  records_rejected: {
    status: 400,
    retryable: false,
    title: 'No record could be accepted',
    remedy: 'Correct the records: each entry of `errors` names one by its position, with its code and field.',
  },
  request_timeout: {
    status: 408,
    retryable: true,
    title: 'The request did not arrive in time',
    remedy: 'Send it again, faster or in smaller pieces.',
  },
  body_too_large: {
    status: 413,
    retryable: false,
    title: 'The body is too large',
    remedy: 'Send fewer records in one request. The limit (MAX_BODY_BYTES) counts bytes after decompression.',
  },
  too_many_records: {
    status: 413,
    retryable: false,
    title: 'Too many records in one request',
    remedy: 'Send them in several requests (MAX_RECORDS_PER_REQUEST).',
  },
  unsupported_media_type: {
    status: 415,
    retryable: false,
    title: 'The media type is not supported',
    remedy: 'Send one of the media types that the detail lists, in UTF-8.',
  },
  unsupported_encoding: {
    status: 415,
    retryable: false,
    title: 'The content encoding is not supported',
    remedy: 'Compress with gzip, deflate, br or zstd, once, or not at all.',
  },
  overloaded: {
    status: 429,
    retryable: true,
    retryAfterSeconds: 1,
    title: 'Too much is in flight',
    remedy: 'Send the same request again after Retry-After. Nothing of it was stored.',
  },
  too_many_streams: {
    status: 429,
    retryable: true,
    retryAfterSeconds: 5,
    title: 'Too many streams are open',
    remedy: 'Close a live tail or wait for an export to end, then try again (MAX_TAILS, MAX_EXPORTS).',
  },
  internal: {
    status: 500,
    retryable: true,
    title: 'Something went wrong on our side',
    remedy: 'Send it again; if it fails again, report the request id.',
  },
  queue_unavailable: {
    status: 503,
    retryable: true,
    retryAfterSeconds: 2,
    title: 'The queue did not acknowledge in time',
    remedy:
      'Send the same request again after Retry-After, with the same ids or Idempotency-Key: then nothing is stored twice.',
  },
  store_unavailable: {
    status: 503,
    retryable: true,
    retryAfterSeconds: 2,
    title: 'The store cannot answer now',
    remedy: 'Search again after Retry-After. Accepted records are safe in the queue meanwhile.',
  },
  shutting_down: {
    status: 503,
    retryable: true,
    retryAfterSeconds: 1,
    title: 'This instance is stopping',
    remedy: 'Send it again; another instance, or this one after its restart, will take it.',
  },
  store_timeout: {
    status: 504,
    retryable: true,
    title: 'The search took too long',
    remedy: 'Narrow the time range or add a filter, or search again.',
  },
} as const satisfies Readonly<Record<string, ProblemDefinition>>;

/** Code of a failure of a whole request. */
export type ProblemCode = keyof typeof PROBLEMS;

/** The row of a code. */
export function problemDefinition(code: ProblemCode): ProblemDefinition {
  return PROBLEMS[code];
}

/** Where the page that explains a code stands; the `type` of a problem document, relative to the API. */
export function problemType(code: string): string {
  return `/docs/errors#${code.replaceAll('_', '-')}`;
}
