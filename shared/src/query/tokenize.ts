import { faultAt, type QueryFault } from './query-fault.ts';

/** What a token is. `word` and `quoted` are values or bare text; `plus` is a sign without effect (Lucene's "must"). */
export type TokenKind =
  | 'open'
  | 'close'
  | 'and'
  | 'or'
  | 'not'
  | 'plus'
  | 'field'
  | 'colon'
  | 'comparison'
  | 'range-open'
  | 'range-to'
  | 'range-close'
  | 'word'
  | 'quoted'
  | 'end';

/** A piece of a query text. */
export interface Token {
  readonly kind: TokenKind;
  readonly position: number;
  readonly length: number;
  /** As it is written. */
  readonly raw: string;
  /** Of fields, words and quoted texts: without quotes, escapes and the final `*`; else as written. */
  readonly value: string;
  /** Ends with a `*` that is not escaped. */
  readonly prefix: boolean;
  /** Position of the first `*` or `?` that cannot stand where it stands. */
  readonly wildcardAt?: number;
  /** It cannot be read; the parser reports the first of these that it comes to. */
  readonly fault?: QueryFault;
}

const SPACE = /\s/u;
const PREFIX_SIGNS: ReadonlyMap<string, TokenKind> = new Map([
  ['-', 'not'],
  ['!', 'not'],
  ['+', 'plus'],
]);
const OPERATORS: ReadonlyMap<string, TokenKind> = new Map([
  ['AND', 'and'],
  ['OR', 'or'],
  ['NOT', 'not'],
]);
const LETTER_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);
const UNICODE_ESCAPE = /^[0-9a-fA-F]{4}$/;

/** Where a run of characters ends: `clause` may turn out to be a field name, `value` takes colons, `bound` ends at a bracket. */
type RunEnd = 'clause' | 'value' | 'bound';

/** What has been read of a run. */
interface Run {
  readonly start: number;
  value: string;
  readonly wildcards: number[];
  quotes: number;
  /** Where the characters begin that stand beside a quoted text. */
  looseAt: number | undefined;
  fault: QueryFault | undefined;
}

class Tokenizer {
  readonly #text: string;
  readonly #tokens: Token[] = [];
  /** For each open parenthesis, whether it stands behind a field: no names of fields in there. */
  readonly #groups: boolean[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  run(): Token[] {
    for (;;) {
      this.#skipSpace();
      if (this.#at >= this.#text.length) break;
      this.#clause();
    }
    this.#push('end', 0);
    return this.#tokens;
  }

  get #inGroup(): boolean {
    return this.#groups.at(-1) ?? false;
  }

  #skipSpace(): void {
    while (this.#at < this.#text.length && SPACE.test(this.#text.charAt(this.#at))) this.#at += 1;
  }

  /** A token of the signs that follow. */
  #push(kind: TokenKind, length: number): void {
    const raw = this.#text.slice(this.#at, this.#at + length);
    this.#tokens.push({ kind, position: this.#at, length, raw, value: raw, prefix: false });
    this.#at += length;
  }

  #clause(): void {
    const sign = this.#text.charAt(this.#at);
    const prefixSign = PREFIX_SIGNS.get(sign);
    if (sign === '(') this.#open(this.#inGroup);
    else if (sign === ')') {
      this.#push('close', 1);
      this.#groups.pop();
    } else if (this.#text.startsWith('&&', this.#at)) this.#push('and', 2);
    else if (this.#text.startsWith('||', this.#at)) this.#push('or', 2);
    else if (prefixSign !== undefined && this.#isPrefixSign(sign)) this.#push(prefixSign, 1);
    else if (this.#inGroup) this.#value(true);
    else this.#characters('clause');
  }

  /** `-x`, but neither `- x` nor `--x`. */
  #isPrefixSign(sign: string): boolean {
    const next = this.#text.charAt(this.#at + 1);
    return next !== '' && next !== sign && next !== ')' && !SPACE.test(next);
  }

  #open(isGroup: boolean): void {
    this.#push('open', 1);
    this.#groups.push(isGroup);
  }

  /** Behind the colon of a field, or a member of its parentheses. */
  #value(isMember: boolean): void {
    const sign = this.#text.charAt(this.#at);
    if (sign === '(' && !isMember) this.#open(true);
    else if (sign === '[' || sign === '{') this.#range();
    else if (sign === '>' || sign === '<') {
      this.#push('comparison', this.#text.charAt(this.#at + 1) === '=' ? 2 : 1);
      this.#skipSpace();
      if (this.#at < this.#text.length) this.#characters('value', false);
    } else this.#characters('value', isMember);
  }

  /** As much as there is of `[a TO b]`; what is missing is the parser's to say. */
  #range(): void {
    this.#push('range-open', 1);
    this.#skipSpace();
    this.#characters('bound', false);
    this.#skipSpace();
    if (/^TO(?=[\s\]}"]|$)/i.test(this.#text.slice(this.#at, this.#at + 3))) {
      this.#push('range-to', 2);
      this.#skipSpace();
      this.#characters('bound', false);
      this.#skipSpace();
    }
    if (this.#text[this.#at] === ']' || this.#text[this.#at] === '}') this.#push('range-close', 1);
  }

  /** Characters up to a space or a parenthesis: a word, a quoted text, an operator, or a field with what is behind its colon. */
  #characters(end: RunEnd, mayBeOperator = true): void {
    const run: Run = { start: this.#at, value: '', wildcards: [], quotes: 0, looseAt: undefined, fault: undefined };
    while (this.#at < this.#text.length) {
      const sign = this.#text.charAt(this.#at);
      if (sign === '(' || sign === ')' || SPACE.test(sign)) break;
      if (end === 'bound' && (sign === ']' || sign === '}')) break;
      if (end === 'clause' && sign === ':') {
        this.#field(run);
        return;
      }
      if (sign === '"') this.#quoted(run);
      else this.#character(run, sign);
    }
    if (this.#at > run.start) this.#pushRun(run, mayBeOperator);
  }

  #character(run: Run, sign: string): void {
    if (sign === '*' || sign === '?') run.wildcards.push(this.#at);
    // A `*` may stand behind the quotes.
    if (run.quotes > 0 && sign !== '*') run.looseAt ??= this.#at;
    if (sign === '\\') run.value += this.#escape(run);
    else {
      run.value += sign;
      this.#at += 1;
    }
  }

  #quoted(run: Run): void {
    const start = this.#at;
    if (start > run.start) run.looseAt ??= start;
    run.quotes += 1;
    this.#at += 1;
    while (this.#at < this.#text.length) {
      const sign = this.#text.charAt(this.#at);
      if (sign === '"') {
        this.#at += 1;
        return;
      }
      if (sign === '\\') run.value += this.#escape(run);
      else {
        run.value += sign;
        this.#at += 1;
      }
    }
    run.fault ??= faultAt(
      { position: start, length: 1 },
      'this quote is not closed',
      'put " at the end of the text, and \\" for a quote inside of it',
    );
  }

  #escape(run: Run): string {
    const start = this.#at;
    const sign = this.#text.charAt(start + 1);
    const code = this.#text.slice(start + 2, start + 6);
    const isCode = sign === 'u' && UNICODE_ESCAPE.test(code);
    this.#at += sign === '' ? 1 : isCode ? 6 : 2;
    if (isCode) return String.fromCharCode(Number.parseInt(code, 16));
    const letter = LETTER_ESCAPES.get(sign);
    if (letter !== undefined) return letter;
    if (sign === '' || /[\p{L}\p{N}]/u.test(sign)) {
      run.fault ??= faultAt(
        { position: start, length: this.#at - start },
        sign === '' ? 'a backslash escapes the sign behind it, and there is none' : `\`\\${sign}\` is no escape`,
        'write \\\\ for a backslash',
      );
    }
    return sign;
  }

  #field(run: Run): void {
    const wildcardAt = run.wildcards[0];
    const token = { kind: 'field', ...this.#spanOf(run), value: run.value, prefix: false } as const;
    const fault =
      run.fault ??
      (run.value === ''
        ? faultAt(
            { position: this.#at, length: 1 },
            'a colon needs the name of a field in front',
            'write \\: for a colon as such, or put the text in quotes',
          )
        : undefined);
    this.#tokens.push({ ...token, ...(wildcardAt !== undefined && { wildcardAt }), ...(fault && { fault }) });
    this.#push('colon', 1);
    const next = this.#text.charAt(this.#at);
    if (next !== '' && next !== ')' && !SPACE.test(next)) this.#value(false);
  }

  #spanOf(run: Run): Pick<Token, 'position' | 'length' | 'raw'> {
    const raw = this.#text.slice(run.start, this.#at);
    return { position: run.start, length: raw.length, raw };
  }

  #pushRun(run: Run, mayBeOperator: boolean): void {
    const span = this.#spanOf(run);
    const operator = mayBeOperator ? OPERATORS.get(span.raw) : undefined;
    if (operator !== undefined) {
      this.#tokens.push({ kind: operator, ...span, value: span.raw, prefix: false });
      return;
    }
    const prefix = run.wildcards.at(-1) === this.#at - 1;
    const isPrefix = prefix && this.#text[this.#at - 1] === '*';
    const wildcardAt = run.wildcards.find((at) => !(isPrefix && at === this.#at - 1));
    const fault =
      run.fault ??
      (run.quotes > 0 && run.looseAt !== undefined
        ? faultAt(
            { position: run.looseAt, length: 1 },
            'quotes go around a whole text',
            'put a space between the two, or write \\" for a quote as such',
          )
        : undefined);
    this.#tokens.push({
      kind: run.quotes > 0 ? 'quoted' : 'word',
      ...span,
      value: isPrefix ? run.value.slice(0, -1) : run.value,
      prefix: isPrefix,
      ...(wildcardAt !== undefined && { wildcardAt }),
      ...(fault && { fault }),
    });
  }
}

/** Takes a query text apart, in one pass, whatever it is; the last token is `end`. */
export function tokenize(text: string): readonly Token[] {
  return new Tokenizer(text).run();
}
