import { tokenize, type Token } from '@paylog/shared/query/tokenize';
import type { QueryFault } from '@paylog/shared/query/query-fault';

/** A stretch of the query that is drawn in one way. */
export interface HighlightPart {
  readonly text: string;
  readonly style: 'plain' | 'field' | 'operator' | 'value' | 'number' | 'fault';
}

/** The whole text in parts, in order; a fault is marked where it stands. */
export function highlightParts(query: string, fault: QueryFault | undefined): readonly HighlightPart[] {
  const parts: HighlightPart[] = [];
  let at = 0;
  const push = (end: number, style: HighlightPart['style']): void => {
    if (end > at) parts.push({ text: query.slice(at, end), style });
    at = Math.max(at, end);
  };
  const tokens = tokenize(query);
  for (const [index, token] of tokens.entries()) {
    push(token.position, 'plain');
    push(token.position + token.length, styleOf(token, tokens[index - 1]));
  }
  push(query.length, 'plain');
  return fault === undefined || fault.length === 0 ? parts : marked(parts, fault);
}

function styleOf({ kind, value }: Token, before: Token | undefined): HighlightPart['style'] {
  switch (kind) {
    case 'field':
      return 'field';
    case 'word':
    case 'quoted':
      if (/^[+-]?\d+(?:\.\d+)?$/.test(value)) return 'number';
      return kind === 'quoted' || before?.kind === 'colon' || before?.kind === 'comparison' ? 'value' : 'plain';
    case 'end':
      return 'plain';
    default:
      return 'operator';
  }
}

function marked(parts: readonly HighlightPart[], { position, length }: QueryFault): readonly HighlightPart[] {
  const end = position + length;
  let at = 0;
  return parts.flatMap((part) => {
    const start = at;
    at += part.text.length;
    if (at <= position || start >= end) return [part];
    const [from, to] = [Math.max(position - start, 0), Math.min(end - start, part.text.length)];
    const pieces: HighlightPart[] = [
      { text: part.text.slice(0, from), style: part.style },
      { text: part.text.slice(from, to), style: 'fault' },
      { text: part.text.slice(to), style: part.style },
    ];
    return pieces.filter(({ text }) => text !== '');
  });
}
