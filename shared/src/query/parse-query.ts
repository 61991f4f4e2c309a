import type { Query, QueryField } from '../ports/query.ts';
import { type Bound, type Condition, isAnything, type Leaf } from './condition.ts';
import { habitFault } from './foreign-habits.ts';
import { faultAt, type QueryFault, type Span, spanOf } from './query-fault.ts';
import { MAX_QUERY_CONDITIONS, MAX_QUERY_LENGTH, MAX_QUERY_NESTING } from './query-limits.ts';
import { resolveField } from './resolve-field.ts';
import { bareLeaf, keywordLeaf, wordsLeaf } from './text-leaves.ts';
import { type Token, type TokenKind, tokenize } from './tokenize.ts';
import { attributeLeaf, numberLeaf, timeLeaf } from './value-leaves.ts';

/** A query, or why the text is none. */
export type ParsedQuery =
  { readonly ok: true; readonly query: Query } | { readonly ok: false; readonly fault: QueryFault };

/** What the meaning of a text depends on. */
export interface ParseQueryOptions {
  /** Now, for times such as `-15m`: milliseconds since the epoch. */
  readonly nowMs: number;
}

/**
 * Reads a query (`docs/query-language.md`). A blank text finds everything. Never throws, and takes time in proportion to the text,
 * which is refused beyond `MAX_QUERY_LENGTH`.
 */
export function parseQuery(text: string, { nowMs }: ParseQueryOptions): ParsedQuery {
  if (text.length > MAX_QUERY_LENGTH) {
    const excess = { position: MAX_QUERY_LENGTH, length: text.length - MAX_QUERY_LENGTH };
    const message = `a query has at most ${MAX_QUERY_LENGTH} characters, and this has ${text.length}`;
    return { ok: false, fault: faultAt(excess, message, 'search for less at a time') };
  }
  return new Parser(tokenize(text), nowMs).parse();
}

const NOTHING: Query = { op: 'or', of: [] };
const EVERYTHING: Query = { op: 'all' };

/** Kinds that begin or end a clause: two of them need a space in between. */
const CLAUSE_ENDS: ReadonlySet<TokenKind> = new Set(['word', 'quoted', 'range-close', 'close']);
const CLAUSE_BEGINNINGS: ReadonlySet<TokenKind> = new Set(['word', 'quoted', 'field', 'open']);

/**
 * Recursive descent over the tokens: `or` of `and`s of clauses. After the first fault it stands on the last token, so that every
 * rule ends.
 */
class Parser {
  readonly #tokens: readonly Token[];
  readonly #nowMs: number;
  readonly #end: Token;
  #at = 0;
  #conditions = 0;
  #depth = 0;
  #fault: QueryFault | undefined;

  constructor(tokens: readonly Token[], nowMs: number) {
    this.#tokens = tokens;
    this.#nowMs = nowMs;
    this.#end = tokens.at(-1) ?? { kind: 'end', position: 0, length: 0, raw: '', value: '', prefix: false };
  }

  parse(): ParsedQuery {
    if (this.#peek().kind === 'end') return { ok: true, query: EVERYTHING };
    const query = this.#alternatives(undefined);
    const rest = this.#peek();
    if (rest.kind === 'close') {
      this.#fail(
        faultAt(
          rest,
          'there is no parenthesis to close here',
          'write \\) or put the text in quotes for the sign itself',
        ),
      );
    }
    return this.#fault === undefined ? { ok: true, query } : { ok: false, fault: this.#fault };
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? this.#end;
  }

  #next(): Token {
    const token = this.#peek();
    this.#at += 1;
    if (token.fault !== undefined) this.#fail(token.fault);
    return token;
  }

  #fail(fault: QueryFault): Query {
    this.#fault ??= fault;
    this.#at = this.#tokens.length;
    return NOTHING;
  }

  /** `a OR b`; `group` is the field in front of the parentheses that this stands in. */
  #alternatives(group: QueryField | undefined): Query {
    const of = [this.#conjunction(group)];
    while (this.#peek().kind === 'or') {
      const operator = this.#next();
      if (this.#expectClause(operator)) of.push(this.#conjunction(group));
    }
    return joined('or', of);
  }

  /** `a b AND c`. */
  #conjunction(group: QueryField | undefined): Query {
    const of: Query[] = [];
    for (;;) {
      const token = this.#peek();
      if (token.kind === 'end' || token.kind === 'close') break;
      if (token.kind === 'or') {
        if (of.length === 0) this.#fail(nothingBeside(token, 'in front of'));
        break;
      }
      if (token.kind === 'and') {
        if (of.length === 0) return this.#fail(nothingBeside(token, 'in front of'));
        this.#next();
        if (!this.#expectClause(token)) break;
      }
      const clause = this.#clause(group);
      const previous = of.at(-1);
      if (group !== undefined && token.kind !== 'and' && previous && excludeEachOther(previous, clause)) {
        const advice = 'write OR between them';
        return this.#fail(faultAt(token, 'a field has one value, which cannot be both', advice));
      }
      of.push(clause);
    }
    return joined('and', of);
  }

  /** Whether something that an operator can join follows it. */
  #expectClause(operator: Token): boolean {
    const { kind } = this.#peek();
    if (kind !== 'end' && kind !== 'close' && kind !== 'or' && kind !== 'and') return true;
    this.#fail(nothingBeside(operator, 'behind'));
    return false;
  }

  #clause(group: QueryField | undefined): Query {
    let isNegated = false;
    let sign: Token | undefined;
    while (this.#peek().kind === 'not' || this.#peek().kind === 'plus') {
      sign = this.#next();
      if (sign.kind === 'not') isNegated = !isNegated;
    }
    if (sign !== undefined && !this.#expectClause(sign)) return NOTHING;
    const query = this.#primary(group);
    return isNegated ? { op: 'not', of: query } : query;
  }

  #primary(group: QueryField | undefined): Query {
    const token = this.#peek();
    const before = this.#tokens[this.#at - 1];
    if (before && isGlued(before, token)) return this.#fail(gluedFault(before, token));
    if (token.kind === 'open') return this.#parentheses(group);
    if (token.kind === 'field') return this.#fieldClause();
    if (token.kind === 'word' && group === undefined && isAnything(token)) {
      this.#next();
      return EVERYTHING;
    }
    if (token.kind === 'word' && /^(?:and|or|not)$/i.test(token.raw)) return this.#fail(smallOperator(token));
    return this.#condition(group);
  }

  #parentheses(group: QueryField | undefined): Query {
    const open = this.#next();
    if (this.#peek().kind === 'close') {
      return this.#fail(faultAt(spanOf(open, this.#peek()), 'there is nothing in these parentheses'));
    }
    this.#depth += 1;
    if (this.#depth > MAX_QUERY_NESTING) {
      return this.#fail(
        faultAt(
          open,
          `parentheses are nested more than ${MAX_QUERY_NESTING} deep`,
          'leave out those that are not needed',
        ),
      );
    }
    const query = this.#alternatives(group);
    if (this.#fault === undefined && this.#peek().kind !== 'close') {
      return this.#fail(
        faultAt(open, 'this parenthesis is not closed', 'write ) at the end, or \\( for the sign itself'),
      );
    }
    this.#next();
    this.#depth -= 1;
    return query;
  }

  #fieldClause(): Query {
    const name = this.#next();
    const colon = this.#next();
    if (this.#fault !== undefined) return NOTHING;
    const value = this.#peek();
    const isAttached = value.kind !== 'end' && value.position === colon.position + colon.length;
    if (name.raw === '*' && isAttached && isAnything(value)) {
      this.#next();
      return EVERYTHING;
    }
    const wildcard = habitFault(name);
    if (wildcard !== undefined) return this.#fail(wildcard);
    if (isAttached && value.raw.startsWith('//')) {
      return this.#fail(
        faultAt(spanOf(name, value), 'this looks like an address', 'put the whole of it in quotes: "https://..."'),
      );
    }
    const resolved = resolveField(name.value);
    if (!resolved.ok) return this.#fail(faultAt(name, resolved.message, resolved.advice));
    if (!isAttached || value.kind === 'close') {
      const end = { position: colon.position + 1, length: 0 };
      const advice = `write it directly behind the colon, as in level:error; ${name.raw.slice(0, 60)}:* finds every value; put a text with a colon in quotes`;
      return this.#fail(faultAt(end, 'expected a value', advice));
    }
    return value.kind === 'open' ? this.#parentheses(resolved.field) : this.#condition(resolved.field);
  }

  /** One thing that is said of a field, or text without a field. */
  #condition(field: QueryField | undefined): Query {
    const token = this.#peek();
    this.#conditions += 1;
    if (this.#conditions > MAX_QUERY_CONDITIONS) {
      return this.#fail(
        faultAt(
          token,
          `a query has at most ${MAX_QUERY_CONDITIONS} conditions`,
          'search for fewer values at a time, or for a beginning that they share, such as pay_20*',
        ),
      );
    }
    const condition = this.#readCondition(token);
    if (condition === undefined || this.#fault !== undefined) return NOTHING;
    const made = this.#leaf(field, condition);
    return made.ok ? made.query : this.#fail(made.fault);
  }

  #leaf(field: QueryField | undefined, condition: Condition): Leaf {
    if (field === undefined) {
      if (condition.kind === 'is') return bareLeaf(condition.operand);
      return { ok: false, fault: faultAt(condition.span, 'this needs a field in front', 'write duration_ms:>500') };
    }
    if (condition.kind === 'is' && isAnything(condition.operand)) return { ok: true, query: { op: 'exists', field } };
    switch (field.type) {
      case 'words':
        return wordsLeaf({ type: 'words', name: field.name }, condition);
      case 'keyword':
        return keywordLeaf({ type: 'keyword', name: field.name }, condition);
      case 'number':
        return numberLeaf({ type: 'number', name: field.name }, condition);
      case 'time':
        return timeLeaf({ type: 'time', name: field.name }, condition, this.#nowMs);
      case 'attribute':
        return attributeLeaf(field, condition);
    }
  }

  #readCondition(first: Token): Condition | undefined {
    if (first.kind === 'range-open') return this.#range();
    if (first.kind === 'comparison') {
      this.#next();
      const operand = this.#operand(first, 'expected a value to compare with');
      if (operand === undefined) return undefined;
      const bound = { operand, inclusive: first.raw.endsWith('=') };
      const [low, high] = first.raw.startsWith('>') ? [bound, undefined] : [undefined, bound];
      return { kind: 'range', span: spanOf(first, operand), low, high };
    }
    const operand = this.#operand(first, 'expected something to search for');
    return operand && { kind: 'is', span: operand, operand };
  }

  #operand(before: Token, message: string): Token | undefined {
    const token = this.#peek();
    if (token.kind !== 'word' && token.kind !== 'quoted') {
      const place: Span = { position: before.position + before.length, length: 0 };
      this.#fail(faultAt(place, message));
      return undefined;
    }
    const habit = habitFault(token);
    if (habit !== undefined) this.#fail(habit);
    this.#next();
    return token;
  }

  #range(): Condition | undefined {
    const open = this.#next();
    const low = this.#operand(open, 'expected the beginning of a range');
    if (low === undefined) return undefined;
    const to = this.#peek();
    if (to.kind !== 'range-to') {
      const end = { position: low.position + low.length, length: 0 };
      this.#fail(faultAt(end, 'expected ` TO `', 'ranges are written [100 TO 200]; * leaves an end open'));
      return undefined;
    }
    const high = this.#operand(this.#next(), 'expected the end of the range');
    if (high === undefined || this.#fault !== undefined) return undefined;
    const close = this.#peek();
    if (close.kind !== 'range-close') {
      this.#fail(faultAt(open, 'this range is not closed', 'write ] at its end, or } to leave the end itself out'));
      return undefined;
    }
    this.#next();
    const span = spanOf(open, close);
    const bounds = { low: boundOf(low, open.raw === '['), high: boundOf(high, close.raw === ']') };
    if (bounds.low !== undefined || bounds.high !== undefined) return { kind: 'range', span, ...bounds };
    // `[* TO *]`: there is a value.
    return { kind: 'is', span, operand: low };
  }
}

function boundOf(operand: Token, inclusive: boolean): Bound | undefined {
  return isAnything(operand) ? undefined : { operand, inclusive };
}

function joined(op: 'and' | 'or', of: readonly Query[]): Query {
  const [only] = of;
  return of.length === 1 && only !== undefined ? only : { op, of };
}

/** Two exact values of one field that has one value: nobody means that. */
function excludeEachOther(a: Query, b: Query): boolean {
  if (a.op !== 'equals' || b.op !== 'equals') return false;
  return a.field.type === 'keyword' && b.field.type === 'keyword' && a.value !== b.value;
}

function isGlued(before: Token, token: Token): boolean {
  return (
    CLAUSE_ENDS.has(before.kind) &&
    CLAUSE_BEGINNINGS.has(token.kind) &&
    before.position + before.length === token.position
  );
}

function gluedFault(before: Token, token: Token): QueryFault {
  if (before.raw.startsWith('/')) return faultAt(spanOf(before, token), ...REGULAR_EXPRESSION);
  if (/^[~^]/.test(token.raw)) return habitFault(token) ?? faultAt(token, ...SPACE_NEEDED);
  return faultAt(token, ...SPACE_NEEDED);
}

const SPACE_NEEDED: [string, string] = [
  'expected a space',
  'put the whole text in quotes when the sign belongs to it: "retry(3)"',
];
const REGULAR_EXPRESSION: [string, string] = [
  'regular expressions are not supported',
  'write the words to be found, or a beginning such as pay_*',
];

function nothingBeside(operator: Token, where: 'in front of' | 'behind'): QueryFault {
  const advice = /^\w/.test(operator.raw) ? `put it in quotes to search for the word: "${operator.raw}"` : undefined;
  return faultAt(operator, `there is nothing ${where} \`${operator.raw}\``, advice);
}

function smallOperator(token: Token): QueryFault {
  const operator = token.raw.toUpperCase();
  const meaning = operator === 'NOT' ? 'leave out what follows' : `join two conditions`;
  return faultAt(
    token,
    `\`${token.raw}\` could be an operator or a word`,
    `write ${operator} to ${meaning}, or put the words in quotes: "card not present"`,
  );
}
