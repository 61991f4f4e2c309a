import { isUtf8 } from 'node:buffer';
import { recordOnceSent } from './given-record.ts';
import type { Line } from './line-splitter.ts';
import type { RecordShape } from './stream-identity.ts';

/** Why a line was not accepted. */
export interface LineFault {
  readonly code: string;
  readonly field?: string | undefined;
  readonly message: string;
}

const OPEN_BRACE = 123;

/** Whether a line is taken for JSON. In `auto` that is one that begins with a brace; `[` begins many a plain line. */
function isRecord(line: Line, format: RecordShape['format']): boolean {
  return format === 'json' || (format === 'auto' && line.bytes[0] === OPEN_BRACE);
}

/**
 * The record that a line stands for, as JSON on one line, or why it can be none. JSON is sent as it is, but for the `received_at` of records
 * that the API gave: the API checks it.
 */
export function recordOf(line: Line, { format, fields, service }: RecordShape): Buffer | LineFault {
  if (line.tooLong) return { code: 'record_too_large', message: 'the line is longer than 10 MiB' };
  if (isRecord(line, format)) return recordOnceSent(line.bytes);
  if (service === undefined && !('service' in fields)) {
    return { code: 'missing_field', field: 'service', message: 'a plain line needs a service: --service <name>' };
  }
  if (!isUtf8(line.bytes)) {
    return {
      code: 'invalid_utf8',
      message: 'the line is not UTF-8: convert the file, for example with iconv -f latin1 -t utf-8',
    };
  }
  return Buffer.from(JSON.stringify({ message: line.bytes.toString('utf8'), ...fields }));
}
