/** Times of OTLP: nanoseconds since 1970 as unsigned 64-bit integers, to RFC 3339 text that keeps all of them. */

const SECOND = 1_000_000_000;
/** 2^32 ns are 4 s and this many ns. */
const REST_OF_2_32 = 294_967_296;

// Records of one request share their second.
let lastSeconds = -1;
let lastText = '';

function secondsText(seconds: number): string {
  if (seconds !== lastSeconds) {
    lastText = new Date(seconds * 1000).toISOString().slice(0, 20);
    lastSeconds = seconds;
  }
  return lastText;
}

/**
 * RFC 3339 with nine digits of fraction. `high` and `low` are the halves of the 64-bit number, both unsigned. Undefined when it is
 * beyond 2262-04-11, where 63 bits end.
 */
export function otlpTime(high: number, low: number): string | undefined {
  if (high >= 0x8000_0000) return undefined;
  // Exact in doubles: high is taken apart so that no product passes 2^53.
  const top = (high >>> 16) * REST_OF_2_32;
  const bottom = (high & 0xffff) * REST_OF_2_32;
  const rest = (top % SECOND) * 65_536 + bottom + low;
  const seconds = high * 4 + Math.floor(top / SECOND) * 65_536 + Math.floor(rest / SECOND);
  return `${secondsText(seconds)}${String(rest % SECOND).padStart(9, '0')}Z`;
}

const MAX_TIME = '9223372036854775807';

/** The same from decimal digits; undefined also for what is no such number. */
export function otlpTimeFromDigits(text: string): string | undefined {
  if (!/^\d{1,40}$/.test(text)) return undefined;
  const digits = text.replace(/^0+(?=\d)/, '').padStart(19, '0');
  if (digits.length > 19 || digits > MAX_TIME) return undefined;
  return `${secondsText(Number(digits.slice(0, 10)))}${digits.slice(10)}Z`;
}
