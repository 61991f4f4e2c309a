import { EVERYTHING, NOTHING, type Clause } from './clause.ts';

/** Times in requests and answers: nanoseconds, no milliseconds of epoch. */
export const TIME_FORMAT = 'strict_date_optional_time_nanos';

/** The first and the last time that `date_nanos` holds; bounds beyond are refused. */
const FIRST_TIME = '1970-01-01T00:00:00.000000000Z';
const LAST_TIME = '2262-04-11T23:47:16.854775807Z';

/** The clause of `[from, to)` over the time of the event. */
export function eventTimeClause(from: string | undefined, to: string | undefined): Clause {
  if ((from !== undefined && from > LAST_TIME) || (to !== undefined && to <= FIRST_TIME)) return NOTHING;
  const inside = (time: string | undefined): string | undefined =>
    time === undefined || time < FIRST_TIME || time > LAST_TIME ? undefined : time;
  return timeClause('@timestamp', inside(from), inside(to));
}

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
