import type { LogRecord, Trace } from '../api-types.ts';
import { levelOf } from '../records/level-of.ts';
import { recordTimeMs } from '../records/record-values.ts';

/** One bar of the waterfall: what a service did in a span, or the records of a service that name no span. */
export interface TraceRow {
  readonly key: string;
  readonly service: string;
  /** Undefined for records without a span. */
  readonly spanId: string | undefined;
  readonly offsetMs: number;
  readonly durationMs: number;
  readonly errors: number;
  readonly records: readonly TraceRecord[];
}

/** A record with its time after the beginning of the trace. */
export interface TraceRecord {
  readonly record: LogRecord;
  readonly offsetMs: number;
  readonly isError: boolean;
}

/** Rows in the order of their beginnings. */
export function traceRows(trace: Trace): readonly TraceRow[] {
  const originMs = Date.parse(trace.from);
  const records = trace.logs.map((record) => ({
    record,
    offsetMs: recordTimeMs(record) - originMs,
    isError: levelOf(record.level) === 'error' || levelOf(record.level) === 'fatal' || record.error !== undefined,
  }));
  const byKey = new Map<string, TraceRecord[]>();
  for (const each of records) {
    const key = keyOf(each.record.service, each.record.span_id);
    const own = byKey.get(key);
    if (own === undefined) byKey.set(key, [each]);
    else own.push(each);
  }
  const spans = trace.spans.map((span) => {
    const key = keyOf(span.service, span.span_id);
    const own = byKey.get(key) ?? [];
    byKey.delete(key);
    return {
      key,
      service: span.service,
      spanId: span.span_id,
      offsetMs: span.offset_ms,
      durationMs: span.duration_ms,
      errors: span.errors,
      records: own,
    };
  });
  const loose = [...byKey].map(([key, own]) => {
    const offsets = own.map((each) => each.offsetMs);
    const offsetMs = Math.min(...offsets);
    return {
      key,
      service: own[0]?.record.service ?? '',
      spanId: undefined,
      offsetMs,
      durationMs: Math.max(...offsets) - offsetMs,
      errors: own.filter((each) => each.isError).length,
      records: own,
    };
  });
  return [...spans, ...loose].sort((a, b) => a.offsetMs - b.offsetMs);
}

const keyOf = (service: string, spanId: string | undefined): string => JSON.stringify([service, spanId ?? null]);

/** Payments that the records of the trace name, each once. */
export function paymentsOf(trace: Trace): readonly string[] {
  const ids = trace.logs.flatMap((record) => {
    const id = record.payment?.['id'];
    return typeof id === 'string' && id !== '' ? [id] : [];
  });
  return [...new Set(ids)];
}
