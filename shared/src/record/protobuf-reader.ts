/**
 * Reads the protobuf wire format (https://protobuf.dev/programming-guides/encoding/) of untrusted bytes: every read is checked
 * against the end of its message, lengths against what is left, and nothing loops without moving on.
 */

/** The bytes are no message of the expected type. Says where, quotes nothing. */
export class ProtobufError extends Error {
  constructor(what: string, at: number) {
    super(`${what} at byte ${at}`);
    this.name = 'ProtobufError';
  }
}

const [VARINT, FIXED64, LENGTH, FIXED32] = [0, 1, 2, 5];

/** Numbers of fields (below 32) as bits; what {@link ProtobufReader.skip} takes as known. */
export function fieldBits(...fields: readonly number[]): number {
  return fields.reduce((bits, field) => bits | (1 << field), 0);
}

/** A cursor over a buffer. `end` is always the end of the innermost message, exclusive. */
export class ProtobufReader {
  readonly bytes: Buffer;
  at = 0;
  /** The upper half of the number that was read last by {@link varint} or {@link fixed64}, unsigned. */
  high = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  fail(what: string): never {
    throw new ProtobufError(what, this.at);
  }

  /** Field number and wire type: `number << 3 | type`. */
  tag(end: number): number {
    const tag = this.varint(end);
    if (this.high !== 0 || tag < 8) this.fail('invalid tag');
    return tag;
  }

  /** The lower half of a 64-bit number, unsigned; the upper one is in {@link high}. */
  varint(end: number): number {
    const first = this.bytes[this.at] ?? 0;
    if (first < 0x80 && this.at < end) {
      this.at += 1;
      this.high = 0;
      return first;
    }
    return this.#longVarint(end);
  }

  #longVarint(end: number): number {
    let low = 0;
    let high = 0;
    for (let count = 0; count < 10; count += 1) {
      if (this.at >= end) this.fail('truncated number');
      const byte = this.bytes[this.at] ?? 0;
      this.at += 1;
      const bits = byte & 0x7f;
      // Seven bits each: the fifth byte lies across the halves.
      if (count < 4) low |= bits << (count * 7);
      else if (count === 4) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (count * 7 - 32);
      if (byte < 0x80) {
        this.high = high >>> 0;
        return low >>> 0;
      }
    }
    return this.fail('number of more than ten bytes');
  }

  fixed32(end: number): number {
    if (end - this.at < 4) this.fail('truncated number');
    const value = this.bytes.readUInt32LE(this.at);
    this.at += 4;
    return value;
  }

  /** The lower half, unsigned; the upper one is in {@link high}. */
  fixed64(end: number): number {
    if (end - this.at < 8) this.fail('truncated number');
    const low = this.bytes.readUInt32LE(this.at);
    this.high = this.bytes.readUInt32LE(this.at + 4);
    this.at += 8;
    return low;
  }

  double(end: number): number {
    if (end - this.at < 8) this.fail('truncated number');
    const value = this.bytes.readDoubleLE(this.at);
    this.at += 8;
    return value;
  }

  /** Reads a length; answers the end of what it speaks of, which lies within the message. */
  span(end: number): number {
    const length = this.varint(end);
    if (this.high !== 0 || length > end - this.at) this.fail('length beyond its message');
    return this.at + length;
  }

  /**
   * Steps over a field. One of the `known` (see {@link fieldBits}) came with a wrong wire type, since the caller would have read it
   * otherwise. Groups are refused: no message of OTLP ever had one.
   */
  skip(tag: number, end: number, known: number): void {
    const field = tag >>> 3;
    if (field < 32 && ((known >>> field) & 1) === 1) this.fail(`wrong wire type of field ${field}`);
    switch (tag & 7) {
      case VARINT:
        this.varint(end);
        break;
      case FIXED64:
        this.fixed64(end);
        break;
      case LENGTH:
        this.at = this.span(end);
        break;
      case FIXED32:
        this.fixed32(end);
        break;
      default:
        this.fail('group or unknown wire type');
    }
  }
}
