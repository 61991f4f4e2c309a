/** Escapes of Go's quoted strings (https://go.dev/ref/spec#Rune_literals) that stand for one character. */
const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
  "'": "'",
};

/** Digits behind `\x`, `\u` and `\U`. */
const HEX_DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

// Sticky, so that each step looks at one place only: linear in the length of the text.
const SPACE = /[ \t\r\n]*/y;
const NAME = /[a-zA-Z_:][a-zA-Z0-9_:.-]*/y;
const QUOTED = /"(?:[^"\\\n]|\\[^\n])*"/y;
const RAW = /`[^`]*`/y;

class LabelReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): Map<string, string> | undefined {
    const labels = new Map<string, string>();
    if (!this.#take('{')) return undefined;
    while (!this.#take('}')) {
      const name = this.#match(NAME) ?? this.#string();
      if (name === undefined || !this.#take('=')) return undefined;
      const value = this.#string();
      if (value === undefined) return undefined;
      labels.set(name, value);
      if (this.#take(',')) continue;
      if (!this.#take('}')) return undefined;
      break;
    }
    this.#match(SPACE);
    return this.#at === this.#text.length ? labels : undefined;
  }

  #match(pattern: RegExp): string | undefined {
    if (pattern !== SPACE) this.#match(SPACE);
    pattern.lastIndex = this.#at;
    const [found] = pattern.exec(this.#text) ?? [];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #take(character: string): boolean {
    this.#match(SPACE);
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #string(): string | undefined {
    const quoted = this.#match(QUOTED);
    if (quoted !== undefined) return unquote(quoted.slice(1, -1));
    return this.#match(RAW)?.slice(1, -1);
  }
}

const ESCAPE = /\\(?:([0-7]{3})|([xuU])([0-9a-fA-F]*)|(.))/gs;

/** Undefined when there is an escape that Go does not know. */
function unquote(inner: string): string | undefined {
  if (!inner.includes('\\')) return inner;
  let text = '';
  let from = 0;
  for (const escape of inner.matchAll(ESCAPE)) {
    const [whole, octal, kind, hex = '', simple = ''] = escape;
    const decoded = decodeEscape(octal, kind, hex, simple);
    if (decoded === undefined) return undefined;
    text += inner.slice(from, escape.index) + decoded;
    from = escape.index + whole.length;
  }
  return text + inner.slice(from);
}

function decodeEscape(
  octal: string | undefined,
  kind: string | undefined,
  hex: string,
  simple: string,
): string | undefined {
  if (octal !== undefined) return byteText(Number.parseInt(octal, 8));
  if (kind === undefined) return SIMPLE_ESCAPES[simple];
  const digits = HEX_DIGITS[kind] ?? 0;
  if (hex.length < digits) return undefined;
  const code = Number.parseInt(hex.slice(0, digits), 16);
  const character = kind === 'x' ? byteText(code) : codePointText(code);
  return character === undefined ? undefined : character + hex.slice(digits);
}

/** `\xff` and `\377` are bytes in Go; above 127 they are no text, and are not guessed at. */
const byteText = (code: number): string | undefined => (code < 128 ? String.fromCharCode(code) : undefined);
const codePointText = (code: number): string | undefined =>
  code <= 0x10_ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : undefined;

/**
 * Reads the labels of a stream as Prometheus writes them, `{job="api", path="C:\\logs"}`: names as they are or quoted, values in
 * Go's quotes or backquotes. Of equal names the last wins. Undefined when the text is anything else.
 */
export function parseLabels(text: string): Map<string, string> | undefined {
  return new LabelReader(text).read();
}
