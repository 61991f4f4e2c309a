import type { RecordErrorCode } from '../errors/record-error-codes.ts';

/** Why a record cannot be accepted. `message` is for people, says what would be right, and never quotes the record's values. */
export interface RecordFault {
  readonly ok: false;
  readonly code: RecordErrorCode;
  /** The field as the sender knows it, dotted; absent when the fault is the record as a whole. */
  readonly field?: string;
  readonly message: string;
}

/** Makes a {@link RecordFault}. */
export function recordFault(code: RecordErrorCode, message: string, field?: string): RecordFault {
  return field === undefined ? { ok: false, code, message } : { ok: false, code, field, message };
}
