const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** Milliseconds of a day of 24 hours. */
export const DAY_MS = 24 * HOUR_MS;

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', SECOND_MS],
  ['m', MINUTE_MS],
  ['h', HOUR_MS],
  ['d', DAY_MS],
  ['w', 7 * DAY_MS],
]);
const MAX_DAYS = 366;

/** {@link parseInterval} in words. */
export const INTERVAL_FORMS =
  'auto, or a number of ms, s, m, h, d or w such as 30s, 5m or 1d: a part that divides a day evenly, or 1 to 366 whole days';

/** Milliseconds of an interval such as `30s`; undefined when it does not divide a day evenly and is no number of whole days. */
export function parseInterval(text: string): number | undefined {
  const [, digits, unit = ''] = /^([1-9]\d{0,7})(ms|[smhdw])$/.exec(text) ?? [];
  const intervalMs = Number(digits) * (UNIT_MS.get(unit) ?? Number.NaN);
  const fits =
    intervalMs < DAY_MS ? DAY_MS % intervalMs === 0 : intervalMs % DAY_MS === 0 && intervalMs <= MAX_DAYS * DAY_MS;
  return fits ? intervalMs : undefined;
}

/** The shortest way to write an interval; weeks stay days, so that `7d` is what it says. */
export function formatInterval(intervalMs: number): string {
  const [unit, unitMs] = [...UNIT_MS]
    .filter(([name]) => name !== 'w')
    .findLast(([, each]) => intervalMs % each === 0) ?? ['ms', 1];
  return `${intervalMs / unitMs}${unit}`;
}

/** Steps that people read easily, ascending. */
const NICE: readonly number[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * SECOND_MS),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_MS),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR_MS),
  ...[1, 7, 14, 28, 91, 182, 364].map((days) => days * DAY_MS),
];

/** The nice steps, then years of 52 weeks, doubled until one holds all times that can be stored. */
export function* niceIntervals(): Generator<number> {
  yield* NICE;
  for (let years = 2; years <= 512; years *= 2) yield years * 364 * DAY_MS;
}
