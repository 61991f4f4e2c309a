import { createHash } from 'node:crypto';
import type { SearchRequest } from '../ports/store.ts';
import { messageWords } from './message-words.ts';

/**
 * The full-text index is the only inverted index: words of the message stand in it beside exact terms (service, level, trace,
 * payment, environment), which begin with `~` and a letter so that no word can look like one. FTS5 gets them separated by
 * spaces and must not split or change them: see {@link TOKENIZER}.
 */

/** FTS5's `ascii` tokenizer leaves everything beyond ASCII alone; these are the other characters that occur in our terms. */
export const TOKENIZER = `ascii tokenchars '_.,;~'''`;

/** Longer values stand in the index by their digest: FTS5 cuts terms at 32 KB. */
const MAX_TERM_CHARS = 200;

/** What of a record is indexed. */
export interface IndexedFields {
  readonly message: unknown;
  readonly service: unknown;
  readonly level: unknown;
  readonly traceId: unknown;
  readonly paymentId: unknown;
  readonly environment: unknown;
}

/** The index entry of a record. */
export function termsOf(fields: IndexedFields): string {
  const terms = typeof fields.message === 'string' ? messageWords(fields.message) : [];
  addTerm(terms, 's', fields.service);
  if (typeof fields.level === 'string') terms.push(exactTerm('l', fields.level.toLowerCase()));
  addTerm(terms, 't', fields.traceId);
  addTerm(terms, 'p', fields.paymentId);
  addTerm(terms, 'e', fields.environment);
  return terms.join(' ');
}

/** The FTS5 expression of a request's conditions, times aside; undefined when it has none, `'nothing'` when none can match. */
export function matchOf(request: SearchRequest): string | undefined {
  const groups: string[][] = [...new Set((request.words ?? []).flatMap((word) => messageWords(word)))].map((word) => [
    word,
  ]);
  if (request.services !== undefined) groups.push(request.services.map((service) => exactTerm('s', service)));
  if (request.levels !== undefined) groups.push(request.levels.map((level) => exactTerm('l', level)));
  if (request.traceId !== undefined) groups.push([exactTerm('t', request.traceId)]);
  if (request.paymentId !== undefined) groups.push([exactTerm('p', request.paymentId)]);
  if (request.environment !== undefined) groups.push([exactTerm('e', request.environment)]);
  if (groups.length === 0) return undefined;
  return groups.map(anyOf).join(' AND ');
}

/** "Any of" an empty list is nothing: a term that is never written. */
function anyOf(terms: readonly string[]): string {
  if (terms.length === 0) return '"~"';
  // Terms hold no quotation mark: see the characters that words and escapes are made of.
  return `(${terms.map((term) => `"${term}"`).join(' OR ')})`;
}

function addTerm(terms: string[], kind: string, value: unknown): void {
  if (typeof value === 'string') terms.push(exactTerm(kind, value));
}

/** Case and punctuation survive as `_` and two hexadecimal digits, since the tokenizer folds ASCII letters. */
function exactTerm(kind: string, value: string): string {
  if (value.length > MAX_TERM_CHARS) return `~${kind}~${createHash('sha256').update(value).digest('hex')}`;
  return `~${kind}${value.replace(/[^a-z0-9\u0080-\uffff]/g, (char) => `_${char.charCodeAt(0).toString(16).padStart(2, '0')}`)}`;
}
