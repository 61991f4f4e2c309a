/** Strings, `AnyValue`s and attributes of OTLP in protobuf (opentelemetry/proto/common/v1/common.proto), as JSON text. */
import { isUtf8 } from 'node:buffer';
import { recordFault } from './fault.ts';
import { type OtlpKind, type OtlpName, OtlpNames } from './otlp-fields.ts';
import { MAX_VALUE_DEPTH, OtlpRecordError } from './otlp-logs.ts';
import { bytesText, doubleText } from './otlp-record-writer.ts';
import type { OtlpAttributeSink } from './otlp-shared-parts.ts';
import { fieldBits, type ProtobufReader } from './protobuf-reader.ts';

/** Field number << 3 | wire type. */
const TAG = {
  key: 0x0a,
  value: 0x12,
  items: 0x0a,
  string: 0x0a,
  bool: 0x10,
  int: 0x18,
  double: 0x21,
  list: 0x2a,
  map: 0x32,
  bytes: 0x3a,
} as const;

const KEY_VALUE = fieldBits(1, 2);
const ANY_VALUE = fieldBits(1, 2, 3, 4, 5, 6, 7);
const ITEMS = fieldBits(1);

/** What a byte of text means for JSON: 1 has to be escaped, 2 is not ASCII. */
const BYTE_CLASS = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x80 ? 2 : byte < 0x20 || byte === 0x22 || byte === 0x5c ? 1 : 0,
);

/** Names by their bytes, each as one character. */
const NAMES = new OtlpNames();

/**
 * The names seen last, by a cheap mark of their bytes: finding one here costs a comparison, in the map above a hash over all its
 * characters as well.
 */
const RECENT_SIZE = 1024;
const RECENT = new Array<RecentName | undefined>(RECENT_SIZE).fill(undefined);

interface RecentName {
  readonly latin1: string;
  readonly name: OtlpName;
}

function recentSlot(bytes: Buffer, start: number, end: number): number {
  const first = bytes[start] ?? 0;
  const middle = bytes[(start + end) >> 1] ?? 0;
  const last = bytes[end - 1] ?? 0;
  return ((end - start) * 37 + first * 101 + middle * 29 + last * 7) & (RECENT_SIZE - 1);
}

const TWO_TO_32 = 4_294_967_296;

/** A signed 64-bit number in decimal. */
function int64Text(high: number, low: number): string {
  const signed = high | 0;
  // Within 2^53 a double is exact.
  if (signed >= -0x20_0000 && signed < 0x20_0000) return String(signed * TWO_TO_32 + low);
  return String((BigInt(signed) << 32n) | BigInt(low));
}

/** Reads values at the cursor of a reader. Throws `ProtobufError` for broken bytes and {@link OtlpRecordError} for the rest. */
export class OtlpProtobufValues {
  readonly #reader: ProtobufReader;
  /** All bytes, each as one character: a slice of it copies nothing. */
  readonly #latin1: string;
  /** Kind of the value that was read last. */
  kind: OtlpKind = 'none';
  /** Where its bytes stand, when it is of kind `bytes`. */
  #bytesStart = 0;
  #bytesEnd = 0;

  constructor(reader: ProtobufReader) {
    this.#reader = reader;
    this.#latin1 = reader.bytes.toString('latin1');
  }

  /** The bytes of the value that was read last, which is of kind `bytes`. */
  lastBytes(): Buffer {
    return this.#reader.bytes.subarray(this.#bytesStart, this.#bytesEnd);
  }

  /** A string with its length before it, as JSON text. `field` is named when it is not UTF-8. */
  string(end: number, field: string): string {
    const stringEnd = this.#reader.span(end);
    const start = this.#reader.at;
    this.#reader.at = stringEnd;
    return this.textAt(start, stringEnd, field);
  }

  /** The string of these bytes as JSON text. */
  textAt(start: number, end: number, field: string): string {
    const { bytes } = this.#reader;
    let seen = 0;
    for (let at = start; at < end; at += 1) seen |= BYTE_CLASS[bytes[at] ?? 0] ?? 0;
    if (seen === 0) return `"${this.#latin1.slice(start, end)}"`;
    return JSON.stringify(seen === 1 ? this.#latin1.slice(start, end) : this.#utf8(start, end, field));
  }

  #utf8(start: number, end: number, field: string): string {
    const bytes = this.#reader.bytes.subarray(start, end);
    if (isUtf8(bytes)) return bytes.toString('utf8');
    throw new OtlpRecordError(recordFault('invalid_utf8', `${field} is not valid UTF-8`, field));
  }

  /** A `KeyValue` that ends at `end`. */
  attribute(sink: OtlpAttributeSink, end: number, field: string): void {
    const reader = this.#reader;
    let name: OtlpName | undefined;
    let text = 'null';
    this.kind = 'none';
    let kind: OtlpKind = 'none';
    while (reader.at < end) {
      const tag = reader.tag(end);
      if (tag === TAG.key) {
        name = this.#name(end, field);
      } else if (tag === TAG.value) {
        text = this.value(reader.span(end), 1, field);
        kind = this.kind;
      } else reader.skip(tag, end, KEY_VALUE);
    }
    sink.attribute(name ?? NAMES.get('', String), text, kind);
  }

  #name(end: number, field: string): OtlpName {
    const nameEnd = this.#reader.span(end);
    const start = this.#reader.at;
    this.#reader.at = nameEnd;
    const slot = recentSlot(this.#reader.bytes, start, nameEnd);
    const recent = RECENT[slot];
    if (recent?.latin1.length === nameEnd - start && this.#latin1.startsWith(recent.latin1, start)) return recent.name;
    const name = NAMES.get(
      this.#latin1.slice(start, nameEnd),
      () => JSON.parse(this.textAt(start, nameEnd, field)) as string,
    );
    if (name.key !== undefined) RECENT[slot] = { latin1: name.key, name };
    return name;
  }

  /** An `AnyValue` that ends at `end`, as JSON text. */
  value(end: number, depth: number, field: string): string {
    const reader = this.#reader;
    if (depth > MAX_VALUE_DEPTH) {
      throw new OtlpRecordError(recordFault('too_deep', `${field} may nest at most ${MAX_VALUE_DEPTH} levels`, field));
    }
    let text = 'null';
    let kind: OtlpKind = 'none';
    while (reader.at < end) {
      const tag = reader.tag(end);
      switch (tag) {
        case TAG.string:
          text = this.string(end, field);
          kind = 'string';
          break;
        case TAG.bool:
          text = reader.varint(end) === 0 && reader.high === 0 ? 'false' : 'true';
          kind = 'bool';
          break;
        case TAG.int: {
          const low = reader.varint(end);
          text = int64Text(reader.high, low);
          kind = 'int';
          break;
        }
        case TAG.double:
          text = doubleText(reader.double(end));
          kind = 'double';
          break;
        case TAG.list:
          text = `[${this.#items(reader.span(end), depth, field)}]`;
          kind = 'list';
          break;
        case TAG.map:
          text = `{${this.#members(reader.span(end), depth, field)}}`;
          kind = 'map';
          break;
        case TAG.bytes:
          text = this.#bytes(end);
          kind = 'bytes';
          break;
        default:
          reader.skip(tag, end, ANY_VALUE);
      }
    }
    this.kind = kind;
    return text;
  }

  #bytes(end: number): string {
    this.#bytesEnd = this.#reader.span(end);
    this.#bytesStart = this.#reader.at;
    this.#reader.at = this.#bytesEnd;
    return bytesText(this.lastBytes());
  }

  #items(end: number, depth: number, field: string): string {
    const reader = this.#reader;
    let text = '';
    while (reader.at < end) {
      const tag = reader.tag(end);
      if (tag !== TAG.items) {
        reader.skip(tag, end, ITEMS);
        continue;
      }
      const item = this.value(reader.span(end), depth + 1, field);
      text += text === '' ? item : `,${item}`;
    }
    return text;
  }

  #members(end: number, depth: number, field: string): string {
    const reader = this.#reader;
    let text = '';
    while (reader.at < end) {
      const tag = reader.tag(end);
      if (tag !== TAG.items) {
        reader.skip(tag, end, ITEMS);
        continue;
      }
      const member = this.#member(reader.span(end), depth, field);
      text += text === '' ? member : `,${member}`;
    }
    return text;
  }

  #member(end: number, depth: number, field: string): string {
    const reader = this.#reader;
    let name = '"":';
    let text = 'null';
    while (reader.at < end) {
      const tag = reader.tag(end);
      if (tag === TAG.key) name = this.#name(end, field).text;
      else if (tag === TAG.value) text = this.value(reader.span(end), depth + 1, field);
      else reader.skip(tag, end, KEY_VALUE);
    }
    return name + text;
  }
}
