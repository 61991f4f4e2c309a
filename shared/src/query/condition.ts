import type { Query } from '../ports/query.ts';
import type { QueryFault, Span } from './query-fault.ts';
import type { Token } from './tokenize.ts';

/** One end of a range. */
export interface Bound {
  readonly operand: Token;
  readonly inclusive: boolean;
}

/** What is said of a field, as it is written. A comparison is a range with one end. */
export type Condition =
  | { readonly kind: 'is'; readonly span: Span; readonly operand: Token }
  | {
      readonly kind: 'range';
      readonly span: Span;
      readonly low: Bound | undefined;
      readonly high: Bound | undefined;
    };

/** A condition on a field as a query, or why it is none. */
export type Leaf = { readonly ok: true; readonly query: Query } | { readonly ok: false; readonly fault: QueryFault };

/** A leaf that is right. */
export function leaf(query: Query): Leaf {
  return { ok: true, query };
}

/** A leaf that is wrong. */
export function noLeaf(fault: QueryFault): Leaf {
  return { ok: false, fault };
}

/** `*` alone: there is a value. */
export function isAnything({ value, prefix, kind }: Token): boolean {
  return prefix && value === '' && kind === 'word';
}
