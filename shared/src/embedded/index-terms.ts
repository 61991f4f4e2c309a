import { createHash } from 'node:crypto';
import type { AttributeField, KnownField } from '../ports/query.ts';

/**
 * The terms of the full-text index, which is the only inverted index. The words of `message` stand in it as they are; every other
 * term begins with `~`, so that no word can look like one:
 *
 * - `~K<value>` the exact value of a field, where K is the field's key: one character for a known field, `.<path>~` for an attribute;
 *   the words of `error.message` and `error.stack` stand behind the keys of these fields.
 * - `~;K<hex>` a number, its 64 bits in an order that is the one of numbers, zeros at the end left out;
 *   `~,K<4 digits>` the first 16 bits of it: 16 ranges for each power of two.
 * - `~_<known fields>;<path>;<path>` the shape of the record: which fields have a value. `~'K` a field that the shape does not tell.
 * - `~~d<day>`, `~~h<hour>`, `~~m<minute>`, `~~s<second>` when it was received. `~~a` every record, `~~n` those without a shape.
 *
 * FTS5 gets them separated by spaces and must not split or change them: see {@link TOKENIZER}.
 */

/** FTS5's `ascii` tokenizer leaves everything beyond ASCII alone; these are the other characters that occur in our terms. */
export const TOKENIZER = `ascii tokenchars '_.,;~'''`;

/** Values of more characters are not found. */
export const MAX_VALUE_CHARS = 1024;
/** Longer values stand in the index by their beginning and their digest. */
const MAX_TERM_CHARS = 200;
/** How much of the beginning: prefixes up to this length are found by it. */
export const HEAD_CHARS = 100;

/** One character for each known field, for ever: these stand in databases. `message` has none. */
const CODES = {
  message: '',
  service: 's',
  level: 'l',
  id: 'i',
  trace_id: 't',
  span_id: 'n',
  request_id: 'r',
  environment: 'e',
  host: 'h',
  logger: 'g',
  data_set: 'd',
  duration_ms: '0',
  'error.type': 'y',
  'error.message': 'm',
  'error.stack': 'k',
  'http.method': 'o',
  'http.path': 'u',
  'http.status_code': '1',
  'http.duration_ms': '2',
  'http.host': 'v',
  'http.user_agent': 'w',
  'http.client_ip': 'c',
  'payment.id': 'p',
  'payment.merchant_id': 'a',
  'payment.amount_minor': '3',
  'payment.currency': 'b',
  'payment.method': 'f',
  'payment.status': 'j',
  'payment.provider': 'q',
  'payment.latency_ms': '4',
} as const;

/** A known field that is indexed by its content. */
export type IndexedName = keyof typeof CODES;

/** The known fields, in the order of their bits in a shape. */
export const INDEXED_NAMES = Object.keys(CODES) as IndexedName[];

/** How the terms of a field begin, behind `~` and the mark of their kind. */
export function fieldKey(field: KnownField | AttributeField): string {
  if (field.type === 'attribute') return attributeKey(field.path);
  const code = (CODES as Readonly<Record<string, string>>)[field.name];
  if (code === undefined) throw new Error(`No index is kept for the field ${field.name}`);
  return code;
}

/** The key of a known field. */
export function knownKey(name: IndexedName): string {
  return CODES[name];
}

/** The key of an attribute. */
export function attributeKey(path: string): string {
  return `.${encode(path)}~`;
}

/** The term of an exact value. */
export function valueTerm(key: string, value: string): string {
  if (value.length <= MAX_TERM_CHARS) return `~${key}${encode(value)}`;
  return `~${key}${longHead(value)}${createHash('sha256').update(value).digest('hex')}`;
}

/** How the terms of long values begin that begin with these {@link HEAD_CHARS} characters. */
export function longHead(value: string): string {
  return `${encode(value.slice(0, HEAD_CHARS))}~`;
}

/** Behind a field's key: the value again, or undefined for a long value. */
export function decodeValue(encoded: string): string | undefined {
  if (encoded.includes('~')) return undefined;
  return encoded.replace(/_(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** Case and punctuation survive as `_` and two hexadecimal digits, since the tokenizer folds ASCII letters. */
export function encode(value: string): string {
  return PLAIN.test(value) ? value : value.replace(SPECIAL, escapeOf);
}

const PLAIN = /^[a-z0-9\u0080-\uffff]*$/;
const SPECIAL = /[^a-z0-9\u0080-\uffff]/g;
const ESCAPES = Array.from({ length: 128 }, (_, code) => `_${code.toString(16).padStart(2, '0')}`);

function escapeOf(char: string): string {
  return ESCAPES[char.charCodeAt(0)] ?? char;
}

/** The term of a word of a field of text; of `message` it is the word itself. */
export function wordTerm(key: string, word: string): string {
  return key === '' ? word : `~${key}${word}`;
}

/** The term of a number. */
export function numberTerm(key: string, digits: string): string {
  return `~;${key}${digits}`;
}

/** The term of the range of numbers that begin with the same {@link RANGE_DIGITS} digits. */
export function rangeTerm(key: string, digits: string): string {
  return `~,${key}${digits}`;
}

/** Digits of {@link orderedDigits} that make a range. */
export const RANGE_DIGITS = 4;

const NUMBER = new Float64Array(1);
const HALVES = new Uint32Array(NUMBER.buffer);
/** Numbers are laid out with their lower half first on all machines that Node.js runs on. */
const [LOW, HIGH] = [0, 1] as const;

/** The 64 bits of a number as 16 hexadecimal digits that order as the numbers do; -0 is 0. */
export function orderedDigits(value: number): string {
  NUMBER[0] = value === 0 ? 0 : value;
  const [low = 0, high = 0] = [HALVES[LOW], HALVES[HIGH]];
  const isNegative = high >= 0x80000000;
  const top = isNegative ? ~high >>> 0 : (high ^ 0x80000000) >>> 0;
  const bottom = isNegative ? ~low >>> 0 : low;
  return top.toString(16).padStart(8, '0') + (bottom === 0 ? '00000000' : bottom.toString(16).padStart(8, '0'));
}

/** Zeros at the end do not change the order, since the digits are those of a fraction. */
export function shortDigits(digits: string): string {
  let end = digits.length;
  while (end > 1 && digits.charCodeAt(end - 1) === ZERO) end -= 1;
  return digits.slice(0, end);
}

const ZERO = 0x30;

/** The number of {@link orderedDigits}, whole or cut. */
export function numberOfDigits(digits: string): number {
  const whole = digits.padEnd(16, '0');
  const [top, bottom] = [Number.parseInt(whole.slice(0, 8), 16), Number.parseInt(whole.slice(8), 16)];
  const isNegative = top < 0x80000000;
  HALVES[HIGH] = isNegative ? ~top >>> 0 : (top ^ 0x80000000) >>> 0;
  HALVES[LOW] = isNegative ? ~bottom >>> 0 : bottom;
  return NUMBER[0] ?? 0;
}

/** How the terms of shapes begin. */
export const SHAPE_MARK = '~_';

/** The shape of a record: known fields as bits by {@link INDEXED_NAMES}, then the encoded paths of its attributes. */
export function shapeTerm(known: number, paths: readonly string[]): string {
  return paths.length === 0
    ? `${SHAPE_MARK}${known.toString(16)}`
    : `${SHAPE_MARK}${known.toString(16)};${paths.join(';')}`;
}

/** What a shape says. */
export function readShape(term: string): { readonly known: number; readonly paths: readonly string[] } {
  const [known = '0', ...paths] = term.slice(SHAPE_MARK.length).split(';');
  return { known: Number.parseInt(known, 16), paths };
}

/** The term of a field that has a value, when the shape does not tell. */
export function presenceTerm(key: string): string {
  return `~'${key === '' ? '_' : key}`;
}

/** The term of records that have no shape. */
export const SHAPELESS_TERM = '~~n';

/** The term that every record has. */
export const EVERY_TERM = '~~a';

/** What times of receipt are found by, the smallest first: live tails ask for single seconds, again and again. */
export const RECEIPT_UNITS = [
  { unit: 's', ms: 1000 },
  { unit: 'm', ms: 60_000 },
  { unit: 'h', ms: 3_600_000 },
  { unit: 'd', ms: 86_400_000 },
] as const;

/** The terms of the second, minute, hour and day of receipt, numbered from 1970. */
export function receiptTerm(unit: (typeof RECEIPT_UNITS)[number]['unit'], number: number): string {
  return `~~${unit}${number.toString(16).padStart(9, '0')}`;
}

/** Above every term that begins with `start`. */
export function endOf(start: string): string {
  return `${start}\u{10ffff}`;
}
