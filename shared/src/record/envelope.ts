/**
 * The canonical record as it stands on the queue and in the store: a prefix of fixed layout in front of the record's own bytes.
 *
 * `{"v":1,"@timestamp":"<30>","received_at":"<24>","data_set":"<name>",` then, where needed, `"num":{...},` (numeric attributes by
 * dotted path, for range searches), fields that the record did not bring (`"id"`, `"level"`, `"timestamp"`, `"service"`,
 * `"trace_id"`, `"span_id"`), then the record's members. The prefix is sliced, never parsed.
 */

/** Version of the layout. Readers take this one and the one before it; there is none before 1. */
export const LAYOUT_VERSION = 1;

const OPENING = `{"v":${LAYOUT_VERSION},"@timestamp":"`;
const TIMESTAMP_END = OPENING.length + 30;
const RECEIVED = '","received_at":"';
const RECEIVED_START = TIMESTAMP_END + RECEIVED.length;
const RECEIVED_END = RECEIVED_START + 24;
const DATA_SET = '","data_set":"';
const DATA_SET_START = RECEIVED_END + DATA_SET.length;

/** Longest name of a data set. */
export const MAX_DATA_SET_LENGTH = 64;

/** Bytes that the prefix adds at most to a record, numeric attributes not counted (they are bounded by {@link MAX_NUMBERS_BYTES}). */
export const MAX_NUMBERS_BYTES = 2048;

/** What a reader of the queue needs to know of a record. */
export interface Envelope {
  /** 30 characters, nanoseconds. */
  readonly timestamp: string;
  /** 24 characters, milliseconds. */
  readonly receivedAt: string;
  readonly dataSet: string;
}

/** The part of the prefix that is the same for all records of a request. */
export function envelopeTail(receivedAt: string, dataSet: string): string {
  return `${RECEIVED}${receivedAt}${DATA_SET}${dataSet}",`;
}

/** The whole prefix; `extras` is empty or ends with a comma, and the record's members follow. */
export function envelopePrefix(timestamp: string, tail: string, extras: string): string {
  return OPENING + timestamp + tail + extras;
}

function readHead(head: string): Envelope | undefined {
  const end = head.indexOf('"', DATA_SET_START);
  const fits =
    head.startsWith(OPENING) &&
    head.startsWith(RECEIVED, TIMESTAMP_END) &&
    head.startsWith(DATA_SET, RECEIVED_END) &&
    end > DATA_SET_START &&
    head[end + 1] === ',';
  if (!fits) return undefined;
  return {
    timestamp: head.slice(OPENING.length, TIMESTAMP_END),
    receivedAt: head.slice(RECEIVED_START, RECEIVED_END),
    dataSet: head.slice(DATA_SET_START, end),
  };
}

/** Reads the prefix of a canonical record; undefined when the bytes are not one. Does not look at the record's members. */
export function readEnvelope(value: Buffer): Envelope | undefined {
  return readHead(value.toString('latin1', 0, DATA_SET_START + MAX_DATA_SET_LENGTH + 2));
}

/** The same for a canonical record that is text already. */
export function envelopeOf(source: string): Envelope | undefined {
  return readHead(source.slice(0, DATA_SET_START + MAX_DATA_SET_LENGTH + 2));
}

/** Layout version that bytes which begin like a canonical record name; undefined for others. */
export function layoutOf(value: Buffer): number | undefined {
  const version = /^\{"v":(\d{1,6}),"@timestamp":"/.exec(value.toString('latin1', 0, OPENING.length + 6))?.[1];
  return version === undefined ? undefined : Number(version);
}

/**
 * JSON text of a stored record as its sender knows it: as sent, with `id` and `received_at`, without the server's own fields.
 * Text that is not a canonical record is returned as it is.
 */
export function recordForReader(source: string): string {
  const envelope = envelopeOf(source);
  if (!envelope) return source;
  let from = DATA_SET_START + envelope.dataSet.length + 2;
  // The numbers object is flat and its keys hold no braces (see `member-walk.ts`), so its first brace closes it.
  if (source.startsWith('"num":{', from)) from = source.indexOf('}', from) + 2;
  return `{${source.slice(from, source.lastIndexOf('}'))},"received_at":"${envelope.receivedAt}"}`;
}
