/** What the two encodings of OTLP logs have in common: the shape of a decoded request and its limits. */
import type { RecordFault } from './fault.ts';

/** One log record as JSON text of a record in the product's own names (see `otlp-record-writer.ts`). */
export interface OtlpRecord {
  readonly text: string;
}

/** A log record that cannot be read, with the bytes that are its own. */
export interface OtlpFault extends RecordFault {
  readonly source?: Buffer | undefined;
}

/** Where the log records of one `ScopeLogs` begin. */
export interface OtlpGroup {
  readonly resource: number;
  readonly scope: number;
  /** Position of its first log record in the request. */
  readonly first: number;
}

/** The log records of one request or message, in order. */
export interface OtlpLogs {
  readonly records: readonly (OtlpRecord | OtlpFault)[];
  /** Those that hold records, in order. */
  readonly groups: readonly OtlpGroup[];
}

/** Bounds of one request or message. */
export interface OtlpLimits {
  readonly maxRecords: number;
  /** Characters of all records together: each carries its resource and scope, which stand in the request once. */
  readonly maxTextLength: number;
}

/** Deepest nesting of an attribute or body; the same as the limit of most protobuf parsers. */
export const MAX_VALUE_DEPTH = 100;

/** Nothing of the request can be used. The message is for people and quotes nothing. */
export class OtlpError extends Error {
  readonly code: 'malformed' | 'too_many_records' | 'too_large';

  constructor(code: OtlpError['code'], message: string) {
    super(message);
    this.name = 'OtlpError';
    this.code = code;
  }
}

/** Thrown inside a decoder: this one log record cannot be read. Never leaves the decoders. */
export class OtlpRecordError extends Error {
  readonly fault: RecordFault;

  constructor(fault: RecordFault) {
    super(fault.message);
    this.fault = fault;
  }
}

/** A resource or scope that cannot be read is the fault of each of its records. */
export type OrFault<T> = T | OtlpRecordError;

/** Runs `read`; what is wrong with one log record is returned. */
export function orFault<T>(read: () => T): OrFault<T> {
  try {
    return read();
  } catch (error) {
    if (error instanceof OtlpRecordError) return error;
    throw error;
  }
}

/** Where log record `index` stands: `resource_logs[0].scope_logs[1].log_records[2]`. */
export function otlpPath({ groups }: OtlpLogs, index: number): string {
  const group = groups.findLast(({ first }) => first <= index);
  if (!group) return `log_records[${index}]`;
  return `resource_logs[${group.resource}].scope_logs[${group.scope}].log_records[${index - group.first}]`;
}

/** Collects the records of a request inside its limits. */
export class OtlpCollector implements OtlpLogs {
  readonly records: (OtlpRecord | OtlpFault)[] = [];
  readonly groups: OtlpGroup[] = [];
  readonly #limits: OtlpLimits;
  #textLength = 0;

  constructor(limits: OtlpLimits) {
    this.#limits = limits;
  }

  /** The records that follow are of this `ScopeLogs`. */
  group(resource: number, scope: number): void {
    this.groups.push({ resource, scope, first: this.records.length });
  }

  /** Throws {@link OtlpError}. */
  add(record: OtlpRecord | OtlpFault): void {
    const { maxRecords, maxTextLength } = this.#limits;
    if (this.records.length >= maxRecords) {
      throw new OtlpError('too_many_records', `at most ${maxRecords} log records in one request`);
    }
    this.records.push(record);
    if (!('text' in record)) return;
    this.#textLength += record.text.length;
    if (this.#textLength > maxTextLength) {
      const detail = `the log records have more than ${maxTextLength} characters when each carries its resource and scope`;
      throw new OtlpError('too_large', detail);
    }
  }
}
