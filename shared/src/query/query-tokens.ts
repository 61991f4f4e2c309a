import { MAX_QUERY_LENGTH } from './query-limits.ts';
import { type Token, type TokenKind, tokenize } from './tokenize.ts';

/** What a piece of a query is, for showing it. */
export type QueryTokenKind = 'field' | 'colon' | 'operator' | 'comparison' | 'bracket' | 'text' | 'quoted' | 'fault';

/** A piece of a query text; spaces between pieces belong to none. */
export interface QueryToken {
  readonly kind: QueryTokenKind;
  /** UTF-16 units, the first is 0. */
  readonly position: number;
  readonly length: number;
}

const SHOWN_AS: Readonly<Record<Exclude<TokenKind, 'end'>, QueryTokenKind>> = {
  open: 'bracket',
  close: 'bracket',
  and: 'operator',
  or: 'operator',
  not: 'operator',
  plus: 'operator',
  field: 'field',
  colon: 'colon',
  comparison: 'comparison',
  'range-open': 'bracket',
  'range-to': 'operator',
  'range-close': 'bracket',
  word: 'text',
  quoted: 'quoted',
};

/** The pieces of any text, right or wrong, in order. What is beyond the longest query is one fault. */
export function queryTokens(text: string): readonly QueryToken[] {
  const tokens = tokenize(text.slice(0, MAX_QUERY_LENGTH)).flatMap(shown);
  const excess = text.length - MAX_QUERY_LENGTH;
  return excess > 0 ? [...tokens, { kind: 'fault', position: MAX_QUERY_LENGTH, length: excess }] : tokens;
}

function shown({ kind, position, length, fault }: Token): QueryToken[] {
  // The name in front of a colon may be missing.
  if (kind === 'end' || length === 0) return [];
  return [{ kind: fault === undefined ? SHOWN_AS[kind] : 'fault', position, length }];
}
