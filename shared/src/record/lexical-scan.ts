/**
 * One pass over the text of a record that answers what `JSON.parse` hides: how many members it has (duplicates included), which
 * characters stand behind escapes, and whether digits are near enough for a card number. It may say "perhaps" too often, never too
 * rarely. For records that `plain-text.ts` could not clear: one loop, no allocation.
 */

/** Flags of {@link lexicalScan}, above the 24 bits of the member count. */
const HAS_BAD_ESCAPE = 1 << 24;
const HAS_CONTROL = 1 << 25;
const MAY_HOLD_DATA = 1 << 26;
const COUNT_MASK = (1 << 24) - 1;

/** Fewest digits of a PAN. */
const PAN_DIGITS = 13;

const [QUOTE, PERCENT, COMMA, ZERO, NINE, COLON, BACKSLASH, UNDERSCORE, U] = [
  34, 37, 44, 48, 57, 58, 92, 95, 117,
] as const;

/** What the scan saw; made once a record from the bits of {@link lexicalScan}. */
export const scanResult = {
  /** Members of all objects, duplicates counted each time. */
  members: (bits: number): number => bits & COUNT_MASK,
  /** A lone surrogate or NUL stands behind an escape: neither may reach the store. */
  hasBadEscape: (bits: number): boolean => (bits & HAS_BAD_ESCAPE) !== 0,
  /** Line feeds or other control characters between the tokens: they must not reach a line-based bulk request. */
  hasControl: (bits: number): boolean => (bits & HAS_CONTROL) !== 0,
  /** There is a chain of 13 or more digits, or ASCII text behind `\u` escapes: the decoded values have to be looked at. */
  mayHoldData: (bits: number): boolean => (bits & MAY_HOLD_DATA) !== 0,
} as const;

/** Code of the `\uXXXX` at `index` (of the backslash); NaN when there is none. */
function unicodeEscape(text: string, index: number): number {
  return text.charCodeAt(index) === BACKSLASH && text.charCodeAt(index + 1) === U
    ? Number.parseInt(text.slice(index + 2, index + 6), 16)
    : Number.NaN;
}

/** Flags of the `\uXXXX` at `index`. */
function escapeFlags(text: string, index: number): number {
  const code = unicodeEscape(text, index);
  if (code === 0) return HAS_BAD_ESCAPE;
  // Printable ASCII is never escaped without a reason.
  if (code >= 0x20 && code < 0x7f) return MAY_HOLD_DATA;
  if (code >= 0xdc00 && code <= 0xdfff) return HAS_BAD_ESCAPE;
  if (code < 0xd800 || code > 0xdbff) return 0;
  const low = unicodeEscape(text, index + 6);
  return low >= 0xdc00 && low <= 0xdfff ? 0 : HAS_BAD_ESCAPE;
}

/** Length of the escape at `index`: of a surrogate pair both halves. */
function escapeLength(text: string, index: number): number {
  if (text.charCodeAt(index + 1) !== U) return 2;
  const code = unicodeEscape(text, index);
  return code >= 0xd800 && code <= 0xdbff ? 12 : 6;
}

/** n, r, t or u: the escapes that may stand for a separator. */
const isEscapeLetter = (code: number): boolean => code === 110 || code === 114 || code === 116 || code === U;

/** Whether the letter at `index` is the end of a percent escape, which may stand for a separator. */
const endsPercentEscape = (text: string, index: number): boolean => text.charCodeAt(index - 2) === PERCENT;

/** Scans JSON text that `JSON.parse` has accepted. The result is read by {@link scanResult}. */
export function lexicalScan(text: string): number {
  let members = 0;
  let flags = 0;
  let inString = false;
  let digits = 0;
  const length = text.length;
  for (let index = 0; index < length; index += 1) {
    const code = text.charCodeAt(index);
    if (code > NINE) {
      if (code === BACKSLASH) {
        // What it stands for may be a separator: the chain goes on.
        const next = text.charCodeAt(index + 1);
        if (next === U) flags |= escapeFlags(text, index);
        // The backslash of an escape in JSON text that stands in a string.
        else if (next === BACKSLASH && digits > 0 && isEscapeLetter(text.charCodeAt(index + 2))) flags |= MAY_HOLD_DATA;
        index += escapeLength(text, index) - 1;
      } else if (code === COLON) {
        if (!inString) members += 1;
        digits = 0;
      } else if (digits > 0 && code < 127 && code !== UNDERSCORE && !endsPercentEscape(text, index)) {
        // Characters beyond ASCII may be separators too.
        digits = 0;
      }
    } else if (code >= ZERO) {
      digits += 1;
      if (digits === PAN_DIGITS) flags |= MAY_HOLD_DATA;
    } else if (code === QUOTE) {
      inString = !inString;
      digits = 0;
    } else if (code === COMMA) {
      digits = 0;
    } else if (code < 32) {
      flags |= HAS_CONTROL;
    }
  }
  return Math.min(members, COUNT_MASK) | flags;
}
