import { isoMillis, parseTimestamp } from '@paylog/shared/record/timestamp';

const UNIT_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** `now`, `-15m`, `-1h30m`, `now-7d`: parts of seconds, minutes, hours, days, weeks before now. */
const RELATIVE = /^(?:now|(?:now)?-((?:\d{1,9}[smhdw])+))$/;

/** What {@link parseSearchTime} takes, in words. */
export const TIME_FORMS =
  'RFC 3339 with an offset (2026-11-20T08:00:00Z; encode "+" as %2B in a URL), an epoch number in s, ms, us or ns, now, or a time before now such as -15m, -1h30m or -7d (s, m, h, d, w)';

/** A point in time in the 30-character form; undefined when it cannot be read or lies outside 1970 to 2262. */
export function parseSearchTime(text: string, nowMs: number): string | undefined {
  const relative = RELATIVE.exec(text);
  if (relative === null) return parseTimestamp(text);
  const parts = (relative[1] ?? '').match(/\d+[smhdw]/g) ?? [];
  const backMs = parts.reduce(
    (sum, part) => sum + Number(part.slice(0, -1)) * UNIT_MS[part.slice(-1) as keyof typeof UNIT_MS],
    0,
  );
  return backMs > nowMs ? undefined : parseTimestamp(isoMillis(nowMs - backMs));
}
