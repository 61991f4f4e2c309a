import type { ConsumedMessage, QueueMessage } from '@paylog/shared/ports/queue';
import { redactText } from '@paylog/shared/record/redact';
import { parseTraceparent } from '@paylog/shared/telemetry/tracing/trace-context';
import { keepRecord, type KeptRecord } from './dead-letter-record.ts';
import type { Failure } from './failure.ts';

/** A message that can never be stored, where it stood, and why. */
export interface DeadLetter {
  readonly topic: string;
  readonly partition: number;
  readonly message: ConsumedMessage;
  readonly failure: Failure;
  /** Context of the span that it belongs to; absent: what the message says goes with it. */
  readonly traceparent?: string | undefined;
}

/**
 * The message for the dead-letter topic: one JSON object with
 * `origin` {topic, partition, offset, record? (its index in a message that holds several)}, `stage`, `error` {type, reason, field?},
 * `first_seen` (time of the message), `dead_lettered_at`, `attempts`, `service`?, `traceparent`?, `key`?, and the record, redacted:
 *
 * - `form`: `original` (as it was produced, or one record of a message as one of its own; replay it to the origin's topic),
 *   `canonical` (with envelope; replay it to the topic of checked records under the key `id`), or `part` (a piece of a message that
 *   is none itself).
 * - `record`: text, or null with the reason in `withheld`; `encoding`: `utf8` or `base64`; `record_bytes`: size as consumed.
 * - `truncated`: true when it did not fit into `maxBytes` and only its beginning is there.
 *
 * The key is `topic-partition-offset` of the origin, with `-record` behind it where that is given: the same after a crash and
 * re-delivery. Letters of sampled requests have a header `traceparent`.
 *
 * @param maxBytes for the value; a record that makes it larger is truncated
 */
export function encodeDeadLetter(letter: DeadLetter, nowMs: number, maxBytes: number): QueueMessage {
  const { topic, partition, message, failure } = letter;
  const { part } = failure;
  const bytes = failure.document?.source ?? (part === undefined ? message.value : (part.bytes ?? null));
  const kept = keepRecord(bytes);
  const head = {
    origin: { topic, partition, offset: message.offset, ...(part !== undefined && { record: part.index }) },
    stage: failure.stage,
    error: {
      type: clean(failure.type, 100),
      reason: clean(failure.reason, 1000),
      ...(failure.field !== undefined && { field: clean(failure.field, 200) }),
    },
    first_seen: isoTime(message.timestampMs),
    dead_lettered_at: isoTime(nowMs),
    attempts: failure.attempts,
    ...optional('service', serviceOf(kept)),
    ...optional('traceparent', message.headers['traceparent']),
    ...optional('key', message.key?.toString('utf8')),
    ...(failure.document === undefined
      ? { form: part?.isMessage === false ? 'part' : 'original' }
      : { form: 'canonical', id: clean(failure.document.id, 600) }),
    record_bytes: bytes?.byteLength ?? 0,
    encoding: kept.encoding,
    ...(kept.withheld !== undefined && { withheld: kept.withheld }),
  };
  const address = `${topic}-${String(partition)}-${String(message.offset)}`;
  const key = part === undefined ? address : `${address}-${String(part.index)}`;
  return { key, value: encode(head, kept, maxBytes), ...headersOf(letter) };
}

/** Only what is sampled is worth a header; parsed, since a direct producer may have written anything. */
function headersOf({ traceparent, message }: DeadLetter): Pick<QueueMessage, 'headers'> {
  const context = parseTraceparent(traceparent ?? message.headers['traceparent']);
  return context?.isSampled === true ? { headers: { traceparent: context.traceparent } } : {};
}

function encode(head: object, { text, encoding }: KeptRecord, maxBytes: number): Buffer {
  const whole = Buffer.from(JSON.stringify({ ...head, record: text }));
  if (text === null || whole.byteLength <= maxBytes) return whole;
  const overhead = Buffer.byteLength(JSON.stringify({ ...head, truncated: true, record: '' }));
  const length = longestPrefix(text, Math.max(0, maxBytes - overhead));
  const kept = text.slice(0, encoding === 'base64' ? length - (length % 4) : wholeCharacters(text, length));
  return Buffer.from(JSON.stringify({ ...head, truncated: true, record: kept }));
}

/** Characters of the longest beginning that takes at most `room` bytes in a JSON string. */
function longestPrefix(text: string, room: number): number {
  let fits = 0;
  // Each character takes at least one byte.
  let tooLong = Math.min(text.length, room) + 1;
  while (tooLong - fits > 1) {
    const middle = (fits + tooLong) >> 1;
    if (jsonLength(text.slice(0, middle)) <= room) fits = middle;
    else tooLong = middle;
  }
  return fits;
}

/** Bytes of the text inside a JSON string, without the quotes. */
function jsonLength(text: string): number {
  return Buffer.byteLength(JSON.stringify(text)) - 2;
}

/** Does not cut a surrogate pair in two. */
function wholeCharacters(text: string, length: number): number {
  const last = text.charCodeAt(length - 1);
  return last >= 0xd800 && last <= 0xdbff ? length - 1 : length;
}

/** Everything that somebody else wrote is bounded, and redacted because error reasons quote values. */
function clean(text: string, maxLength: number): string {
  // A number that is cut by the bound must not look harmless: the bound comes after.
  return redactText(text.slice(0, 8 * maxLength)).text.slice(0, maxLength);
}

function optional(name: string, text: string | undefined): Record<string, string> {
  return text === undefined ? {} : { [name]: clean(text, 600) };
}

function isoTime(ms: number): string | null {
  const time = new Date(ms);
  return Number.isNaN(time.getTime()) ? null : time.toISOString();
}

/** The service, when the record is readable enough to name one. */
function serviceOf({ text, encoding }: KeptRecord): string | undefined {
  if (text === null || encoding !== 'utf8') return undefined;
  try {
    const record = JSON.parse(text) as unknown;
    if (!isObject(record)) return undefined;
    const { service } = record;
    const name = isObject(service) ? service['name'] : (service ?? record['service.name']);
    return typeof name === 'string' ? name : undefined;
  } catch {
    // Unreadable is what many dead letters are.
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
