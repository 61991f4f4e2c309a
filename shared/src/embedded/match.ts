import { EVERY_TERM } from './index-terms.ts';

/**
 * An expression over the terms of the index: which records may match, or which do for certain. Made by the functions below, which
 * fold what is always or never true, and written for FTS5 by {@link expressionOf}.
 */
export type Match =
  | { readonly op: 'all' }
  | { readonly op: 'none' }
  /** Any of these terms. */
  | { readonly op: 'terms'; readonly terms: readonly string[] }
  /** Any term that begins so. FTS5 merges all their lists anew in each call: costly when they are many. */
  | { readonly op: 'start'; readonly start: string }
  | { readonly op: 'and' | 'or'; readonly of: readonly Match[] }
  | { readonly op: 'not'; readonly of: Match };

export const EVERY: Match = { op: 'all' };
export const NOTHING: Match = { op: 'none' };

export function anyTerm(terms: readonly string[]): Match {
  return terms.length === 0 ? NOTHING : { op: 'terms', terms };
}

export function allOf(matches: readonly Match[]): Match {
  const parts = matches.filter(({ op }) => op !== 'all');
  if (parts.some(({ op }) => op === 'none')) return NOTHING;
  const [first = EVERY, ...rest] = parts;
  return rest.length === 0 ? first : { op: 'and', of: parts };
}

export function anyOf(matches: readonly Match[]): Match {
  const parts = matches.filter(({ op }) => op !== 'none');
  if (parts.some(({ op }) => op === 'all')) return EVERY;
  const [first = NOTHING, ...rest] = parts;
  return rest.length === 0 ? first : { op: 'or', of: parts };
}

export function noneOf(match: Match): Match {
  if (match.op === 'all') return NOTHING;
  if (match.op === 'none') return EVERY;
  return match.op === 'not' ? match.of : { op: 'not', of: match };
}

/** Whether each evaluation has a fixed cost, however short the stretch of time. */
export function isCostly(match: Match): boolean {
  if (match.op === 'and' || match.op === 'or') return match.of.some(isCostly);
  return match.op === 'not' ? isCostly(match.of) : match.op === 'start';
}

/** As FTS5 reads it. Terms hold no quotation mark: see the characters that words and escapes are made of. */
export function expressionOf(match: Match): string {
  switch (match.op) {
    case 'all':
      return `"${EVERY_TERM}"`;
    case 'none':
      // Never written: no key is empty.
      return '"~"';
    case 'terms':
      return match.terms.length === 1
        ? `"${match.terms[0] ?? ''}"`
        : `(${match.terms.map((term) => `"${term}"`).join(' OR ')})`;
    case 'start':
      return `"${match.start}" *`;
    case 'or':
      return `(${match.of.map(expressionOf).join(' OR ')})`;
    case 'not':
      return `("${EVERY_TERM}" NOT ${expressionOf(match.of)})`;
    case 'and':
      return conjunction(match.of);
  }
}

/** FTS5 knows "this, but not that" only. */
function conjunction(of: readonly Match[]): string {
  const wanted: Match[] = [];
  const unwanted: Match[] = [];
  for (const part of of) {
    if (part.op === 'not') unwanted.push(part.of);
    else wanted.push(part);
  }
  const base = wanted.length === 0 ? `"${EVERY_TERM}"` : wanted.map(expressionOf).join(' AND ');
  if (unwanted.length === 0) return `(${base})`;
  return `((${base}) NOT ${expressionOf(anyOf(unwanted))})`;
}
