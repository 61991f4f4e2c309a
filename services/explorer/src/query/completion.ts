import { tokenize } from '@paylog/shared/query/tokenize';

/** What stands at the caret and could be completed. */
export type CompletionPlace =
  /** A word that may become the name of a field. */
  | { readonly kind: 'field'; readonly start: number; readonly end: number; readonly typed: string }
  /** What is behind the colon of a field. */
  | { readonly kind: 'value'; readonly start: number; readonly end: number; readonly typed: string; readonly field: string };

/** A proposal for the query bar. */
export interface Suggestion {
  /** What stands in the list. */
  readonly label: string;
  /** What it is: a type, a count, an explanation. */
  readonly detail: string;
  /** Replaces the text between `start` and `end` of the place. */
  readonly insert: string;
}

const AND_SO_ON = new Set(['word', 'quoted']);

/** What the caret stands in; undefined where nothing can be proposed (inside of quoted bare text, for example). */
export function completionPlace(query: string, caret: number): CompletionPlace | undefined {
  const tokens = tokenize(query).filter(({ kind }) => kind !== 'end');
  const at = tokens.findLastIndex(({ position, length }) => position < caret && caret <= position + length);
  const token = tokens[at];
  if (token === undefined) {
    return { kind: 'field', start: caret, end: caret, typed: '' };
  }
  const end = token.position + token.length;
  const typed = query.slice(token.position, caret);
  if (token.kind === 'colon') {
    const field = tokens[at - 1];
    return field && { kind: 'value', start: end, end, typed: '', field: field.value };
  }
  if (token.kind === 'field') return { kind: 'field', start: token.position, end: end + 1, typed };
  if (!AND_SO_ON.has(token.kind)) {
    return token.kind === 'comparison' || token.kind.startsWith('range') ? undefined : { kind: 'field', start: caret, end: caret, typed: '' };
  }
  const field = fieldBefore(tokens, at);
  if (field !== undefined) {
    return { kind: 'value', start: token.position, end, typed: typed.replace(/^"/, '').replace(/"$/, ''), field };
  }
  return token.kind === 'quoted' ? undefined : { kind: 'field', start: token.position, end, typed };
}

/** The field whose value a token is: directly behind its colon, or within the parentheses behind it. */
function fieldBefore(tokens: readonly { readonly kind: string; readonly value: string; readonly position: number; readonly length: number }[], at: number): string | undefined {
  const before = tokens[at - 1];
  if (before?.kind === 'colon') {
    const touches = before.position + before.length === tokens[at]?.position;
    return touches ? tokens[at - 2]?.value : undefined;
  }
  let depth = 0;
  for (let index = at - 1; index >= 0; index -= 1) {
    const kind = tokens[index]?.kind;
    if (kind === 'close') depth += 1;
    if (kind === 'open') {
      if (depth === 0) return tokens[index - 1]?.kind === 'colon' ? tokens[index - 2]?.value : undefined;
      depth -= 1;
    }
  }
  return undefined;
}

/** The query with a suggestion in its place, and where the caret goes. */
export function applySuggestion(
  query: string,
  place: CompletionPlace,
  { insert }: Suggestion,
): { readonly query: string; readonly caret: number } {
  const after = query.slice(place.end);
  const gap = place.kind === 'value' && !/^[\s)]/.test(after) ? ' ' : '';
  return { query: query.slice(0, place.start) + insert + gap + after, caret: place.start + insert.length + gap.length };
}

/** Orders by how well a name fits what was typed: beginning, beginning of a part, anywhere; the others are left out. */
export function bestMatches<T>(items: readonly T[], typed: string, nameOf: (item: T) => string, limit: number): readonly T[] {
  const wanted = typed.toLowerCase();
  const rank = (name: string): number => {
    const lower = name.toLowerCase();
    if (lower.startsWith(wanted)) return 0;
    if (lower.includes(`.${wanted}`) || lower.includes(`_${wanted}`)) return 1;
    return lower.includes(wanted) ? 2 : 3;
  };
  return items
    .map((item, index) => ({ item, index, rank: rank(nameOf(item)) }))
    .filter((each) => each.rank < 3)
    .sort((a, b) => a.rank - b.rank || a.index - b.index)
    .slice(0, limit)
    .map(({ item }) => item);
}
