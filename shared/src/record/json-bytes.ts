/** JSON as bytes of UTF-8, put together without a string for each piece. */

/** What a byte of UTF-8 text means inside a JSON string: 1 has to be escaped, 2 is not ASCII. */
const BYTE_CLASS = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x80 ? 2 : byte < 0x20 || byte === 0x22 || byte === 0x5c ? 1 : 0,
);

/** The escapes, as `JSON.stringify` writes them. */
const ESCAPES: ReadonlyMap<number, Buffer> = new Map(
  Array.from(BYTE_CLASS.entries())
    .filter(([, kind]) => kind === 1)
    .map(([byte]) => [byte, Buffer.from(JSON.stringify(String.fromCharCode(byte)).slice(1, -1))]),
);

const [QUOTE, ZERO] = [0x22, 0x30];
const HEX_DIGITS = Buffer.from('0123456789abcdef');

/** Below this many bytes a loop is faster than a call out of JavaScript. */
const SHORT = 48;
const FIRST_BYTES = 16 * 1024;
/** A buffer that grew beyond this for one record is not kept for the next. */
const MAX_KEPT_BYTES = 1 << 20;

/** A growing piece of JSON. */
export class JsonBytes {
  buffer: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  /** Length of what was written; may be set back. */
  at = 0;
  /** Whether something beyond ASCII was written. Setting `at` back does not take it back. */
  isWide = false;

  reset(): void {
    this.at = 0;
    this.isWide = false;
    if (this.buffer.length > MAX_KEPT_BYTES) this.buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  }

  #reserve(bytes: number): void {
    const needed = this.at + bytes;
    if (needed <= this.buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.buffer.length * 2));
    this.buffer.copy(grown, 0, 0, this.at);
    this.buffer = grown;
  }

  byte(code: number): void {
    this.#reserve(1);
    this.buffer[this.at] = code;
    this.at += 1;
  }

  /** Bytes `start` to `end` of JSON in UTF-8. */
  copy(source: Buffer, start: number, end: number): void {
    this.#reserve(end - start);
    if (end - start < SHORT) {
      const { buffer } = this;
      let { at } = this;
      for (let from = start; from < end; from += 1, at += 1) buffer[at] = source[from] ?? 0;
    } else {
      source.copy(this.buffer, this.at, start, end);
    }
    this.at += end - start;
  }

  /** JSON that is ASCII and short. */
  ascii(text: string): void {
    this.#reserve(text.length);
    const { buffer, at } = this;
    for (let index = 0; index < text.length; index += 1) buffer[at + index] = text.charCodeAt(index);
    this.at += text.length;
  }

  /** Any JSON. */
  text(text: string): void {
    const { length } = text;
    this.#reserve(length * 3);
    const { buffer, at } = this;
    let index = 0;
    if (length < SHORT) {
      for (; index < length; index += 1) {
        const code = text.charCodeAt(index);
        if (code >= 0x80) break;
        buffer[at + index] = code;
      }
    }
    const written = index === length ? length : buffer.write(text, at, 'utf8');
    if (written !== length) this.isWide = true;
    this.at += written;
  }

  /** Bytes of UTF-8 text as a JSON string. Answers whether they hold something beyond ASCII; whether they are UTF-8 is not checked. */
  string(source: Buffer, start: number, end: number): boolean {
    this.#reserve((end - start) * 6 + 2);
    const { buffer } = this;
    let { at } = this;
    let seen = 0;
    buffer[at] = QUOTE;
    at += 1;
    for (let from = start; from < end; from += 1) {
      const byte = source[from] ?? 0;
      const kind = BYTE_CLASS[byte] ?? 0;
      seen |= kind;
      if (kind !== 1) {
        buffer[at] = byte;
        at += 1;
      } else {
        for (const escaped of ESCAPES.get(byte) ?? []) {
          buffer[at] = escaped;
          at += 1;
        }
      }
    }
    buffer[at] = QUOTE;
    this.at = at + 1;
    const isWide = (seen & 2) !== 0;
    if (isWide) this.isWide = true;
    return isWide;
  }

  /** Bytes as lower-case hexadecimal digits. */
  hex(source: Buffer, start: number, end: number): void {
    this.#reserve((end - start) * 2);
    const { buffer } = this;
    let { at } = this;
    for (let from = start; from < end; from += 1, at += 2) {
      const byte = source[from] ?? 0;
      buffer[at] = HEX_DIGITS[byte >> 4] ?? 0;
      buffer[at + 1] = HEX_DIGITS[byte & 15] ?? 0;
    }
    this.at = at;
  }

  /** An integer from 0 to 2^32 - 1. */
  unsigned(value: number): void {
    this.#reserve(10);
    let digits = 1;
    for (let limit = 10; digits < 10 && value >= limit; limit *= 10) digits += 1;
    let rest = value;
    for (let index = this.at + digits - 1; index >= this.at; index -= 1) {
      const next = Math.floor(rest / 10);
      this.buffer[index] = ZERO + rest - next * 10;
      rest = next;
    }
    this.at += digits;
  }

  toString(): string {
    return this.buffer.toString(this.isWide ? 'utf8' : 'latin1', 0, this.at);
  }
}
