/** The records of one request as a protocol found them: spans of one body, in order. */
export interface RecordBatch {
  readonly body: Buffer;
  /** Start and end (exclusive) of each record in `body`, flat: `[start0, end0, start1, end1, ...]`. */
  readonly spans: readonly number[];
}

/** A body that cannot be divided into records. */
export interface BodyFault {
  readonly fault: 'malformed_body' | 'too_many_records';
  readonly detail: string;
}
