// C0 and C1 controls, line and paragraph separators, and marks that change the direction of text: in a terminal they would let
// a log message move the cursor, change colors or show something that is not there.
// eslint-disable-next-line no-control-regex -- these are what it is about
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Text of others on one line, for a terminal: what would steer the terminal is shown as an escape. */
export function visible(text: string): string {
  return text.replace(UNSAFE, (found) => SHORT[found] ?? `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

// White space between the tokens of a JSON text; inside of strings JSON has escapes for these.
const BETWEEN_TOKENS = /[\n\r\t]/g;

/** A JSON text on one line, with escapes for what would steer a terminal; it says the same to a parser. */
export function jsonLine(text: string): string {
  return visible(text.replace(BETWEEN_TOKENS, ' '));
}
