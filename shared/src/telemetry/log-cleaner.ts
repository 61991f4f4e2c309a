import { redactText } from '../record/redact.ts';

/** Makes a text fit to be logged. Doing it twice changes nothing more. */
export type LogCleaner = (text: string) => string;

/** Stands in place of a secret. */
const MASK = '***';

/** Longer texts are cut before they are searched: whoever shows them shows far less. */
const MAX_SEARCHED = 65_536;

/** Shorter values are words of any text: masking them would hide the text and tell the value. */
const MIN_SECRET_LENGTH = 4;

/** User and password of a URL, all that stands between `://` and its last `@`. Schemes are short: else each word of a text would be read to its end. */
const URL_LOGIN = /(\b[a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/?#"'<>]+@/gi;

/** `Basic ZWxhc3Rp...`, `Bearer ey...`, `ApiKey ...`: what a header `Authorization` holds, not the words alone. */
const AUTHORIZATION = /\b(basic|bearer|apikey) +(?=[^\s"']*[\d=])[\w.~+/=-]{8,}/gi;

/** `password=...`, `"api_key": "..."`, also in JSON that stands in a string: the value behind a name that tells what it is. */
const NAMED_SECRET =
  /((?:pass(?:word|wd|phrase)|secret|access[-_]?token|api[-_]?key|credentials?)\\*["']?\s*[=:]\s*)(\\*["'](?:(?!\\*["'])[^\n]){1,500}\\*["']|[^\s,;&"'})\]\\]{1,500})/gi;

/**
 * Masks what no log may hold: card numbers and verification codes as in records, logins in URLs, credentials behind the
 * usual names, and each of `secrets` (the values of the secret settings of this process) wherever and in whatever notation
 * it stands.
 */
export function createLogCleaner(secrets: readonly string[] = []): LogCleaner {
  const known = new Set(secrets.filter(({ length }) => length >= MIN_SECRET_LENGTH).flatMap(notations));
  // The longest first: one secret may be the beginning of another.
  const exact = [...known].sort((a, b) => b.length - a.length);
  return (text) => {
    let clean = text.length > MAX_SEARCHED ? text.slice(0, MAX_SEARCHED) : text;
    for (const secret of exact) if (clean.includes(secret)) clean = clean.replaceAll(secret, MASK);
    if (clean.includes('@')) clean = clean.replaceAll(URL_LOGIN, `$1${MASK}@`);
    clean = clean.replaceAll(AUTHORIZATION, `$1 ${MASK}`).replaceAll(NAMED_SECRET, `$1${MASK}`);
    return redactText(clean).text;
  };
}

/** A secret as it is, as in a URL, as in JSON, and in base64. */
function notations(secret: string): string[] {
  return [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString('base64'),
  ];
}
