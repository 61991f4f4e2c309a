import type { CountedField, Facet } from '../ports/store.ts';
import type { FieldIndex } from './field-index.ts';
import { decodeValue, endOf, fieldKey, numberOfDigits, numberTerm } from './index-terms.ts';

/** Most values of a field that are counted one by one. */
const MAX_VALUES = 500;

/** A value of a field and its terms; undefined text: too long to be read from its term. */
export interface IndexedValue {
  readonly text: string | undefined;
  readonly terms: readonly string[];
}

/** All values that any record has in a field; undefined when there are too many. */
export function valuesOf(field: CountedField, index: FieldIndex): readonly IndexedValue[] | undefined {
  const key = fieldKey(field);
  const found = new Map<string, IndexedValue>();
  const readers: readonly (readonly [start: string, read: (rest: string) => string | undefined])[] = [
    [`~${key}`, decodeValue],
    [numberTerm(key, ''), (digits) => String(numberOfDigits(digits))],
  ];
  for (const [start, read] of readers) {
    const terms = index.vocabulary.between(start, endOf(start), MAX_VALUES + 1);
    if (terms.length > MAX_VALUES) return undefined;
    for (const term of terms) {
      const text = read(term.slice(start.length));
      const known = found.get(text ?? term);
      found.set(text ?? term, { text, terms: [...(known?.terms ?? []), term] });
    }
  }
  return found.size > MAX_VALUES ? undefined : [...found.values()];
}

/** Counts of values. */
export class Tally {
  readonly counts = new Map<string, number>();

  add(value: string, count = 1): void {
    if (count > 0) this.counts.set(value, (this.counts.get(value) ?? 0) + count);
  }

  /** The most frequent values; equal counts by value, as numbers or as texts. */
  top(limit: number, exact: boolean, type: CountedField['type']): Facet {
    const compare = type === 'number' ? (a: string, b: string) => Number(a) - Number(b) : compareTexts;
    const sorted = [...this.counts].sort(([a, m], [b, n]) => n - m || compare(a, b));
    const others = sorted.slice(limit).reduce((sum, [, count]) => sum + count, 0);
    return { values: sorted.slice(0, limit).map(([value, count]) => ({ value, count })), others, exact };
  }
}

/** As bytes: JavaScript would put characters beyond 16 bits before some within. */
function compareTexts(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'));
}
