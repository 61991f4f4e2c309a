import type { QueryField } from '../ports/query.ts';
import { resolveField } from './resolve-field.ts';
import { type Token, type TokenKind, tokenize } from './tokenize.ts';

/** What can be written at a place of a query, and the text there that it would replace. */
export type Completion =
  | {
      /** A word or the name of a field begins here or is being written. */
      readonly kind: 'clause';
      readonly typed: string;
      readonly position: number;
      readonly length: number;
      /** `AND` and `OR` could stand here too. */
      readonly operators: boolean;
    }
  | {
      readonly kind: 'value';
      readonly field: QueryField;
      /** Without quotes, escapes and a final `*`. */
      readonly typed: string;
      readonly position: number;
      readonly length: number;
      /** A comparison or a range could stand here too. */
      readonly comparisons: boolean;
    }
  /** Inside text, or behind something that is wrong. */
  | { readonly kind: 'none' };

const NONE: Completion = { kind: 'none' };

/** Kinds behind which a clause may begin, and no `AND`. */
const BEFORE_CLAUSE: ReadonlySet<TokenKind> = new Set(['open', 'and', 'or', 'not', 'plus']);
/** Kinds behind which a value stands. */
const BEFORE_VALUE: ReadonlySet<TokenKind> = new Set(['colon', 'comparison', 'range-open', 'range-to']);

/** What could be written at `cursor`, looking at the text in front of it; the word that the cursor is in would be replaced whole. */
export function completionAt(text: string, cursor: number): Completion {
  const whole = tokenize(text);
  const tokens = tokenize(text.slice(0, cursor)).slice(0, -1);
  const last = tokens.at(-1);
  const touched = last !== undefined && last.position + last.length === cursor ? last : undefined;
  const isTyping =
    touched !== undefined && (touched.kind === 'word' || touched.kind === 'quoted' || isOperatorWord(touched));
  const before = isTyping ? tokens.at(-2) : last;
  const typed = isTyping ? touched.value : '';
  const position = isTyping ? touched.position : cursor;
  const end = isTyping ? endOf(whole, position, cursor) : cursor;
  const place = { typed, position, length: end - position };

  const field = fieldAround(isTyping ? tokens.slice(0, -1) : tokens, position);
  if (field === 'unknown') return NONE;
  if (field !== undefined) return { kind: 'value', field, ...place, comparisons: before?.kind !== 'comparison' };
  if (touched?.kind === 'quoted') return NONE;
  const isFirst = before === undefined || BEFORE_CLAUSE.has(before.kind);
  if (!isFirst && !isTyping && touched !== undefined) return NONE;
  return { kind: 'clause', ...place, operators: !isFirst };
}

function isOperatorWord({ kind, raw }: Token): boolean {
  return (kind === 'and' || kind === 'or' || kind === 'not') && /^\w/.test(raw);
}

/** Where the word ends that begins at a position. */
function endOf(tokens: readonly Token[], position: number, cursor: number): number {
  const token = tokens.find((candidate) => candidate.position === position);
  return token === undefined ? cursor : Math.max(cursor, token.position + token.length);
}

/** The field whose value stands at a position behind these tokens: undefined when a clause stands there. */
function fieldAround(tokens: readonly Token[], position: number): QueryField | 'unknown' | undefined {
  const last = tokens.at(-1);
  if (last?.kind === 'colon' && last.position + last.length !== position) return 'unknown';
  if (last !== undefined && BEFORE_VALUE.has(last.kind)) return fieldOf(lastField(tokens));
  // Behind the first value of a range stands ` TO `.
  if (tokens.at(-2)?.kind === 'range-open' || tokens.at(-2)?.kind === 'range-to') return 'unknown';
  const group = openGroup(tokens);
  return group && fieldOf(group);
}

function lastField(tokens: readonly Token[]): Token | undefined {
  return tokens.findLast(({ kind }) => kind === 'field');
}

/** The field in front of the parentheses that are open at the end. */
function openGroup(tokens: readonly Token[]): Token | undefined {
  const open: (Token | undefined)[] = [];
  for (const [at, token] of tokens.entries()) {
    if (token.kind === 'close') open.pop();
    if (token.kind === 'open') open.push(tokens[at - 1]?.kind === 'colon' ? tokens[at - 2] : open.at(-1));
  }
  return open.at(-1);
}

function fieldOf(token: Token | undefined): QueryField | 'unknown' {
  const resolved = token && resolveField(token.value);
  return resolved?.ok === true ? resolved.field : 'unknown';
}
