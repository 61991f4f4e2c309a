/**
 * Redaction of cardholder data in free text. PCI DSS 4.0.1: 3.3.1 card verification codes and track data are never stored, 3.4.1
 * at most the first six and the last four digits of a PAN are shown, 3.5.1 PANs are unreadable wherever they are kept.
 */
import { parseDecimal } from './decimal.ts';
import { findPans, isPan, MIN_PAN_LENGTH } from './pan.ts';
import { mayHoldPan, mayNameCvv } from './plain-text.ts';

/** Text after redaction, and what was found. */
export interface RedactedText {
  readonly text: string;
  /** Number of places that were changed. */
  readonly redacted: number;
  readonly pan: number;
  readonly cvv: number;
}

/** What stands in place of a card verification code. */
export const REDACTED = '[REDACTED]';

/**
 * What follows a PAN in magnetic stripe data (ISO/IEC 7813) and its copy on chips (EMV tag 57): track 1 `^NAME^YYMM...?`, track 2
 * `=YYMM...?` or `DYYMM...F`. It goes with it.
 */
const TRACK_REST = /(?:=\d{4,}\??|D\d{7,}F?|\^[^^\n]{2,26}\^\d{4}[^?\s]*\??)/y;

/** A code of three or four digits behind a word that names it: `cvv 123`, `"cvc2":"123"`, `security code is 1234`. */
const CVV_IN_TEXT =
  /(?<![a-z])((?:card[ _-]?)?(?:(?:cvv|cvc|cvn|csc|cav)[ _-]?2?|security[ _-]?code)|card[ _-]?verification)((?:[ _-]?(?:code|number|value|no))?(?:\s+(?:is|was))?(?:[\s"'\\:=#>[({-]|%(?:20|22|3[ad]|5[bc]|7b)){1,24})(\d{3,4})(?![\da-z]|\.\d)/gi;

const CVV_KEY =
  /(?:^|_)(?:card_?)?(?:(?:cvv|cvc|cvn|csc|cav)_?2?(?:_?(?:code|number|value))?|(?:security|verification)_?(?:code|value|number)|card_?verification)$/;

/** Longer names are sentences, not names. */
const MAX_CVV_KEY_LENGTH = 64;

/** Whether a member of this name holds a card verification code (when its value is three or four digits). */
export function isCvvKey(key: string): boolean {
  if (key.length > MAX_CVV_KEY_LENGTH || !mayNameCvv(key)) return false;
  // cardCvv, card-cvv and "card cvv" as card_cvv.
  const words = key
    .replaceAll(/([a-z\d])(?=[A-Z])/g, '$1_')
    .replaceAll(/[\s_.-]+/g, '_')
    .replace(/_$/, '');
  return CVV_KEY.test(words.toLowerCase()) || CVV_KEY.test(key.toLowerCase());
}

/** Whether the value of a member that {@link isCvvKey} names is a code. */
export function isCvvValue(text: string): boolean {
  return /^\s*\d{3,4}\s*$/.test(text);
}

/** Whether the whole part of a JSON number is a PAN: 4111111111111111.0 and -4.111111111111111E15 are the same digits. */
export function isPanNumber(token: string): boolean {
  if (token.length < MIN_PAN_LENGTH && !/e/i.test(token)) return false;
  return isPan(parseDecimal(token)?.whole ?? '');
}

/** First six, last four, the rest masked, separators gone. */
export function maskPan(digits: string): string {
  return digits.slice(0, 6) + '*'.repeat(digits.length - 10) + digits.slice(-4);
}

function maskPans(text: string): { text: string; pan: number } {
  const matches = findPans(text);
  if (matches.length === 0) return { text, pan: 0 };
  const parts: string[] = [];
  let at = 0;
  for (const { start, end, digits } of matches) {
    if (start < at) {
      // It stood in track data, which is gone.
      at = Math.max(at, end);
      continue;
    }
    const before = parts.at(-1);
    // One that begins with the last four digits of the one before takes them over.
    if (start === at && before?.endsWith(digits.slice(0, 4)) === true) parts[parts.length - 1] = before.slice(0, -4);
    else parts.push(text.slice(at, start));
    parts.push(maskPan(digits));
    TRACK_REST.lastIndex = end;
    const rest = TRACK_REST.exec(text);
    if (rest) parts.push(REDACTED);
    at = end + (rest?.[0].length ?? 0);
  }
  return { text: parts.join('') + text.slice(at), pan: matches.length };
}

/** Masks PANs (with the track data behind them) and card verification codes in `text`. Doing it twice changes nothing more. */
export function redactText(text: string): RedactedText {
  const masked = mayHoldPan(text) ? maskPans(text) : { text, pan: 0 };
  if (!mayNameCvv(masked.text)) return { text: masked.text, redacted: masked.pan, pan: masked.pan, cvv: 0 };
  let cvv = 0;
  const clean = masked.text.replaceAll(CVV_IN_TEXT, (_match, name: string, between: string) => {
    cvv += 1;
    return name + between + REDACTED;
  });
  return { text: clean, redacted: masked.pan + cvv, pan: masked.pan, cvv };
}

// Lone surrogates are not valid Unicode and have no UTF-8 form.
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Like {@link redactText}, and lone surrogates become U+FFFD: text that may be kept. */
export function cleanText(text: string): RedactedText {
  const redacted = redactText(text);
  return { ...redacted, text: redacted.text.replaceAll(LONE_SURROGATE, '\ufffd') };
}

const NUMBER_TOKEN = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** Whether a number in JSON `text` is a PAN, by its digits: a double does not hold all of them. Digits in strings count as well. */
export function holdsPanNumber(text: string): boolean {
  for (const [token] of text.matchAll(NUMBER_TOKEN)) if (isPanNumber(token)) return true;
  return false;
}

/** Whether a parsed value holds something to redact in strings or names, or a card verification code. Cheaper than rewriting. */
export function holdsCardData(value: unknown, isUnderCvvKey = false): boolean {
  if (typeof value === 'string') return (isUnderCvvKey && isCvvValue(value)) || redactText(value).redacted > 0;
  if (typeof value === 'number') return isUnderCvvKey && isCvvValue(String(value));
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some((item) => holdsCardData(item, isUnderCvvKey));
  return Object.entries(value).some(
    ([key, member]) => redactText(key).redacted > 0 || holdsCardData(member, isUnderCvvKey || isCvvKey(key)),
  );
}
