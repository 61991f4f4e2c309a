/** From here on an integer may be beyond what a double holds exactly (2^53 has 16 digits). */
const LONG_INTEGER = /(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/g;
/** Cheap first look: sixteen digits behind what may stand before a JSON number. */
const MAY_HOLD = /[\s:[,]-?\d{16}/;

/**
 * Puts integers of 16 and more digits in JSON `text` into quotes, so that `JSON.parse` keeps their digits. For formats that take 64-bit
 * integers as strings as well. Text that is not JSON stays text that is not JSON.
 */
export function quoteLongIntegers(text: string): string {
  if (!MAY_HOLD.test(text)) return text;
  const parts: string[] = [];
  let at = 0;
  while (at < text.length) {
    const quote = text.indexOf('"', at);
    const end = quote === -1 ? text.length : quote;
    parts.push(text.slice(at, end).replace(LONG_INTEGER, (digits) => `"${digits}"`));
    at = end === text.length ? end : stringEnd(text, end);
    parts.push(text.slice(end, at));
  }
  return parts.join('');
}

/** Behind the closing quote of the string that begins at `start`. */
function stringEnd(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end === -1 ? text.length : end + 1;
}

function isEscaped(text: string, quote: number): boolean {
  let at = quote - 1;
  while (text.charCodeAt(at) === 92) at -= 1;
  return (quote - 1 - at) % 2 === 1;
}
