/**
 * Event times. Inside the product a time is text of fixed width: RFC 3339, UTC, nine digits of fraction
 * (`2026-11-20T08:00:00.000000000Z`, 30 characters), so that it sorts as bytes and is sliced, not parsed.
 */

import { parseDecimal } from './decimal.ts';

/** First time that can be stored: Elasticsearch's `date_nanos` holds 1970 to 2262 (64-bit nanoseconds since the epoch). */
const FIRST = '1970-01-01T00:00:00.000000000Z';
const LAST = '2262-04-11T23:47:16.854775807Z';

// RFC 3339 section 5.6; the separator may be a space and letters may be small (its notes). Fractions beyond ns are cut.
const RFC_3339 = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9})\d*)?(?:[Zz]|([+-])(\d\d):?(\d\d))$/;

/** Whether `yyyy-mm-dd` is a day of the calendar. */
function isCalendarDay(day: string): boolean {
  const time = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day);
}

// Nearly all records of a process carry the same day: checking it once a day instead of once a record saves a Date.
let lastValidDay = '1970-01-01';

function knownDay(day: string): boolean {
  if (day === lastValidDay) return true;
  if (!isCalendarDay(day)) return false;
  lastValidDay = day;
  return true;
}

/** Whether two digits stand at `index`, the first at most `maxTens` (a character code). */
function twoDigits(text: string, index: number, maxTens: number): boolean {
  const tens = text.charCodeAt(index);
  const ones = text.charCodeAt(index + 1);
  return tens >= 48 && tens <= maxTens && ones >= 48 && ones <= 57;
}

/**
 * The common form `yyyy-mm-ddThh:mm:ss.mmmZ` (24 characters) of the day seen last, checked by position; undefined sends it to the
 * general parser.
 */
function parseIsoMillis(text: string): string | undefined {
  const fits =
    text.startsWith(lastValidDay) &&
    text.charCodeAt(10) === 84 &&
    text.charCodeAt(13) === 58 &&
    text.charCodeAt(16) === 58 &&
    text.charCodeAt(19) === 46 &&
    text.charCodeAt(23) === 90 &&
    (twoDigits(text, 11, 49) ||
      (text.charCodeAt(11) === 50 && text.charCodeAt(12) >= 48 && text.charCodeAt(12) <= 51)) &&
    twoDigits(text, 14, 53) &&
    twoDigits(text, 17, 53) &&
    twoDigits(text, 20, 57) &&
    twoDigits(text, 21, 57);
  return fits ? `${text.slice(0, 23)}000000Z` : undefined;
}

function parseRfc3339(text: string): string | undefined {
  const match = RFC_3339.exec(text);
  if (!match) return undefined;
  const [, day = '', hour = '', minute = '', second = '', fraction = '', sign, offsetHour = '00', offsetMinute = '00'] =
    match;
  const leap = second === '60';
  if (!knownDay(day) || hour > '23' || minute > '59' || (second > '59' && !leap)) return undefined;
  if (offsetHour > '23' || offsetMinute > '59') return undefined;
  // A leap second has no place of its own in Unix time: it becomes the last nanosecond before it.
  const nanos = leap ? '999999999' : fraction.padEnd(9, '0');
  const offsetMs = (Number(offsetHour) * 60 + Number(offsetMinute)) * 60_000 * (sign === '-' ? -1 : 1);
  const time = Date.parse(`${day}T${hour}:${minute}:${leap ? '59' : second}Z`) - offsetMs;
  return fromSeconds(time / 1000, nanos);
}

function fromSeconds(seconds: number, nanos: string): string | undefined {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return undefined;
  const iso = date.toISOString();
  return iso.length === 24 ? `${iso.slice(0, 19)}.${nanos}Z` : undefined;
}

/**
 * Epoch numbers: the unit follows from the size (below 1e11 seconds, 1e14 milliseconds, 1e17 microseconds, else
 * nanoseconds: each covers 1973 to 5138). Decimal text, not a double, so that nanoseconds stay exact.
 */
function parseEpoch(text: string): string | undefined {
  const decimal = parseDecimal(text);
  if (!decimal || decimal.isNegative) return undefined;
  const { whole } = decimal;
  const digitsPerUnit = whole.length <= 11 ? 0 : whole.length <= 14 ? 3 : whole.length <= 17 ? 6 : 9;
  const cut = whole.length - digitsPerUnit;
  const fraction = (whole.slice(cut) + decimal.fraction).slice(0, 9).padEnd(9, '0');
  return fromSeconds(Number(whole.slice(0, cut)), fraction);
}

/**
 * Reads an event time: RFC 3339 with an offset (up to nanoseconds), or an epoch number in s, ms, us or ns (as a number, or as
 * decimal text, which keeps nanoseconds exact). Returns the 30-character form, or undefined when it is none of these or lies
 * outside 1970 to 2262.
 */
export function parseTimestamp(value: string | number): string | undefined {
  const text = String(value);
  const parsed = (text.length === 24 ? parseIsoMillis(text) : undefined) ?? parseRfc3339(text) ?? parseEpoch(text);
  return parsed !== undefined && parsed >= FIRST && parsed <= LAST ? parsed : undefined;
}

/** Last millisecond of {@link LAST}. */
const LAST_MS = 9_223_372_036_854;

/**
 * The 24-character form with milliseconds, used for `received_at`. A direct producer may put any 64-bit number (-1 for none)
 * into the message's time: it is moved into 1970 to 2262, always in the same way, so that the form keeps its width.
 */
export function isoMillis(epochMs: number): string {
  if (epochMs !== lastIsoMs) {
    lastIso = new Date(Math.min(Math.max(epochMs, 0), LAST_MS)).toISOString();
    lastIsoMs = epochMs;
  }
  return lastIso;
}

// Many small requests share a millisecond.
let lastIsoMs = 0;
let lastIso = new Date(0).toISOString();

/** Epoch milliseconds of a time in the 24- or 30-character form; NaN when it is neither. */
export function epochMillis(timestamp: string): number {
  return Date.parse(timestamp.length === 30 ? `${timestamp.slice(0, 23)}Z` : timestamp);
}
