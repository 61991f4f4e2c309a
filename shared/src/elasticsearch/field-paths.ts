import type { KnownField, QueryField } from '../ports/query.ts';

/** Fields whose words or values have another name in the index than in the record. */
const RENAMED: Readonly<Record<string, string>> = {
  timestamp: '@timestamp',
  // Indices of template version 1 keep `error.stack` without an index, and refuse a search in it; this one they do not know.
  'error.stack': 'error.stack.words',
};

/** Name in the index of a field with a name of its own. */
export function knownPath({ name }: KnownField): string {
  return RENAMED[name] ?? name;
}

/** Name in the index under which a field's words, terms or numbers are found; of an attribute, its terms. */
export function fieldPath(field: QueryField): string {
  return field.type === 'attribute' ? `attributes.${field.path}` : knownPath(field);
}
