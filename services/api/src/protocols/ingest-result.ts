import type { RecordFault } from '@paylog/shared/record/fault';
import type { PreparedRecord } from '@paylog/shared/record/prepare';

/** Why the record at `index` (from 0) was rejected. */
export interface RecordRejection {
  readonly index: number;
  readonly fault: RecordFault;
}

/** Every record that is not rejected is held by all in-sync replicas of the queue. */
export interface SettledResult {
  readonly status: 'settled';
  readonly accepted: readonly PreparedRecord[];
  readonly rejected: readonly RecordRejection[];
}

/** Nothing of the request may be counted on; the same request may be sent again. */
export interface RefusedResult {
  readonly status: 'unavailable' | 'overloaded';
  readonly detail: string;
  /** Records in the request. */
  readonly records: number;
}

/** What became of the records of one request. */
export type IngestResult = SettledResult | RefusedResult;
