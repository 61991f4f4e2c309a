/** What a row of the table says about one record that cannot be taken. */
export interface RecordErrorDefinition {
  readonly title: string;
  /** What the sender can do about it. */
  readonly remedy: string;
}

/**
 * Why one record is rejected: `errors[].code` of an ingest answer, and the error type of a dead letter whose record came
 * from a direct producer. Neighbors in the same request are not affected. Never retryable: the record itself must change.
 * Codes are part of the API: they may be added, never renamed.
 */
export const RECORD_ERRORS = {
  invalid_json: {
    title: 'Not valid JSON',
    remedy: 'Send one JSON object for each record; in NDJSON one on each line.',
  },
  invalid_utf8: {
    title: 'Not valid UTF-8, or a lone surrogate',
    remedy: 'Encode text as UTF-8; write characters beyond U+FFFF as one character or as a complete surrogate pair.',
  },
  not_an_object: {
    title: 'Not an object',
    remedy: 'A record is a JSON object.',
  },
  missing_field: {
    title: 'A required field is missing',
    remedy: 'Give `message` and `service` (or `service.name`).',
  },
  invalid_type: {
    title: 'A field has the wrong type',
    remedy: 'Give the named field the type that the message says.',
  },
  invalid_value: {
    title: 'A field has a value that is not allowed',
    remedy: 'Give the named field a value as the message says.',
  },
  invalid_timestamp: {
    title: 'The timestamp cannot be read',
    remedy: 'Use RFC 3339 with an offset (`2026-11-20T08:00:00.123Z`) or an epoch number in s, ms, us or ns.',
  },
  invalid_level: {
    title: 'The level is not known',
    remedy:
      'Use trace, debug, info, warn, error or fatal, one of their synonyms, or a syslog, pino or OpenTelemetry number.',
  },
  too_long: {
    title: 'A text is too long',
    remedy: 'Shorten the named field.',
  },
  record_too_large: {
    title: 'The record is too large',
    remedy: 'Shorten it, or raise MAX_RECORD_BYTES (the queue must take it too: see the configuration).',
  },
  too_deep: {
    title: 'Nested too deeply',
    remedy: 'Flatten the record (MAX_RECORD_DEPTH).',
  },
  too_many_keys: {
    title: 'Too many members',
    remedy: 'Send fewer fields, or put what is not searched into one text (MAX_RECORD_KEYS).',
  },
  sensitive_id: {
    title: 'The id looks like a card number',
    remedy: 'Use an id that is not card data: ids are stored and shown as they are.',
  },
  id_conflict: {
    title: 'The id is taken by a different record',
    remedy: 'Give each event its own id. The same record may be sent again under its id any number of times.',
  },
} as const satisfies Readonly<Record<string, RecordErrorDefinition>>;

/** Code of the rejection of one record. */
export type RecordErrorCode = keyof typeof RECORD_ERRORS;
