import type { IncomingHttpHeaders } from 'node:http';
import type { Correlation, ProblemError } from '@paylog/shared/errors/problem-error';
import type { ServiceFrom } from '@paylog/shared/record/prepare';
import type { DataSetGate } from './data-set-gate.ts';
import type { IngestResult } from './ingest-result.ts';
import type { RecordBatch } from './record-batch.ts';

/** The head of a request, as far as protocols look at it. */
export interface ProtocolRequest {
  readonly method: string;
  /** Without the query string, percent-encoding as sent. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** By which its answer is found in our logs. */
  readonly correlation?: Correlation;
}

/** An answer, ready to be written. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Buffer;
  readonly retryAfterSeconds?: number | undefined;
  /** Headers that the dialect demands. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** What a body says. */
export interface Decoded {
  readonly batch: RecordBatch;
  /** Service of records that name none. */
  readonly service?: string | undefined;
  /** Finds the service of a record that names none in its other fields; goes before every other fallback. */
  readonly serviceFrom?: ServiceFrom | undefined;
  readonly idempotencyKey?: string | undefined;
  /** Records without a trace id belong to no trace: that of the request is the shipper's own. */
  readonly ownTraces?: boolean | undefined;
  /** Says in the protocol's dialect what became of the records. Called once, with the result for `batch`. */
  readonly answer: (result: IngestResult) => Answer;
}

/**
 * Reads a body after decompression. Throws `ProblemError` when nothing of it can be used. `dataSets` is asked for each data set that
 * a sender names.
 */
export type Decode = (body: Buffer, maxRecords: number, dataSets: DataSetGate) => Decoded;

/**
 * A wire protocol: from bytes to records, and back to an answer in its dialect. Knows neither HTTP framework nor queue. One file per
 * protocol; all end in the same `Ingest.accept`.
 */
export interface Protocol {
  /** Value of the metric label `protocol`. */
  readonly name: string;
  /** Looks at the head of a request before its body is read. Throws `ProblemError` to refuse it. */
  begin(request: ProtocolRequest): Decode;
  /** A failure of the whole request in the protocol's dialect, with a status that its clients treat rightly (retry or not). */
  problem(error: ProblemError, request: ProtocolRequest): Answer;
}
