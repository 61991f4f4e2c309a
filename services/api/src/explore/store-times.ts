import { epochMillis, isoMillis } from '@paylog/shared/record/timestamp';

/** Last whole millisecond that can be stored. */
const LAST_MS = epochMillis('2262-04-11T23:47:16.854000000Z');

/** The 30-character form of epoch milliseconds, moved into 1970 to 2262. */
export function storeTime(epochMs: number): string {
  return `${isoMillis(epochMs).slice(0, 23)}000000Z`;
}

/** The first whole millisecond at or after a time of the 30-character form. */
export function ceilMillis(timestamp: string): number {
  return Math.min(LAST_MS, epochMillis(timestamp) + (timestamp.endsWith('000000Z') ? 0 : 1));
}

/** The time so many milliseconds before another, to the nanosecond; not before 1970. */
export function storeTimeBefore(timestamp: string, milliseconds: number): string {
  const whole = Math.floor(milliseconds);
  const nanos = Number(timestamp.slice(23, 29)) - Math.round((milliseconds - whole) * 1e6);
  const epochMs = epochMillis(timestamp) - whole - (nanos < 0 ? 1 : 0);
  if (epochMs < 0) return storeTime(0);
  return `${isoMillis(epochMs).slice(0, 23)}${String(nanos < 0 ? nanos + 1e6 : nanos).padStart(6, '0')}Z`;
}

/** Milliseconds from one time of the 30-character form to another, to the microsecond. */
export function millisBetween(from: string, to: string): number {
  const nanos = Number(to.slice(23, 29)) - Number(from.slice(23, 29));
  return microseconds(epochMillis(to) - epochMillis(from) + nanos / 1e6);
}

/** Rounded to the microsecond: what is beyond is noise of the arithmetic. */
function microseconds(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}
