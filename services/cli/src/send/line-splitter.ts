/** One line of the input that is not blank. */
export interface Line {
  /** From 1, blank lines counted. */
  readonly number: number;
  /** Position of its first byte in the input. */
  readonly offset: number;
  /** Without line feed and white space around it; empty when `tooLong`. */
  readonly bytes: Buffer;
  readonly tooLong: boolean;
}

const LINE_FEED = 10;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

const isSpace = (byte: number | undefined): boolean => byte === 32 || byte === 9 || byte === 13;

/** Divides an input that comes in pieces into lines. Holds at most one line, and of a line that is too long nothing. */
export class LineSplitter {
  readonly #maxLineBytes: number;
  #offset: number;
  #number: number;
  /** The pieces of the line that has begun. */
  #pieces: Buffer[] = [];
  #held = 0;
  #tooLong = false;

  /** Begins at this position, with a line of this number. */
  constructor(offset: number, number: number, maxLineBytes: number) {
    this.#offset = offset;
    this.#number = number;
    this.#maxLineBytes = maxLineBytes;
  }

  /** Where the line begins that has not ended yet, and its number. */
  get position(): { readonly offset: number; readonly number: number } {
    return { offset: this.#offset, number: this.#number };
  }

  /** Lines that end in this piece, with the position behind each; blank ones are left out. */
  *push(chunk: Buffer): Generator<Line> {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      this.#hold(chunk.subarray(start, end));
      start = end + 1;
      yield* this.#finish(1);
    }
    this.#hold(chunk.subarray(start));
  }

  /** The last line, when no line feed ends it. */
  *end(): Generator<Line> {
    if (this.#held > 0) yield* this.#finish(0);
  }

  #hold(piece: Buffer): void {
    if (piece.length === 0) return;
    this.#held += piece.length;
    this.#tooLong ||= this.#held > this.#maxLineBytes;
    if (this.#tooLong) this.#pieces = [];
    else this.#pieces.push(piece);
  }

  *#finish(lineFeedBytes: number): Generator<Line> {
    const { offset, number } = this.position;
    const bytes = trim(
      this.#pieces.length === 1 ? (this.#pieces[0] ?? Buffer.alloc(0)) : Buffer.concat(this.#pieces),
      offset,
    );
    const tooLong = this.#tooLong;
    this.#offset += this.#held + lineFeedBytes;
    this.#number += 1;
    this.#pieces = [];
    this.#held = 0;
    this.#tooLong = false;
    if (tooLong || bytes.length > 0) yield { number, offset, bytes, tooLong };
  }
}

/** Without white space around it, and without the byte order mark that editors put in front of a file. */
function trim(bytes: Buffer, offset: number): Buffer {
  let start = offset === 0 && bytes.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0;
  let end = bytes.length;
  while (start < end && isSpace(bytes[start])) start += 1;
  while (end > start && isSpace(bytes[end - 1])) end -= 1;
  return bytes.subarray(start, end);
}
