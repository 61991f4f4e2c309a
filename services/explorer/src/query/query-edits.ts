import { quoteValue } from '@paylog/shared/query/quote-value';
import { tokenize } from '@paylog/shared/query/tokenize';

/** What a person asks for by a click on a value. */
export interface ValueFilter {
  readonly field: string;
  readonly value: string;
  /** Filter out. */
  readonly not?: boolean;
}

/** `service:checkout`. */
function filterText({ field, value, not = false }: ValueFilter): string {
  return `${not ? '-' : ''}${quoteValue(field, value)}`;
}

/**
 * The query with one more condition. A filter on a value takes the opposite filter on the same value away, and is not said twice.
 * An OR outside of parentheses is put into parentheses, so that the new condition holds for all of it.
 */
export function withFilter(query: string, filter: ValueFilter): string {
  const text = filterText(filter);
  const opposite = filterText({ ...filter, not: filter.not !== true });
  const without = withoutText(query, opposite);
  return hasText(without, text) ? without : joined(without, text);
}

/** The query and the condition that a field is there. */
export function withExists(query: string, field: string): string {
  // The condition on a value of one letter is the name, a colon and that letter.
  const text = `${quoteValue(field, 'x').replace(/:"?x"?$/, '')}:*`;
  return hasText(query, text) ? query : joined(query, text);
}

/** The query without a filter that {@link withFilter} added. */
export function withoutFilter(query: string, filter: ValueFilter): string {
  return withoutText(query, filterText(filter));
}

/** Whether this very filter stands in the query, outside of parentheses and alternatives. */
export function hasFilter(query: string, filter: ValueFilter): boolean {
  return !hasTopLevelOr(query) && hasText(query, filterText(filter));
}

function joined(query: string, text: string): string {
  const trimmed = query.trim();
  if (trimmed === '') return text;
  return hasTopLevelOr(trimmed) ? `(${trimmed}) ${text}` : `${trimmed} ${text}`;
}

function hasTopLevelOr(query: string): boolean {
  let depth = 0;
  return tokenize(query).some(({ kind }) => {
    if (kind === 'open') depth += 1;
    if (kind === 'close') depth -= 1;
    return kind === 'or' && depth === 0;
  });
}

/** Where a condition stands as a whole, at the top level: not inside of a quoted text or of parentheses, nor behind NOT. */
function indexOfText(query: string, text: string): number {
  const tokens = tokenize(query);
  for (let at = query.indexOf(text); at >= 0; at = query.indexOf(text, at + 1)) {
    const starts = tokens.find(({ position, kind }) => position === at && (kind === 'field' || kind === 'not'));
    const end = at + text.length;
    const alone = (at === 0 || query[at - 1] === ' ') && (end === query.length || query[end] === ' ');
    const before = tokens.filter(({ position, kind }) => position < at && kind !== 'end');
    const depth = before.reduce((sum, { kind }) => sum + (kind === 'open' ? 1 : kind === 'close' ? -1 : 0), 0);
    if (starts && alone && depth === 0 && before.at(-1)?.kind !== 'not') return at;
  }
  return -1;
}

function hasText(query: string, text: string): boolean {
  return indexOfText(query, text) >= 0;
}

function withoutText(query: string, text: string): string {
  const at = indexOfText(query, text);
  if (at < 0 || hasTopLevelOr(query)) return query;
  const before = query.slice(0, at).replace(/(?:\s|\bAND)+$/, '');
  const after = query.slice(at + text.length).replace(/^(?:\s+AND\b|\s)+/, '');
  return before === '' || after === '' ? before + after : `${before} ${after}`;
}
