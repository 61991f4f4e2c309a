/** Divides a body of Splunk's event endpoint: JSON objects one behind the other, with or without white space between, or in an array. */
import { ProblemError } from '@paylog/shared/errors/problem-error';

const [QUOTE, BACKSLASH, COMMA, LINE_FEED, CARRIAGE_RETURN] = [34, 92, 44, 10, 13];
const [OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [123, 125, 91, 93];

const isSpace = (byte: number | undefined): boolean =>
  byte === 32 || byte === LINE_FEED || byte === CARRIAGE_RETURN || byte === 9;

class Splitter {
  readonly #body: Buffer;
  readonly #maxRecords: number;
  readonly #spans: number[] = [];
  /** An array's brackets and commas are passed over. */
  #isArray = false;

  constructor(body: Buffer, maxRecords: number) {
    this.#body = body;
    this.#maxRecords = maxRecords;
  }

  run(): number[] {
    const body = this.#body;
    let at = body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? 3 : 0;
    while (isSpace(body[at])) at += 1;
    this.#isArray = body[at] === OPEN_BRACKET;
    while (at < body.length) {
      if (this.#isBetween(body[at])) at += 1;
      else {
        const end = body[at] === OPEN_BRACE ? this.#objectEnd(at) : this.#junkEnd(at);
        // Without its closing brace nobody knows where an object ends: from here on each line stands for itself.
        if (end === undefined) {
          this.#lines(at);
          break;
        }
        this.#push(at, end);
        at = end;
      }
    }
    return this.#spans;
  }

  #isBetween(byte: number | undefined): boolean {
    return isSpace(byte) || (this.#isArray && (byte === OPEN_BRACKET || byte === COMMA || byte === CLOSE_BRACKET));
  }

  #push(start: number, end: number): void {
    this.#spans.push(start, end);
    if (this.#spans.length > this.#maxRecords * 2) {
      throw new ProblemError('too_many_records', `at most ${this.#maxRecords} events in one request`);
    }
  }

  /** Behind the closing brace of the object at `start`; at the line feed that no string may hold; undefined when it is not closed. */
  #objectEnd(start: number): number | undefined {
    const body = this.#body;
    let depth = 0;
    let at = start;
    while (at < body.length) {
      const byte = body[at];
      if (byte === QUOTE) {
        at = this.#stringEnd(at + 1);
        if (body[at] === LINE_FEED) return at;
      } else if (byte === OPEN_BRACE) depth += 1;
      else if (byte === CLOSE_BRACE) {
        depth -= 1;
        if (depth === 0) return at + 1;
      }
      at += 1;
    }
    return undefined;
  }

  /** At the closing quote, at a line feed, or at the end of the body. */
  #stringEnd(start: number): number {
    const body = this.#body;
    let at = start;
    while (at < body.length && body[at] !== QUOTE && body[at] !== LINE_FEED) {
      at += body[at] === BACKSLASH && body[at + 1] !== LINE_FEED ? 2 : 1;
    }
    return at;
  }

  /** What is no object ends where one begins, or with its line. */
  #junkEnd(start: number): number {
    let at = start + 1;
    while (at < this.#body.length && this.#body[at] !== OPEN_BRACE && this.#body[at] !== LINE_FEED) at += 1;
    return at;
  }

  #lines(start: number): void {
    for (const [from, to] of lineSpans(this.#body, start)) this.#push(from, to);
  }
}

/** Start and end (exclusive, without the line break) of each line from `start` on that is not blank. */
export function* lineSpans(body: Buffer, start: number): Generator<readonly [from: number, to: number]> {
  let from = start;
  while (from < body.length) {
    const lineFeed = body.indexOf(LINE_FEED, from);
    const next = lineFeed === -1 ? body.length : lineFeed;
    const to = body[next - 1] === CARRIAGE_RETURN && next > from ? next - 1 : next;
    let first = from;
    while (first < to && isSpace(body[first])) first += 1;
    if (first < to) yield [from, to];
    from = next + 1;
  }
}

/**
 * Start and end (exclusive) of each event, flat. What is no event is a span of its own, for the check to refuse: its neighbors are not
 * harmed. Throws `too_many_records`.
 */
export function splitEvents(body: Buffer, maxRecords: number): number[] {
  return new Splitter(body, maxRecords).run();
}
