/**
 * A tree over JSON text that keeps where every token stands, so that a part can be rewritten while all the other bytes stay as
 * they were sent (numbers beyond a double, escapes, order). For text that `JSON.parse` has accepted: it does not check syntax.
 */
import { MAX_NUMBER_LENGTH } from './limits.ts';

/** A value and the span of its text: `text.slice(start, end)`. */
export type JsonNode = JsonObjectNode | JsonArrayNode | JsonScalarNode;

/** An object; members in order, duplicates included. */
export interface JsonObjectNode {
  readonly kind: 'object';
  readonly start: number;
  readonly end: number;
  readonly members: readonly JsonMember[];
}

/** An array. */
export interface JsonArrayNode {
  readonly kind: 'array';
  readonly start: number;
  readonly end: number;
  readonly items: readonly JsonNode[];
}

/** A string (span with its quotes), a number, or one of `true`, `false`, `null`. */
export interface JsonScalarNode {
  readonly kind: 'string' | 'number' | 'literal';
  readonly start: number;
  readonly end: number;
}

/** One member of an object; `key` is decoded. */
export interface JsonMember {
  readonly key: string;
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly value: JsonNode;
}

/** Bounds of a tree. */
export interface TreeLimits {
  /** Deepest nesting; the outermost value is level 1. */
  readonly maxDepth: number;
  /** Most members of all objects together, duplicates counted each time. */
  readonly maxKeys: number;
}

/** Thrown when the text is beyond one of the limits. */
export class JsonLimitError extends Error {
  readonly limit: keyof TreeLimits | 'maxNumberLength';

  constructor(limit: keyof TreeLimits | 'maxNumberLength') {
    super(`JSON is beyond its ${limit}`);
    this.name = 'JsonLimitError';
    this.limit = limit;
  }
}

const [QUOTE, COMMA, COLON, OPEN_BRACKET, BACKSLASH, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [
  34, 44, 58, 91, 92, 93, 123, 125,
] as const;
const isSpace = (code: number): boolean => code === 32 || code === 10 || code === 13 || code === 9;

class TreeReader {
  readonly #text: string;
  readonly #limits: TreeLimits;
  #at = 0;
  #members = 0;

  constructor(text: string, limits: TreeLimits) {
    this.#text = text;
    this.#limits = limits;
  }

  value(depth: number): JsonNode {
    this.#skipSpace();
    switch (this.#text.charCodeAt(this.#at)) {
      case OPEN_BRACE:
        return this.#object(depth);
      case OPEN_BRACKET:
        return this.#array(depth);
      case QUOTE:
        return this.#string();
      default:
        return this.#bare();
    }
  }

  #skipSpace(): void {
    while (isSpace(this.#text.charCodeAt(this.#at))) this.#at += 1;
  }

  /** Steps over this character (and space before it) when it is next. */
  #take(code: number): boolean {
    this.#skipSpace();
    if (this.#text.charCodeAt(this.#at) !== code) return false;
    this.#at += 1;
    return true;
  }

  #enter(depth: number): void {
    if (depth > this.#limits.maxDepth) throw new JsonLimitError('maxDepth');
    this.#at += 1;
  }

  #object(depth: number): JsonObjectNode {
    const start = this.#at;
    this.#enter(depth);
    const members: JsonMember[] = [];
    while (!this.#take(CLOSE_BRACE)) {
      if (members.length > 0) this.#take(COMMA);
      this.#skipSpace();
      const key = this.#string();
      this.#take(COLON);
      const value = this.value(depth + 1);
      this.#members += 1;
      if (this.#members > this.#limits.maxKeys) throw new JsonLimitError('maxKeys');
      members.push({ key: decodeString(this.#text, key), keyStart: key.start, keyEnd: key.end, value });
    }
    return { kind: 'object', start, end: this.#at, members };
  }

  #array(depth: number): JsonArrayNode {
    const start = this.#at;
    this.#enter(depth);
    const items: JsonNode[] = [];
    while (!this.#take(CLOSE_BRACKET)) {
      if (items.length > 0) this.#take(COMMA);
      items.push(this.value(depth + 1));
    }
    return { kind: 'array', start, end: this.#at, items };
  }

  #string(): JsonScalarNode {
    const start = this.#at;
    let end = this.#text.indexOf('"', start + 1);
    while (end !== -1 && this.#isEscaped(end)) end = this.#text.indexOf('"', end + 1);
    if (end === -1) throw new SyntaxError('JSON string without end');
    this.#at = end + 1;
    return { kind: 'string', start, end: this.#at };
  }

  #isEscaped(quote: number): boolean {
    let backslashes = 0;
    while (this.#text.charCodeAt(quote - 1 - backslashes) === BACKSLASH) backslashes += 1;
    return backslashes % 2 === 1;
  }

  #bare(): JsonScalarNode {
    const start = this.#at;
    let code = this.#text.charCodeAt(this.#at);
    const kind = code === 45 || (code >= 48 && code <= 57) ? 'number' : 'literal';
    // Digits, letters, signs and the point are above white space; NaN, at the end of the text, is not above anything.
    while (code > 32 && code !== COMMA && code !== CLOSE_BRACKET && code !== CLOSE_BRACE && code !== QUOTE) {
      this.#at += 1;
      code = this.#text.charCodeAt(this.#at);
    }
    if (this.#at === start) throw new SyntaxError('JSON value expected');
    if (kind === 'number' && this.#at - start > MAX_NUMBER_LENGTH) throw new JsonLimitError('maxNumberLength');
    return { kind, start, end: this.#at };
  }
}

/** The tree of `text`. Throws {@link JsonLimitError}; on text that `JSON.parse` refuses the result is undefined behaviour. */
export function parseJsonTree(text: string, limits: TreeLimits): JsonNode {
  return new TreeReader(text, limits).value(1);
}

/** The string that a string node stands for. */
export function decodeString(text: string, node: { readonly start: number; readonly end: number }): string {
  const inner = text.slice(node.start + 1, node.end - 1);
  return inner.includes('\\') ? (JSON.parse(text.slice(node.start, node.end)) as string) : inner;
}

/** The last member with this name, as `JSON.parse` would take it. */
export function lastMember(node: JsonObjectNode, key: string): JsonMember | undefined {
  return node.members.findLast((member) => member.key === key);
}
