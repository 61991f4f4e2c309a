/** Strings, `AnyValue`s and attributes of OTLP in protobuf (opentelemetry/proto/common/v1/common.proto), as JSON text. */
import { isUtf8 } from 'node:buffer';
import { recordFault } from './fault.ts';
import { type OtlpKind, type OtlpName, OtlpNames } from './otlp-fields.ts';
import { MAX_VALUE_DEPTH, OtlpRecordError } from './otlp-logs.ts';
import { JsonBytes } from './json-bytes.ts';
import { bytesText, doubleText, type OtlpRecordWriter } from './otlp-record-writer.ts';
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

/** Names by their bytes, each as one character. */
const NAMES = new OtlpNames();
/** The name of a `KeyValue` without a key. */
const NO_NAME = NAMES.get('', String);
const [COMMA, OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [0x2c, 0x5b, 0x5d, 0x7b, 0x7d];

/**
 * The names seen last, by a cheap mark of their bytes: finding one here costs a comparison, in the map above a hash over all its
 * characters as well.
 */
const RECENT_SIZE = 1024;
const RECENT = new Array<RecentName | undefined>(RECENT_SIZE).fill(undefined);

interface RecentName {
  readonly bytes: Buffer;
  readonly name: OtlpName;
}

function isAt(bytes: Buffer, at: number, wanted: Buffer): boolean {
  for (let index = 0; index < wanted.length; index += 1) if (bytes[at + index] !== wanted[index]) return false;
  return true;
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

function notUtf8(field: string): never {
  throw new OtlpRecordError(recordFault('invalid_utf8', `${field} is not valid UTF-8`, field));
}

/** Reads values at the cursor of a reader. Throws `ProtobufError` for broken bytes and {@link OtlpRecordError} for the rest. */
export class OtlpProtobufValues {
  readonly #reader: ProtobufReader;
  /** Kind of the value that was read last. */
  kind: OtlpKind = 'none';
  /** Where its bytes stand, when it is of kind `bytes`. */
  #bytesStart = 0;
  #bytesEnd = 0;
  /** Where the value of the last `KeyValue` stands. */
  #valueStart = 0;
  #valueEnd = 0;

  constructor(reader: ProtobufReader) {
    this.#reader = reader;
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
    for (let at = start; at < end; at += 1) seen |= bytes[at] ?? 0;
    if (seen < 0x80) return JSON.stringify(bytes.toString('latin1', start, end));
    if (!isUtf8(bytes.subarray(start, end))) notUtf8(field);
    return JSON.stringify(bytes.toString('utf8', start, end));
  }

  /** Reads a `KeyValue` that ends at `end` up to its value, whose span it leaves behind. */
  #keyValue(end: number, field: string): OtlpName {
    const reader = this.#reader;
    let name: OtlpName | undefined;
    this.#valueStart = this.#valueEnd = end;
    while (reader.at < end) {
      const tag = reader.tag(end);
      if (tag === TAG.key) {
        name = this.#name(end, field);
      } else if (tag === TAG.value) {
        this.#valueEnd = reader.span(end);
        this.#valueStart = reader.at;
        reader.at = this.#valueEnd;
      } else reader.skip(tag, end, KEY_VALUE);
    }
    return name ?? NO_NAME;
  }

  /** A `KeyValue` of a log record. */
  attribute(writer: OtlpRecordWriter, end: number): void {
    const name = this.#keyValue(end, 'attributes');
    const out = writer.attributeStart(name);
    const start = out.at;
    this.#reader.at = this.#valueStart;
    this.write(out, this.#valueEnd, 1, 'attributes');
    this.#reader.at = end;
    writer.attributeEnd(name, out, start, this.kind);
  }

  /** A `KeyValue` of a resource or scope. */
  sharedAttribute(sink: OtlpAttributeSink, end: number, field: string): void {
    const name = this.#keyValue(end, field);
    const out = new JsonBytes();
    this.#reader.at = this.#valueStart;
    this.write(out, this.#valueEnd, 1, field);
    this.#reader.at = end;
    sink.attribute(name, out.toString(), this.kind);
  }

  #name(end: number, field: string): OtlpName {
    const nameEnd = this.#reader.span(end);
    const start = this.#reader.at;
    this.#reader.at = nameEnd;
    const slot = recentSlot(this.#reader.bytes, start, nameEnd);
    const recent = RECENT[slot];
    if (recent?.bytes.length === nameEnd - start && isAt(this.#reader.bytes, start, recent.bytes)) return recent.name;
    const name = NAMES.get(
      this.#reader.bytes.toString('latin1', start, nameEnd),
      () => JSON.parse(this.textAt(start, nameEnd, field)) as string,
    );
    if (name.key !== undefined) RECENT[slot] = { bytes: Buffer.from(name.key, 'latin1'), name };
    return name;
  }

  /** Writes an `AnyValue` that ends at `end` as JSON. */
  write(out: JsonBytes, end: number, depth: number, field: string): void {
    const reader = this.#reader;
    if (depth > MAX_VALUE_DEPTH) {
      throw new OtlpRecordError(recordFault('too_deep', `${field} may nest at most ${MAX_VALUE_DEPTH} levels`, field));
    }
    const start = out.at;
    let kind: OtlpKind = 'none';
    while (reader.at < end) {
      const tag = reader.tag(end);
      // Of several values the last counts; an unknown field is none.
      const written = out.at;
      out.at = start;
      switch (tag) {
        case TAG.string:
          this.#string(out, end, field);
          kind = 'string';
          break;
        case TAG.bool:
          out.ascii(reader.varint(end) === 0 && reader.high === 0 ? 'false' : 'true');
          kind = 'bool';
          break;
        case TAG.int:
          this.#int(out, end);
          kind = 'int';
          break;
        case TAG.double:
          out.ascii(doubleText(reader.double(end)));
          kind = 'double';
          break;
        case TAG.list:
          this.#list(out, reader.span(end), depth, field);
          kind = 'list';
          break;
        case TAG.map:
          this.#map(out, reader.span(end), depth, field);
          kind = 'map';
          break;
        case TAG.bytes:
          this.#bytes(out, end);
          kind = 'bytes';
          break;
        default:
          reader.skip(tag, end, ANY_VALUE);
          out.at = written;
      }
    }
    if (kind === 'none') {
      out.at = start;
      out.ascii('null');
    }
    this.kind = kind;
  }

  #string(out: JsonBytes, end: number, field: string): void {
    const reader = this.#reader;
    const stringEnd = reader.span(end);
    const start = reader.at;
    reader.at = stringEnd;
    if (out.string(reader.bytes, start, stringEnd) && !isUtf8(reader.bytes.subarray(start, stringEnd))) notUtf8(field);
  }

  #int(out: JsonBytes, end: number): void {
    const low = this.#reader.varint(end);
    const { high } = this.#reader;
    if (high === 0) out.unsigned(low);
    else out.ascii(int64Text(high, low));
  }

  #bytes(out: JsonBytes, end: number): void {
    this.#bytesEnd = this.#reader.span(end);
    this.#bytesStart = this.#reader.at;
    this.#reader.at = this.#bytesEnd;
    out.text(bytesText(this.lastBytes()));
  }

  #list(out: JsonBytes, end: number, depth: number, field: string): void {
    const reader = this.#reader;
    out.byte(OPEN_BRACKET);
    const first = out.at;
    while (reader.at < end) {
      const tag = reader.tag(end);
      if (tag !== TAG.items) {
        reader.skip(tag, end, ITEMS);
        continue;
      }
      if (out.at > first) out.byte(COMMA);
      this.write(out, reader.span(end), depth + 1, field);
    }
    out.byte(CLOSE_BRACKET);
  }

  #map(out: JsonBytes, end: number, depth: number, field: string): void {
    const reader = this.#reader;
    const start = out.at;
    while (reader.at < end) {
      const tag = reader.tag(end);
      if (tag !== TAG.items) {
        reader.skip(tag, end, ITEMS);
        continue;
      }
      const memberEnd = reader.span(end);
      const { bytes, isWide } = this.#keyValue(memberEnd, field);
      // With its comma, the first of which becomes the brace.
      out.copy(bytes, 0, bytes.length);
      if (isWide) out.isWide = true;
      reader.at = this.#valueStart;
      this.write(out, this.#valueEnd, depth + 1, field);
      reader.at = memberEnd;
    }
    if (out.at === start) out.byte(OPEN_BRACE);
    else out.buffer[start] = OPEN_BRACE;
    out.byte(CLOSE_BRACE);
  }
}
