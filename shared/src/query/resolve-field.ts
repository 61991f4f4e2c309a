import type { QueryField } from '../ports/query.ts';
import { QUERY_FIELDS } from './query-fields.ts';

const ATTRIBUTES = 'attributes';

const BY_NAME: ReadonlyMap<string, QueryField> = new Map(
  QUERY_FIELDS.flatMap(({ field, aliases }) => [field.name, ...aliases].map((name) => [name, field] as const)),
);
const NAMES: readonly string[] = [...BY_NAME.keys()];

/** What names of attributes look like when they are written without `attributes.` in front. */
const PLAIN_NAME = /^[\p{L}_@$][\p{L}\p{N}_@$/-]*(?:\.[\p{L}\p{N}_@$/-]+)*$/u;

/** Names shorter than this are too close to too many others to be taken for misspelled. */
const SHORTEST_MISSPELLED = 5;

/** What a name in a query means, or why it means nothing. */
export type ResolvedField =
  | { readonly ok: true; readonly field: QueryField }
  | { readonly ok: false; readonly message: string; readonly advice: string };

/**
 * The field of a name: a known field, an alias of one, `attributes.x`, or `x` for an attribute of that name. A name that is nearly
 * that of a known field is refused, since it would find nothing without a word.
 */
export function resolveField(name: string): ResolvedField {
  const known = BY_NAME.get(name);
  if (known !== undefined) return { ok: true, field: known };
  if (name === ATTRIBUTES || name === `${ATTRIBUTES}.`) {
    return refused('attributes are searched by their names', 'write attributes.merchant:x, or merchant:x for short');
  }
  if (name.startsWith(`${ATTRIBUTES}.`)) return attribute(name.slice(ATTRIBUTES.length + 1));
  if (name === '_exists_') return refused('`_exists_` is written otherwise here', 'write error.stack:* for the same');
  const near = nearestName(name);
  if (near !== undefined) {
    return refused(
      `\`${shortened(name)}\` is no field; did you mean \`${near}\`?`,
      `write attributes.${shortened(name)} for an attribute of this name`,
    );
  }
  if (PLAIN_NAME.test(name)) return attribute(name);
  return refused(
    `\`${shortened(name)}\` is no name of a field`,
    'put the whole text in quotes to search for it; attributes with unusual names are written attributes.NAME, with \\ in front of signs',
  );
}

/** The name under which a field stands in a query. */
export function fieldName(field: QueryField): string {
  return field.type === 'attribute' ? `${ATTRIBUTES}.${field.path}` : field.name;
}

function attribute(path: string): ResolvedField {
  return { ok: true, field: { type: 'attribute', path } };
}

function refused(message: string, advice: string): ResolvedField {
  return { ok: false, message, advice };
}

function shortened(name: string): string {
  return name.length > 60 ? `${name.slice(0, 60)}…` : name;
}

/** `paymentId`, `payment_id` and `Payment.ID` are all one here. */
function folded(name: string): string {
  return name.toLowerCase().replace(/[._-]/g, '');
}

function nearestName(name: string): string | undefined {
  if (name.length > 64) return undefined;
  const same = NAMES.find((known) => folded(known) === folded(name));
  return same ?? NAMES.find((known) => known.length >= SHORTEST_MISSPELLED && isOneEditAway(known, name));
}

/** One character more, less or other, or two neighbors swapped. */
function isOneEditAway(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  const [restA, restB] = [a.slice(at), b.slice(at)];
  return (
    restA.slice(1) === restB ||
    restA === restB.slice(1) ||
    restA.slice(1) === restB.slice(1) ||
    restA === `${b.charAt(at + 1)}${b.charAt(at)}${b.slice(at + 2)}`
  );
}
