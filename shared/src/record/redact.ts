/**
 * Redaction of cardholder data in free text. PCI DSS 4.0.1: 3.3.1 card verification codes and track data are never stored, 3.4.1
 * at most the first six and the last four digits of a PAN are shown, 3.5.1 PANs are unreadable wherever they are kept.
 */
import { findPans } from './pan.ts';
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
 * What follows a PAN in magnetic stripe data (ISO/IEC 7813): track 1 `^NAME^YYMM...?`, track 2 `=YYMM...?`. It goes with it.
 */
const TRACK_REST = /(?:=\d{4,}\??|\^[^^\n]{2,26}\^\d{4,}[^?\s]*\??)/y;

/** A code of three or four digits behind a word that names it: `cvv 123`, `"cvc2":"123"`, `security code is 1234`. */
const CVV_IN_TEXT =
  /(?<![a-z])((?:cvv|cvc|cvn|csc|cav)2?|card[ _-]?verification|security[ _-]?code)((?:[ _-]?(?:code|number|value|no))?(?:\s+(?:is|was))?[\s"'\\:=#>[({-]{1,8})(\d{3,4})(?![\da-z]|\.\d)/gi;

const CVV_KEY =
  /^(?:card)?(?:(?:cvv|cvc|cvn|csc|cav)2?(?:code|number|value)?|(?:security|verification)(?:code|value|number))$/;

/** Whether a member of this name holds a card verification code (when its value is three or four digits). */
export function isCvvKey(key: string): boolean {
  return key.length <= 32 && CVV_KEY.test(key.toLowerCase().replaceAll(/[\s_.-]/g, ''));
}

/** First six, last four, the rest masked, separators gone. */
export function maskPan(digits: string): string {
  return digits.slice(0, 6) + '*'.repeat(digits.length - 10) + digits.slice(-4);
}

function maskPans(text: string): { text: string; pan: number } {
  const matches = findPans(text);
  if (matches.length === 0) return { text, pan: 0 };
  let out = '';
  let at = 0;
  for (const { start, end, digits } of matches) {
    out += text.slice(at, start) + maskPan(digits);
    TRACK_REST.lastIndex = end;
    const rest = TRACK_REST.exec(text);
    if (rest) out += REDACTED;
    at = end + (rest?.[0].length ?? 0);
  }
  return { text: out + text.slice(at), pan: matches.length };
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
