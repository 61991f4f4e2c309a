import { parseLevel } from '../record/level.ts';
import { exactJsonNumber } from './number-value.ts';
import { fieldName, resolveField } from './resolve-field.ts';

/** Longest text of a field with words that is quoted whole. */
const MAX_WORDS_LENGTH = 512;

const PLAIN_VALUE = /^[\p{L}\p{N}_][\p{L}\p{N}_.@:/-]*$/u;
const OPERATOR = /^(?:and|or|not)$/i;
const PLAIN_NAME = /[\p{L}\p{N}_.@$/-]/u;
const LETTER_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);
/** What does not survive everywhere that a query goes, such as a URL or a line of input: control characters, half surrogates. */
const FRAGILE = /[\p{Cc}\p{Cs}\u2028\u2029]/u;

/**
 * The condition `field:value` that finds exactly this value, for any text; `field` is the name of a known field or one that begins with
 * `attributes.`. Texts with words are cut to the first 512 characters.
 */
export function quoteValue(field: string, value: string): string {
  const resolved = resolveField(field);
  const name = resolved.ok ? fieldName(resolved.field) : `attributes.${field}`;
  const isWords = resolved.ok && resolved.field.type === 'words';
  return `${quotedName(name)}:${isWords ? quotedWords(value) : isPlain(name, value) ? value : `"${escaped(value)}"`}`;
}

/** Whether a value means the same without quotes. */
function isPlain(name: string, value: string): boolean {
  if (name === 'level') return parseLevel(value) === value;
  // `5.0` would find the number 5 too, which is another value when it is a text.
  const number = exactJsonNumber(value);
  return PLAIN_VALUE.test(value) && !OPERATOR.test(value) && (number === undefined || String(number) === value);
}

/** The beginning of a long text: whole words if there is a space to cut at, else a last word that goes on. */
function quotedWords(value: string): string {
  if (value.length <= MAX_WORDS_LENGTH) return `"${escaped(value)}"`;
  const beginning = value.slice(0, MAX_WORDS_LENGTH);
  const space = beginning.search(/\s\S*$/u);
  return space > 0 ? `"${escaped(beginning.slice(0, space))}"` : `"${escaped(beginning)}"*`;
}

function quotedName(name: string): string {
  return Array.from(name, (sign) => (PLAIN_NAME.test(sign) ? sign : (escapedSign(sign) ?? `\\${sign}`))).join('');
}

function escaped(text: string): string {
  return Array.from(text, (sign) => (sign === '"' || sign === '\\' ? `\\${sign}` : (escapedSign(sign) ?? sign))).join(
    '',
  );
}

function escapedSign(sign: string): string | undefined {
  return (
    LETTER_ESCAPES.get(sign) ??
    (FRAGILE.test(sign) ? `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}` : undefined)
  );
}
