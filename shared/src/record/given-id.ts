import { recordFault, type RecordFault } from './fault.ts';
import { hasTooManyIdBytes, MAX_ID_BYTES, MAX_ID_LENGTH } from './limits.ts';
import { redactText } from './redact.ts';

/** Text that stands in JSON as it is. */
const PLAIN = /^[^"\\\p{Cc}\p{Cs}]+$/u;

/**
 * Why an id that a protocol carries beside the record (`_id` of a bulk line) cannot be the record's; undefined when it can. Such ids
 * are put in front of the record without any escaping.
 */
export function givenIdFault(id: string): RecordFault | undefined {
  if (id === '') return recordFault('invalid_value', 'the id must not be empty', 'id');
  if (id.length > MAX_ID_LENGTH) {
    return recordFault('too_long', `the id must be at most ${MAX_ID_LENGTH} characters long`, 'id');
  }
  if (hasTooManyIdBytes(id)) return recordFault('too_long', `the id must be at most ${MAX_ID_BYTES} bytes long`, 'id');
  if (!PLAIN.test(id)) {
    return recordFault('invalid_value', 'the id must not hold quotes, backslashes or control characters', 'id');
  }
  if (redactText(id).redacted === 0) return undefined;
  return recordFault(
    'sensitive_id',
    'the id must not contain a card number: ids are keys and cannot be redacted',
    'id',
  );
}
