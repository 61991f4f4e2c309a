import type { SearchHit } from '@paylog/shared/ports/store';
import { type Level, parseLevel } from '@paylog/shared/record/level';

/** What a story takes of a record. Members that are absent or of another type are undefined. */
export interface StoryRecord {
  readonly id: string;
  /** 30-character form. */
  readonly at: string;
  /** Epoch milliseconds. */
  readonly receivedMs: number;
  readonly service: string;
  readonly level: Level;
  readonly message: string;
  readonly environment: string | undefined;
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  readonly durationMs: number | undefined;
  readonly error: { readonly type?: string; readonly message?: string } | undefined;
  readonly payment: {
    readonly status: string | undefined;
    /** Undefined also when it is no safe integer: better none than a wrong one. */
    readonly amountMinor: number | undefined;
    readonly currency: string | undefined;
    readonly merchantId: string | undefined;
    readonly method: string | undefined;
    readonly provider: string | undefined;
    readonly latencyMs: number | undefined;
  };
}

/** Longest text of a message in a story, in characters; the record has all of it. */
const MAX_TEXT = 1000;

/** Reads a stored record. */
export function readStoryRecord({ id, timestamp, source }: SearchHit): StoryRecord {
  const record = JSON.parse(source) as Readonly<Record<string, unknown>>;
  const payment = membersOf(record['payment']);
  const http = membersOf(record['http']);
  const amount = payment['amount_minor'];
  return {
    id,
    at: timestamp,
    receivedMs: Date.parse(String(record['received_at'])),
    service: textOf(record['service']) ?? '',
    level: levelOf(record['level']),
    message: shortened(textOf(record['message']) ?? ''),
    environment: textOf(record['environment']),
    traceId: textOf(record['trace_id']),
    spanId: textOf(record['span_id']),
    durationMs: durationOf(record['duration_ms']) ?? durationOf(http['duration_ms']),
    error: errorOf(record['error']),
    payment: {
      status: textOf(payment['status']),
      amountMinor: typeof amount === 'number' && Number.isSafeInteger(amount) ? amount : undefined,
      currency: textOf(payment['currency']),
      merchantId: textOf(payment['merchant_id']),
      method: textOf(payment['method']),
      provider: textOf(payment['provider']),
      latencyMs: durationOf(payment['latency_ms']),
    },
  };
}

/** Whether a record counts as an error: by its level, or since it carries an error. */
export function isError({ level, error }: StoryRecord): boolean {
  return level === 'error' || level === 'fatal' || error !== undefined;
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** 1e400 and negative numbers are no durations. */
function durationOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

function levelOf(value: unknown): Level {
  return (typeof value === 'string' || typeof value === 'number' ? parseLevel(value) : undefined) ?? 'info';
}

function errorOf(value: unknown): StoryRecord['error'] {
  const { type, message } = membersOf(value);
  const [typeText, messageText] = [textOf(type), textOf(message)];
  if (typeText === undefined && messageText === undefined) return undefined;
  return {
    ...(typeText !== undefined && { type: typeText }),
    ...(messageText !== undefined && { message: shortened(messageText) }),
  };
}

/** Never between the halves of a surrogate pair. */
function shortened(text: string): string {
  if (text.length <= MAX_TEXT) return text;
  return `${text.slice(0, MAX_TEXT).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
