import type { QueryFault } from '@paylog/shared/query/query-fault';
import { type QueryToken, queryTokens } from '@paylog/shared/query/query-tokens';

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
  const tokens = queryTokens(query);
  for (const [index, token] of tokens.entries()) {
    push(token.position, 'plain');
    const end = token.position + token.length;
    push(end, styleOf(query.slice(token.position, end), token, tokens[index - 1]));
  }
  push(query.length, 'plain');
  return fault === undefined || fault.length === 0 ? parts : marked(parts, fault);
}

function styleOf(text: string, { kind }: QueryToken, before: QueryToken | undefined): HighlightPart['style'] {
  switch (kind) {
    case 'field':
      return 'field';
    // Faults are marked when they are said: while a word is being typed nearly everything is one.
    case 'text':
    case 'quoted':
    case 'fault':
      if (/^[+-]?\d+(?:\.\d+)?$/.test(text)) return 'number';
      return kind === 'quoted' || before?.kind === 'colon' || before?.kind === 'comparison' ? 'value' : 'plain';
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
