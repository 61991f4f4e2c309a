/** A proposal for the query bar. */
export interface Suggestion {
  /** What stands in the list. */
  readonly label: string;
  /** What it is: a type, a count, an explanation. */
  readonly detail: string;
  /** Replaces the text at the place. */
  readonly insert: string;
}

/** A stretch of the query that a suggestion replaces. */
export interface Place {
  readonly kind: 'clause' | 'value';
  readonly position: number;
  readonly length: number;
}

/** The query with a suggestion in its place, and where the caret goes. */
export function applySuggestion(
  query: string,
  { kind, position, length }: Place,
  { insert }: Suggestion,
): { readonly query: string; readonly caret: number } {
  const after = query.slice(position + length);
  // A name that is completed in front of its colon brings none along.
  const text = insert.endsWith(':') && after.startsWith(':') ? insert.slice(0, -1) : insert;
  const isWhole = kind === 'value' && !/[><=]$/.test(text);
  const gap = isWhole && !/^[\s)]/.test(after) ? ' ' : '';
  // Behind the space that follows, or the colon that was there.
  const isFollowed = gap !== '' || (isWhole && /^\s/.test(after)) || text !== insert;
  const caret = position + text.length + (isFollowed ? 1 : 0);
  return { query: query.slice(0, position) + text + gap + after, caret };
}

/** Orders by how well a name fits what was typed: beginning, beginning of a part, anywhere; the others are left out. */
export function bestMatches<T>(
  items: readonly T[],
  typed: string,
  nameOf: (item: T) => string,
  limit: number,
): readonly T[] {
  const wanted = typed.toLowerCase();
  const rank = (name: string): number => {
    const lower = name.toLowerCase();
    if (lower.startsWith(wanted)) return 0;
    if (lower.includes(`.${wanted}`) || lower.includes(`_${wanted}`)) return 1;
    return lower.includes(wanted) ? 2 : 3;
  };
  return items
    .map((item) => ({ item, rank: rank(nameOf(item)) }))
    .filter((each) => each.rank < 3)
    .sort((a, b) => a.rank - b.rank)
    .slice(0, limit)
    .map(({ item }) => item);
}
