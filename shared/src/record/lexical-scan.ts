/**
 * One pass over the text of a record that answers what `JSON.parse` hides: how many members it has (duplicates included) and
 * whether anything in it might need a change inside. It may say "perhaps" too often, never too rarely: the slow path decides.
 * This is the hot path: one loop, no allocation, most characters leave at the first comparison.
 */

import { findPans } from './pan.ts';

/** Flags of {@link lexicalScan}, above the 24 bits of the member count. */
const NEEDS_CHANGE = 1 << 24;
const HAS_CONTROL = 1 << 25;
const COUNT_MASK = (1 << 24) - 1;

/** Fewest digits of a PAN. */
const PAN_DIGITS = 13;
/** How far behind a word like `cvv` its digits may stand. */
const CVV_REACH = 20;

// Character codes of small letters.
const [A, C, S, T, V, Y] = [97, 99, 115, 116, 118, 121] as const;

/** What the scan saw; made once a record from the bits of {@link lexicalScan}. */
export const scanResult = {
  /** Members of all objects, duplicates counted each time. */
  members: (bits: number): number => bits & COUNT_MASK,
  /**
   * Something may need a change inside: a chain of 13 or more digits that is (or, behind escapes, may be) a PAN, a word for a card
   * verification code with a digit near behind it, a lone surrogate, NUL, or an escape that hides a digit or a separator.
   */
  needsChange: (bits: number): boolean => (bits & NEEDS_CHANGE) !== 0,
  /** Line feeds or other control characters between the tokens: they must not reach a line-based bulk request. */
  hasControl: (bits: number): boolean => (bits & HAS_CONTROL) !== 0,
} as const;

function digitWithin(text: string, from: number): boolean {
  const end = Math.min(text.length, from + CVV_REACH);
  for (let index = from; index < end; index += 1) {
    const code = text.charCodeAt(index);
    if (code >= 48 && code <= 57) return true;
  }
  return false;
}

const lower = (text: string, index: number): number => text.charCodeAt(index) | 32;

const follows = (text: string, index: number, word: string): boolean =>
  text.slice(index, index + word.length).toLowerCase() === word;

/** Whether the letter (v, s or y in lower case) at `index` stands in a word that names a card verification code. */
function namesCvv(text: string, index: number, letter: number): boolean {
  const before = lower(text, index - 1);
  if (letter === V)
    return before === C || (before === A && lower(text, index - 2) === C) || follows(text, index, 'verif');
  if (letter === S) return before === C && lower(text, index + 1) === C;
  return before === T && follows(text, index - 5, 'curity');
}

const isHex = (text: string): boolean => /^[0-9a-fA-F]{4}$/.test(text);

/** Code of the `\uXXXX` at `index` (of the backslash), or -1. */
function unicodeEscape(text: string, index: number): number {
  const hex = text.slice(index + 2, index + 6);
  return text.charCodeAt(index) === 92 && text.charCodeAt(index + 1) === 117 && isHex(hex)
    ? Number.parseInt(hex, 16)
    : -1;
}

/** Length of the escape at `index`, negative when it must be decoded to be judged. */
function escapeLength(text: string, index: number): number {
  if (text.charCodeAt(index + 1) !== 117) return 2;
  const code = unicodeEscape(text, index);
  if (code >= 0xd800 && code <= 0xdbff) {
    const low = unicodeEscape(text, index + 6);
    return low >= 0xdc00 && low <= 0xdfff ? 12 : -6;
  }
  // ASCII letters are never escaped without a reason; NUL cannot be a key of Elasticsearch's flattened fields; spaces, dashes
  // and invisible characters may separate the digits of a PAN.
  const plain =
    code >= 0xa1 &&
    code !== 0xad &&
    !(code >= 0x2000 && code <= 0x206f) &&
    code < 0xd800 &&
    code !== 0x2212 &&
    code !== 0x3000;
  return plain || (code > 0xe000 && code < 0xfeff) ? 6 : -6;
}

/** Scans the JSON text of one record. The result is read by {@link scanResult}. */
export function lexicalScan(text: string): number {
  let members = 0;
  let flags = 0;
  let inString = false;
  let digits = 0;
  let perhapsPan = false;
  let escaped = false;
  const length = text.length;
  for (let index = 0; index < length; index += 1) {
    const code = text.charCodeAt(index);
    if (code > 57) {
      // Characters beyond ASCII may be separators: they do not end a chain of digits, nor does the underscore.
      if (code < 127 && code !== 95) digits = 0;
      if (code === 58) {
        if (!inString) members += 1;
      } else if (code === 92) {
        escaped = true;
        const step = escapeLength(text, index);
        if (step < 0) flags |= NEEDS_CHANGE;
        index += Math.abs(step) - 1;
      } else if ((code | 32) === V || (code | 32) === S || (code | 32) === Y) {
        if (namesCvv(text, index, code | 32) && digitWithin(text, index + 1)) flags |= NEEDS_CHANGE;
      } else if (code >= 0xd800 && code <= 0xdfff) {
        // A pair, since the bytes were valid UTF-8.
        index += 1;
      }
    } else if (code >= 48) {
      digits += 1;
      if (digits === PAN_DIGITS) perhapsPan = true;
    } else if (code === 34) {
      inString = !inString;
      digits = 0;
    } else if (code === 44) {
      if (!inString) digits = 0;
    } else if (code < 32) {
      flags |= HAS_CONTROL;
    }
  }
  // Epoch times and order numbers are long chains too. Without escapes the text shows what the strings hold.
  if (perhapsPan && (escaped || findPans(text).length > 0)) flags |= NEEDS_CHANGE;
  return Math.min(members, COUNT_MASK) | flags;
}
