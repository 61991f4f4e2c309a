import { groupBy } from './group-by.ts';
import { isError, type StoryRecord } from './story-record.ts';
import { millisBetween } from './store-times.ts';

/** What one service contributed to a trace or a payment. */
export interface ServicePart {
  readonly service: string;
  readonly records: number;
  readonly errors: number;
  /** Times of its first and its last record. */
  readonly from: string;
  readonly to: string;
  /** From the beginning of the story, and from its first to its last record. */
  readonly offset_ms: number;
  readonly duration_ms: number;
  /**
   * Given when records arrived before they happened: the clock of the service is ahead of ours by at least so much, and its records
   * stand too late among the others.
   */
  readonly clock_ahead_ms?: number;
}

/** Below it, it is the usual difference of clocks that are synchronized. */
const CLOCK_AHEAD_MS = 100;

/** The services of a story in the order of their first records. Records stand in the order of time. */
export function serviceParts(records: readonly StoryRecord[], from: string): readonly ServicePart[] {
  const byService = groupBy(records, ({ service }) => service);
  return [...byService].map(([service, own]) => {
    const [first, last] = [own[0]?.at ?? from, own.at(-1)?.at ?? from];
    const aheadMs = clockAheadMs(own);
    return {
      service,
      records: own.length,
      errors: own.filter(isError).length,
      from: first,
      to: last,
      offset_ms: millisBetween(from, first),
      duration_ms: millisBetween(first, last),
      ...(aheadMs >= CLOCK_AHEAD_MS && { clock_ahead_ms: aheadMs }),
    };
  });
}

function clockAheadMs(records: readonly StoryRecord[]): number {
  return records.reduce((most, { at, receivedMs }) => Math.max(most, Math.floor(Date.parse(at) - receivedMs)), 0);
}
