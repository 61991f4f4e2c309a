import { FIELD_SOURCES } from '@paylog/shared/record/field-sources';

/**
 * The end of a record that a search, a tail or an export gave: the time at which it was received, in this form and in this place
 * (`recordForReader`). In a JSON object these bytes can be nothing but its last member.
 */
const RECEIPT = /^,"received_at":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"\}$/;
const RECEIPT_LENGTH = ',"received_at":"2026-11-20T08:00:00.456Z"}'.length;

const CLOSING_BRACE = Buffer.from('}');

/** What every given record has. */
const ALWAYS = ['id', 'message', 'service', 'timestamp', 'level'] as const;

/** Names at the top of a given record; whatever else was sent stands under `attributes`. */
const NAMES: ReadonlySet<string> = new Set([
  ...FIELD_SOURCES.flatMap(({ field }) => field.split('.', 1)),
  'attributes',
  'received_at',
]);

/**
 * The record that was once sent, when `bytes` are one that the API gave: without `received_at`, which the API that takes it next sets
 * itself. What it says stays the same byte by byte, so that it is a repeated delivery of the same record. Any other line is answered
 * as it is: a `received_at` in it is its sender's own.
 */
export function recordOnceSent(bytes: Buffer): Buffer {
  const end = bytes.length - RECEIPT_LENGTH;
  if (end <= 0 || !RECEIPT.test(bytes.toString('latin1', end)) || !isGiven(bytes)) return bytes;
  return Buffer.concat([bytes.subarray(0, end), CLOSING_BRACE]);
}

function isGiven(bytes: Buffer): boolean {
  let record: unknown;
  try {
    record = JSON.parse(bytes.toString('utf8'));
  } catch {
    // No JSON: the API says so.
    return false;
  }
  if (typeof record !== 'object' || record === null) return false;
  return ALWAYS.every((name) => Object.hasOwn(record, name)) && Object.keys(record).every((name) => NAMES.has(name));
}
