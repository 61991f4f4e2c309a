import type { SearchResult } from '@paylog/shared/ports/store';
import { groupBy } from './group-by.ts';
import { isError, type StoryRecord } from './story-record.ts';
import { type ServicePart, serviceParts } from './story-parts.ts';
import { millisBetween, storeTimeBefore } from './store-times.ts';

/** What one service did in one span. */
export interface SpanPart {
  readonly span_id: string;
  readonly service: string;
  readonly from: string;
  readonly to: string;
  readonly records: number;
  readonly errors: number;
  readonly offset_ms: number;
  readonly duration_ms: number;
}

/** A trace as its records tell it, the records themselves aside. */
export interface TraceSummary {
  readonly trace_id: string;
  readonly from: string;
  readonly to: string;
  readonly duration_ms: number;
  readonly records: number;
  readonly total: SearchResult['total'];
  readonly truncated: boolean;
  readonly services: readonly ServicePart[];
  readonly spans: readonly SpanPart[];
}

/**
 * A record that says how long something took is written when it is over: its span began so much earlier. Longer ones than this are
 * taken for a mistake of the unit.
 */
const MAX_DURATION_MS = 3_600_000;

/** Puts a trace together. Records (at least one) stand in the order of time. */
export function traceSummary(
  traceId: string,
  records: readonly StoryRecord[],
  { total, truncated }: { readonly total: SearchResult['total']; readonly truncated: boolean },
): TraceSummary {
  const beginnings = records.map(beginningOf);
  const from = beginnings.reduce((least, each) => (each < least ? each : least), records[0]?.at ?? '');
  const to = records.at(-1)?.at ?? from;
  return {
    trace_id: traceId,
    from,
    to,
    duration_ms: millisBetween(from, to),
    records: records.length,
    total,
    truncated,
    services: serviceParts(records, from),
    spans: spanParts(records, from),
  };
}

/** By their beginnings, the longer ones first. A span that two services share has a part for each. */
function spanParts(records: readonly StoryRecord[], origin: string): readonly SpanPart[] {
  const withSpan = records.filter(({ spanId }) => spanId !== undefined);
  const groups = groupBy(withSpan, ({ spanId, service }) => JSON.stringify([spanId, service]));
  const parts = [...groups.values()].map((own) => {
    const [first] = own;
    const from = own.map(beginningOf).reduce((least, each) => (each < least ? each : least));
    const to = own.at(-1)?.at ?? from;
    return {
      span_id: first?.spanId ?? '',
      service: first?.service ?? '',
      from,
      to,
      records: own.length,
      errors: own.filter(isError).length,
      offset_ms: millisBetween(origin, from),
      duration_ms: millisBetween(from, to),
    };
  });
  return parts.sort((a, b) => a.offset_ms - b.offset_ms || b.duration_ms - a.duration_ms);
}

/** Only what belongs to a span reaches back: other durations may be of anything. */
function beginningOf({ at, spanId, durationMs = 0 }: StoryRecord): string {
  return spanId === undefined || durationMs > MAX_DURATION_MS ? at : storeTimeBefore(at, durationMs);
}
