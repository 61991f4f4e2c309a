import { isoMillis, parseTimestamp } from '../record/timestamp.ts';

/** What a time stands for: as much of the time line as it says. Both in the 30-character form. */
export interface TimeSpan {
  readonly from: string;
  /** Exclusive; undefined at the end of time (the year 2262). */
  readonly to: string | undefined;
  /** Counted from now. */
  readonly isRelative: boolean;
}

const UNIT_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** `now`, `-15m`, `-1h30m`, `now-7d`. */
const RELATIVE = /^(?:now|(?:now)?-((?:\d{1,9}[smhdw])+))$/;
const DAY = /^\d{4}-\d\d-\d\d$/;
const MINUTE = /^(\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d)([Zz]|[+-]\d\d:?\d\d)$/;
const SECOND = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:(\d\d)(?:[.,](\d+))?(?:[Zz]|[+-]\d\d:?\d\d)$/;
const WITHOUT_ZONE = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?$/;
const EPOCH = /^\d+$/;

const NANOS_PER_SECOND = 1_000_000_000n;

/** Whether only the time zone is missing. */
export function lacksTimeZone(text: string): boolean {
  return WITHOUT_ZONE.test(text);
}

/**
 * Reads a time: RFC 3339 with an offset, a day (of UTC), an epoch number in s, ms, us or ns, `now`, or a time before now such as `-15m`.
 * A day stands for the whole day, 08:15:30Z for the whole second, 08:15:30.250Z for the millisecond. Undefined when it is none of
 * these or lies outside 1970 to 2262.
 */
export function parseTimeSpan(text: string, nowMs: number): TimeSpan | undefined {
  const relative = RELATIVE.exec(text);
  if (relative !== null) return relativeSpan(relative[1] ?? '', nowMs);
  if (DAY.test(text)) return span(`${text}T00:00:00Z`, 86_400n * NANOS_PER_SECOND);
  const minute = MINUTE.exec(text);
  if (minute !== null) return span(`${minute[1] ?? ''}:00${minute[2] ?? ''}`, 60n * NANOS_PER_SECOND);
  const second = SECOND.exec(text);
  if (second !== null) {
    const digits = Math.min((second[2] ?? '').length, 9);
    // A leap second is kept as the last nanosecond before it.
    return span(text, second[1] === '60' ? 1n : 10n ** BigInt(9 - digits));
  }
  return span(text, EPOCH.test(text) ? epochUnit(text) : 1n);
}

function relativeSpan(back: string, nowMs: number): TimeSpan | undefined {
  const backMs = (back.match(/\d+[smhdw]/g) ?? []).reduce(
    (sum, part) => sum + Number(part.slice(0, -1)) * UNIT_MS[part.slice(-1) as keyof typeof UNIT_MS],
    0,
  );
  if (backMs > nowMs) return undefined;
  const found = span(isoMillis(nowMs - backMs), 1_000_000n);
  return found === undefined ? undefined : { ...found, isRelative: true };
}

/** Nanoseconds of the unit that `parseTimestamp` takes an epoch number of this length to be in. */
function epochUnit(digits: string): bigint {
  const { length } = digits.replace(/^0+(?=\d)/, '');
  return length <= 11 ? NANOS_PER_SECOND : length <= 14 ? 1_000_000n : length <= 17 ? 1000n : 1n;
}

function span(text: string, nanos: bigint): TimeSpan | undefined {
  const from = parseTimestamp(text);
  return from === undefined ? undefined : { from, to: later(from, nanos), isRelative: false };
}

/** A time of the 30-character form, later by nanoseconds; undefined beyond the last time there is. */
function later(time: string, nanos: bigint): string | undefined {
  const sum = BigInt(Date.parse(`${time.slice(0, 19)}Z`)) * 1_000_000n + BigInt(time.slice(20, 29)) + nanos;
  const seconds = Number(sum / NANOS_PER_SECOND);
  const fraction = String(sum % NANOS_PER_SECOND).padStart(9, '0');
  return parseTimestamp(`${new Date(seconds * 1000).toISOString().slice(0, 19)}.${fraction}Z`);
}
