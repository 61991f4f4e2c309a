/**
 * Primary account numbers (PANs) in free text: digit groups with the usual separators, 13 to 19 digits, a known issuer range
 * and a valid Luhn digit. Luhn alone marks 10 % of random digit strings; with issuer and length 0.4-3 % remain.
 */

/** Fewest digits of a PAN (ISO/IEC 7812-1 knows 8 to 19; below 13 none is in use). */
export const MIN_PAN_LENGTH = 13;
const MAX_PAN_LENGTH = 19;

/** Where a PAN stands in a text, separators included, and its digits. */
export interface PanMatch {
  readonly start: number;
  readonly end: number;
  readonly digits: string;
}

/** Percent-encoded separators: white space, plus, hyphen, dot, slash, backslash, underscore. */
const PERCENT_SEPARATOR = '%(?:20|09|0[aAdD]|2[bBdDeEfF]|5[cCfF])';
/** Backslashes, alone or before what JSON escapes, in JSON text that stands in a string (in a string). */
const BACKSLASHES = String.raw`\\{1,8}(?:[nrt]|u[\da-fA-F]{4})?`;
/**
 * One separator: white space, hyphens and dashes, dot, underscore, slashes, plus, invisible characters; as they are, percent-encoded
 * or behind JSON escapes.
 */
const SEPARATOR = String.raw`(?:${BACKSLASHES}|${PERCENT_SEPARATOR}|[\s\-._/+\u00ad\u2000-\u2015\u2060\u2212])`;
const DIGIT_CHAIN = new RegExp(String.raw`\d(?:${SEPARATOR}{0,3}\d){12,}`, 'g');
const DIGIT_GROUP = new RegExp(String.raw`(\d+)(${SEPARATOR}*)`, 'g');

interface IssuerRange {
  readonly from: number;
  readonly to: number;
  readonly lengths: readonly number[];
}

const range = (from: number, to: number, ...lengths: number[]): IssuerRange => ({ from, to, lengths });

/**
 * Issuer identification ranges and PAN lengths by first digit (ISO/IEC 7812-1; the schemes' public BIN tables as collected at
 * https://en.wikipedia.org/wiki/Payment_card_number). UATP (1...) is left out: every epoch time in ms begins with 1.
 */
const ISSUERS: readonly IssuerRange[] = [
  range(4, 4, 13, 16, 18, 19), // Visa
  range(51, 55, 16), // Mastercard
  range(2221, 2720, 16), // Mastercard
  range(34, 34, 15), // American Express
  range(37, 37, 15), // American Express
  range(300, 305, 14, 15, 16, 17, 18, 19), // Diners Club
  range(3095, 3095, 14, 15, 16, 17, 18, 19), // Diners Club
  range(36, 36, 14, 15, 16, 17, 18, 19), // Diners Club
  range(38, 39, 14, 15, 16, 17, 18, 19), // Diners Club
  range(3528, 3589, 16, 17, 18, 19), // JCB
  range(6011, 6011, 16, 17, 18, 19), // Discover
  range(644, 649, 16, 17, 18, 19), // Discover
  range(65, 65, 16, 17, 18, 19), // Discover, RuPay
  range(60, 60, 16), // RuPay
  range(62, 62, 16, 17, 18, 19), // UnionPay
  range(81, 82, 16, 17, 18, 19), // UnionPay, RuPay
  range(50, 50, 13, 14, 15, 16, 17, 18, 19), // Maestro, Verve, RuPay, Elo
  range(56, 58, 13, 14, 15, 16, 17, 18, 19), // Maestro
  range(6304, 6304, 13, 14, 15, 16, 17, 18, 19), // Maestro
  range(636, 639, 13, 14, 15, 16, 17, 18, 19), // Maestro, Elo, Instapayment
  range(67, 67, 13, 14, 15, 16, 17, 18, 19), // Maestro
  range(2200, 2204, 16, 17, 18, 19), // Mir
  range(9792, 9792, 16), // Troy
];

/** For each first four digits, the lengths that a PAN may have: bit n for length n. A look-up, since hostile text asks it for every digit. */
const LENGTHS_BY_PREFIX = lengthsByPrefix();

function lengthsByPrefix(): Uint32Array {
  const table = new Uint32Array(10_000);
  for (const { from, to, lengths } of ISSUERS) {
    const scale = 10 ** (4 - String(from).length);
    const bits = lengths.reduce((sum, length) => sum | (1 << length), 0);
    for (let prefix = from * scale; prefix < (to + 1) * scale; prefix += 1) table[prefix] = (table[prefix] ?? 0) | bits;
  }
  return table;
}

function hasIssuer(digits: string): boolean {
  return (((LENGTHS_BY_PREFIX[Number(digits.slice(0, 4))] ?? 0) >> digits.length) & 1) === 1;
}

/** The Luhn check of ISO/IEC 7812-1 annex B over a string of digits. */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = digits.length - 1, double = false; index >= 0; index -= 1, double = !double) {
    const digit = digits.charCodeAt(index) - 48;
    sum += double ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit;
  }
  return sum % 10 === 0;
}

/** Whether `digits` (digits only) is a PAN by length, issuer and Luhn. */
export function isPan(digits: string): boolean {
  return digits.length >= MIN_PAN_LENGTH && digits.length <= MAX_PAN_LENGTH && hasIssuer(digits) && passesLuhn(digits);
}

interface Group {
  readonly start: number;
  readonly end: number;
  readonly digits: string;
}

function groupsOf(chain: string, offset: number): Group[] {
  return Array.from(chain.matchAll(DIGIT_GROUP), (match) => {
    const digits = match[1] ?? '';
    return { start: offset + match.index, end: offset + match.index + digits.length, digits };
  });
}

/** The longest run of whole groups from `first` on that is a PAN: whole, so that a part of a longer number never matches. */
function panFrom(groups: readonly Group[], first: number): { match: PanMatch; next: number } | undefined {
  const begin = groups[first];
  let digits = '';
  let found: { match: PanMatch; next: number } | undefined;
  for (let index = first; begin && index < groups.length && digits.length < MAX_PAN_LENGTH; index += 1) {
    const group = groups[index];
    if (!group) break;
    digits += group.digits;
    if (isPan(digits)) found = { match: { start: begin.start, end: group.end, digits }, next: index + 1 };
  }
  return found;
}

/** A clock time with seconds: the fraction and the offset behind them are digits and separators too. */
const CLOCK_BEFORE = /\d\d:\d\d:$/;
const MASKED_BEHIND = /^\*{3,9}\d{4}/;

/** The groups of a chain that may belong to a PAN: not the seconds of a clock time, not the first six digits of a masked PAN. */
function openGroups(text: string, groups: readonly Group[]): readonly Group[] {
  const first = groups[0];
  const last = groups.at(-1);
  if (!first || !last) return groups;
  const isSeconds =
    first.digits.length === 2 && CLOCK_BEFORE.test(text.slice(Math.max(0, first.start - 6), first.start));
  const isMasked = last.digits.length === 6 && MASKED_BEHIND.test(text.slice(last.end, last.end + 16));
  return groups.slice(isSeconds ? 1 : 0, isMasked ? -1 : groups.length);
}

function pansIn(groups: readonly Group[]): PanMatch[] {
  const rest = [...groups];
  const matches: PanMatch[] = [];
  for (let index = 0; index < rest.length;) {
    const found = panFrom(rest, index);
    if (!found) {
      index += 1;
      continue;
    }
    matches.push(found.match);
    // The last four digits stay readable: with the digits behind them they may be a PAN again.
    const { end, digits } = found.match;
    index = found.next - 1;
    rest[index] = { start: end, end, digits: digits.slice(-4) };
  }
  return matches;
}

/** Digits at the start of a chain that belong to a percent escape: two in `%224111...` (a quote), one in `%C34111...`. */
function percentDigits(text: string, start: number): number {
  if (text[start - 1] === '%') return 2;
  return text[start - 2] === '%' && /[A-Fa-f]/.test(text[start - 1] ?? '') ? 1 : 0;
}

function pansOfText(text: string): PanMatch[] {
  const matches: PanMatch[] = [];
  for (const { 0: chain, index } of text.matchAll(DIGIT_CHAIN)) {
    let found = pansIn(openGroups(text, groupsOf(chain, index)));
    const escaped = found[0]?.start === index ? 0 : percentDigits(text, index);
    if (escaped > 0) found = pansIn(openGroups(text, groupsOf(chain.slice(escaped), index + escaped)));
    matches.push(...found);
  }
  return matches;
}

/**
 * UUIDs of any version (shippers make ids of that form from hashes), and what is written as 32, 40, 64 or 128 hexadecimal digits:
 * UUIDs without hyphens, trace ids, digests. Of each kind one in a few thousand looks as if it held a PAN; as an id it would be
 * refused.
 */
const HEXADECIMAL_ID =
  /(?<![\da-z])(?:[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|[\da-f]{128}|[\da-f]{64}|[\da-f]{40}|[\da-f]{32})(?![\da-z])/gi;
/**
 * All digits, or digits and the D and F of track 2 data: rather a PAN. Four letters are more than track 2 data has, and with the hyphens
 * of a UUID it has none.
 */
const SURELY_NO_PAN = /[abce]|(?:\d*[df]){4}|^(?=.*-).*[df]/i;

/**
 * All PANs in `text`, in order. One may begin with the last four digits of the one before: then its `start` is that one's `end`.
 * UUIDs and other hexadecimal ids hold none.
 */
export function findPans(text: string): PanMatch[] {
  const matches = pansOfText(text);
  if (matches.length === 0) return matches;
  const withoutIds = text.replaceAll(HEXADECIMAL_ID, (id) => (SURELY_NO_PAN.test(id) ? 'x'.repeat(id.length) : id));
  return withoutIds === text ? matches : pansOfText(withoutIds);
}
