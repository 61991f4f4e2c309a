import { EVERYTHING, type Clause } from './clause.ts';

/** Times in requests and answers: nanoseconds, no milliseconds of epoch. */
export const TIME_FORMAT = 'strict_date_optional_time_nanos';

/** The clause of `[from, to)`. */
export function timeClause(path: string, from: string | undefined, to: string | undefined): Clause {
  if (from === undefined && to === undefined) return EVERYTHING;
  const bounds = { ...(from === undefined ? {} : { gte: from }), ...(to === undefined ? {} : { lt: to }) };
  return { range: { [path]: { ...bounds, format: TIME_FORMAT } } };
}

/** The first whole millisecond that is not before a time of the 30-character form. */
export function wholeMillis(time: string): string {
  const millis = Date.parse(`${time.slice(0, 23)}Z`);
  return new Date(time.slice(23, 29) === '000000' ? millis : millis + 1).toISOString();
}
