const DAY_MS = 86_400_000;
const FIXED = /^([+-])([01]\d|2[0-3]):([0-5]\d)$/;

/** A time zone; "wall" times are epoch milliseconds of what its clocks show, as if that were UTC. */
export interface TimeZone {
  readonly name: string;
  /** What is to be added to a moment to get the wall time. */
  offsetMs(atMs: number): number;
}

/** The zone of a name of the IANA database (in any case), `UTC`, or an offset such as `+02:00`; undefined when there is none. */
export function timeZoneOf(name: string): TimeZone | undefined {
  if (name === 'UTC' || name === 'Z') return { name, offsetMs: () => 0 };
  const [, sign, hours, minutes] = FIXED.exec(name) ?? [];
  if (sign !== undefined) {
    const offsetMs = (Number(hours) * 60 + Number(minutes)) * 60_000 * (sign === '-' ? -1 : 1);
    return { name, offsetMs: () => offsetMs };
  }
  return ianaZone(name);
}

function ianaZone(name: string): TimeZone | undefined {
  const format = formatOf(name);
  return (
    format && {
      name,
      offsetMs: (atMs) => {
        const wholeMs = Math.floor(atMs / 1000) * 1000;
        // `01/31/1970, 01:00:00`: the fields have a fixed width between 1970 and 2262.
        const text = format.format(wholeMs);
        const at = (from: number, to: number): number => Number(text.slice(from, to));
        return Date.UTC(at(6, 10), at(0, 2) - 1, at(3, 5), at(12, 14), at(15, 17), at(18, 20)) - wholeMs;
      },
    }
  );
}

function formatOf(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/**
 * The first moment at which the clocks show `wallMs`. Where they are put back it is the earlier of two; where they are put forward
 * over it, it is the moment of the change or soon after.
 */
export function momentOf(zone: TimeZone, wallMs: number): number {
  // Clocks are never changed by as much as a day, and never twice within two.
  const before = wallMs - zone.offsetMs(wallMs - DAY_MS);
  if (before + zone.offsetMs(before) === wallMs) return before;
  const after = wallMs - zone.offsetMs(wallMs + DAY_MS);
  return after + zone.offsetMs(after) === wallMs ? after : before;
}
