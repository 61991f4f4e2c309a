import type { RecordFault } from '@paylog/shared/record/fault';

/** The records of one request as spans of its body, in order. */
export interface SpanBatch {
  readonly body: Buffer;
  /** Start and end (exclusive) of each record in `body`, flat: `[start0, end0, start1, end1, ...]`. */
  readonly spans: readonly number[];
}

/** One record that a protocol took out of its own framing, or built: JSON text in any accepted form. */
export interface RecordSource {
  readonly text: string;
  /** The same event with less taken out of it, for when `text` cannot be accepted as it is. */
  readonly otherwise?: (() => string) | undefined;
  /** Id that the protocol carries beside the record, as its client wrote it; used when the record has none of its own. */
  readonly id?: string | undefined;
  /** Service of a record that names none. */
  readonly service?: string | undefined;
  /** Data set of the record, where the protocol names one. */
  readonly dataSet?: string | undefined;
}

/** The records of one request, in order; a fault stands for one that the protocol could not read. */
export interface SourceBatch {
  readonly sources: readonly (RecordSource | RecordFault)[];
}

/** The records of one request. */
export type RecordBatch = SpanBatch | SourceBatch;

/** Number of records in a batch. */
export function recordCount(batch: RecordBatch): number {
  return 'spans' in batch ? batch.spans.length / 2 : batch.sources.length;
}
