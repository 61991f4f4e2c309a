/**
 * Primary account numbers (PANs) in free text: digit groups with the usual separators, 13 to 19 digits, a known issuer range
 * and a valid Luhn digit. Luhn alone marks 10 % of random digit strings; with issuer and length 0.4-3 % remain.
 */

/** Where a PAN stands in a text, separators included, and its digits. */
export interface PanMatch {
  readonly start: number;
  readonly end: number;
  readonly digits: string;
}

/**
 * One separator: white space, hyphens and dashes, dot, underscore, slashes, plus, invisible characters, and percent-encoded
 * space, hyphen, dot and slash.
 */
const SEPARATOR = String.raw`(?:[\s\-._/\\+\u00a0\u00ad\u2000-\u2015\u202f\u2060\u2212\u3000\ufeff]|%20|%2[dDeEfF])`;
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

function hasIssuer(digits: string): boolean {
  return ISSUERS.some(({ from, to, lengths }) => {
    const prefix = Number(digits.slice(0, String(from).length));
    return prefix >= from && prefix <= to && lengths.includes(digits.length);
  });
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
  return digits.length >= 13 && digits.length <= 19 && hasIssuer(digits) && passesLuhn(digits);
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
  for (let index = first; begin && index < groups.length && digits.length < 19; index += 1) {
    const group = groups[index];
    if (!group) break;
    digits += group.digits;
    if (isPan(digits)) found = { match: { start: begin.start, end: group.end, digits }, next: index + 1 };
  }
  return found;
}

/** All PANs in `text`, in order, not overlapping. */
export function findPans(text: string): PanMatch[] {
  const matches: PanMatch[] = [];
  for (const chain of text.matchAll(DIGIT_CHAIN)) {
    const groups = groupsOf(chain[0], chain.index);
    for (let index = 0; index < groups.length;) {
      const found = panFrom(groups, index);
      if (found) matches.push(found.match);
      index = found?.next ?? index + 1;
    }
  }
  return matches;
}
