import type { Level } from '@paylog/shared/record/level';

/** Any JSON. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [name: string]: JsonValue;
}

/** A record as the API gives it. Only `id`, `received_at`, `message` and `service` are always there. */
export interface LogRecord {
  readonly id: string;
  readonly received_at: string;
  readonly message: string;
  readonly service: string;
  readonly timestamp?: string | number;
  readonly level?: string;
  readonly trace_id?: string;
  readonly span_id?: string;
  readonly request_id?: string;
  readonly environment?: string;
  readonly host?: string;
  readonly logger?: string;
  readonly duration_ms?: number;
  readonly error?: { readonly type?: string; readonly message?: string; readonly stack?: string };
  readonly http?: JsonObject;
  readonly payment?: JsonObject;
  readonly attributes?: JsonObject;
}

/** The filters that every reading route takes. Absent or empty: no such condition. */
export interface Filter {
  readonly query?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly service?: string | undefined;
  readonly level?: Level | undefined;
  readonly trace_id?: string | undefined;
  readonly payment_id?: string | undefined;
  readonly environment?: string | undefined;
}

export interface Total {
  readonly value: number;
  /** `gte`: at least so many. */
  readonly relation: 'eq' | 'gte';
}

export interface LogsPage {
  readonly logs: readonly LogRecord[];
  readonly next_cursor: string | null;
  readonly total: Total;
  readonly took_ms: number;
}

export interface ValueCount {
  readonly value: string;
  readonly count: number;
}

export interface HistogramBucket {
  readonly from: string;
  readonly to: string;
  readonly count: number;
  readonly split?: readonly ValueCount[];
}

export interface Histogram {
  readonly interval: string;
  readonly time_zone: string;
  readonly from: string;
  readonly to: string;
  readonly total: number;
  readonly buckets: readonly HistogramBucket[];
  readonly took_ms: number;
}

export interface Facet {
  readonly field: string;
  readonly type: string;
  readonly values: readonly ValueCount[];
  readonly others: number;
  /** False: counted from the newest records only. */
  readonly exact: boolean;
}

export interface Facets {
  readonly facets: readonly Facet[];
  readonly took_ms: number;
}

export interface FieldInfo {
  readonly name: string;
  readonly type: 'text' | 'keyword' | 'number' | 'time';
  readonly description: string;
  readonly aliases: readonly string[];
  /** Part of the sampled records that has it, 0 to 1. */
  readonly share: number;
  readonly examples: readonly string[];
}

export interface Fields {
  readonly fields: readonly FieldInfo[];
  readonly sampled: number;
  readonly took_ms: number;
}

/** Records around one, oldest first. */
export interface Context {
  readonly by: 'service' | 'trace';
  readonly value: string;
  readonly record: LogRecord;
  readonly before: readonly LogRecord[];
  readonly after: readonly LogRecord[];
  readonly more_before: boolean;
  readonly more_after: boolean;
}

/** The part of one service in a trace or a payment. Times: RFC 3339 with nanoseconds. */
export interface ServicePart {
  readonly service: string;
  readonly records: number;
  readonly errors: number;
  readonly from: string;
  readonly to: string;
}

export interface TimedServicePart extends ServicePart {
  readonly offset_ms: number;
  readonly duration_ms: number;
}

export interface Span extends TimedServicePart {
  readonly span_id: string;
}

export interface Trace {
  readonly trace_id: string;
  readonly from: string;
  readonly to: string;
  readonly duration_ms: number;
  /** Those that the answer has; `total` are there. */
  readonly records: number;
  readonly total: Total;
  readonly truncated: boolean;
  readonly services: readonly ServicePart[];
  readonly spans: readonly Span[];
  readonly logs: readonly LogRecord[];
}

export interface PaymentStatus {
  readonly status: string;
  readonly at: string;
  readonly offset_ms: number;
  readonly service: string;
  readonly id: string;
}

export interface PaymentStep {
  readonly id: string;
  readonly at: string;
  readonly offset_ms: number;
  readonly gap_ms: number;
  readonly service: string;
  readonly level: string;
  readonly message: string;
  readonly status?: string;
  readonly duration_ms?: number;
  readonly latency_ms?: number;
  readonly error?: { readonly type?: string; readonly message?: string };
  readonly trace_id?: string;
  readonly span_id?: string;
}

export interface PaymentGap {
  readonly from: string;
  readonly to: string;
  readonly duration_ms: number;
  readonly after_id: string;
  readonly before_id: string;
}

/** The story of one payment. What the records do not say is null. */
export interface Payment {
  readonly payment_id: string;
  readonly status: string | null;
  readonly outcome: 'succeeded' | 'failed' | 'open';
  readonly amount_minor: number | null;
  readonly currency: string | null;
  readonly merchant_id: string | null;
  readonly method: string | null;
  readonly provider: string | null;
  readonly from: string;
  readonly to: string;
  readonly duration_ms: number;
  /** Those that the answer has; `total` are there. */
  readonly records: number;
  readonly total: Total;
  readonly truncated: boolean;
  /** Between which steps the rest was left out. */
  readonly left_out: { readonly after_id: string; readonly before_id: string } | null;
  readonly services: readonly TimedServicePart[];
  readonly statuses: readonly PaymentStatus[];
  readonly steps: readonly PaymentStep[];
  readonly errors: number;
  readonly gaps: readonly PaymentGap[];
  readonly traces: readonly string[];
}

/** What this server tells its pages (`GET /api/v1/settings`). */
export interface ServerSettings {
  readonly version: string;
  /** Where Jaeger's pages are; null: no links to it. */
  readonly jaeger_ui_url: string | null;
}
