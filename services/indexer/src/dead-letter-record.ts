import { isUtf8 } from 'node:buffer';
import { redactText } from '@paylog/shared/record/redact';

/** The bytes of a record in the form in which a dead letter keeps them. */
export interface KeptRecord {
  /** Redacted text, base64 of bytes that are not UTF-8, or null when there was nothing or it must not be kept. */
  readonly text: string | null;
  readonly encoding: 'utf8' | 'base64';
  /** Why `text` is null although there were bytes. */
  readonly withheld?: string;
}

const WITHHELD_BINARY = 'not valid UTF-8 and seems to hold card data: the bytes are not kept';
const WITHHELD_ESCAPED = 'seems to hold card data behind escapes: the text is not kept';

/**
 * Redacts a record that could not be read. Where card data cannot be cut out with certainty (binary, escapes) the whole
 * record is withheld: a dead letter that cannot be replayed is better than a card number at rest.
 */
export function keepRecord(bytes: Buffer | null): KeptRecord {
  if (bytes === null) return { text: null, encoding: 'utf8' };
  if (!isUtf8(bytes)) return keepBinary(bytes);
  const { text } = redactText(bytes.toString('utf8'));
  // A reader of the dead letter that parses the text would see digits that a scan of the raw text cannot see.
  const plain = withoutZeros(unescapeJson(text));
  if (plain !== text && redactText(plain).redacted > 0) {
    return { text: null, encoding: 'utf8', withheld: WITHHELD_ESCAPED };
  }
  return { text, encoding: 'utf8' };
}

function keepBinary(bytes: Buffer): KeptRecord {
  const text = bytes.toString('latin1');
  const hit = redactText(text).redacted > 0 || redactText(withoutZeros(text)).redacted > 0;
  if (hit) return { text: null, encoding: 'base64', withheld: WITHHELD_BINARY };
  return { text: bytes.toString('base64'), encoding: 'base64' };
}

/** Digits in UTF-16 read as digits once their zero bytes are gone. */
function withoutZeros(text: string): string {
  return text.replaceAll('\0', '');
}

/** What `\u0034` and the like stand for; other escapes hide no digits. */
function unescapeJson(text: string): string {
  return text.replace(/\\u([0-9a-fA-F]{4})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}
