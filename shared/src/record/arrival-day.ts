/**
 * A record without a time of its own has the time at which it was received, and so the day of its address. When it is sent again with
 * the same id on the other side of midnight UTC, it has another day: stores look at that day too before they store it.
 */

/** How far from midnight a record is looked for on the other day: retries seldom come later. */
const NEAR_MIDNIGHT_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Whether the event time is the time of receipt, given by the server. Times as in `StoreDocument`. */
export function isTimedByServer(timestamp: string, receivedAt: string): boolean {
  return timestamp === `${receivedAt.slice(0, 23)}000000Z`;
}

/**
 * A time (30 characters) on the neighboring day on which an earlier delivery of the same record may be stored; undefined for records
 * with a time of their own, and for those received more than an hour from midnight UTC.
 */
export function otherDayOfArrival(timestamp: string, receivedAt: string): string | undefined {
  // The hour first: it rules out eleven of twelve records without parsing a time.
  const hour = receivedAt.slice(11, 13);
  if ((hour !== '00' && hour !== '23') || !isTimedByServer(timestamp, receivedAt)) return undefined;
  const other = Date.parse(receivedAt) + (hour === '00' ? -NEAR_MIDNIGHT_MS : NEAR_MIDNIGHT_MS);
  return other < 0 ? undefined : `${new Date(other - (other % DAY_MS)).toISOString().slice(0, 23)}000000Z`;
}
