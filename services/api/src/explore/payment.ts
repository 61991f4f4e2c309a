import type { SearchResult } from '@paylog/shared/ports/store';
import { epochMillis } from '@paylog/shared/record/timestamp';
import { groupBy } from './group-by.ts';
import { type Gap, gapsBetween } from './payment-gaps.ts';
import { type PaymentOutcome, statusAfter } from './payment-status.ts';
import { isError, type StoryRecord } from './story-record.ts';
import { type ServicePart, serviceParts } from './story-parts.ts';
import { millisBetween } from './store-times.ts';

/** One record of the story. */
export interface PaymentStep {
  readonly id: string;
  readonly at: string;
  /** From the first step, and from the one before. */
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

/** An amount that the records name. */
interface Amount {
  readonly amount_minor: number;
  readonly currency: string | null;
  readonly records: number;
  /** The first record that names it. */
  readonly at: string;
  readonly id: string;
}

/** The story of one payment. What no record says is null. */
export interface PaymentStory {
  readonly payment_id: string;
  readonly status: string | null;
  readonly outcome: PaymentOutcome;
  readonly amount_minor: number | null;
  readonly currency: string | null;
  readonly amounts: readonly Amount[];
  readonly merchant_id: string | null;
  readonly method: string | null;
  readonly provider: string | null;
  readonly from: string;
  readonly to: string;
  readonly duration_ms: number;
  readonly records: number;
  readonly total: SearchResult['total'];
  readonly truncated: boolean;
  readonly left_out: { readonly after_id: string; readonly before_id: string } | null;
  readonly services: readonly ServicePart[];
  readonly statuses: readonly {
    readonly status: string;
    readonly at: string;
    readonly offset_ms: number;
    readonly service: string;
    readonly id: string;
  }[];
  readonly steps: readonly PaymentStep[];
  readonly errors: number;
  readonly error_types: readonly { readonly type: string | null; readonly count: number; readonly first_id: string }[];
  readonly gaps: readonly Gap[];
  readonly traces: readonly string[];
}

/** Most entries of lists besides the steps. */
const MAX_LISTED = 100;

/**
 * Tells the story of a payment. Records (at least one) stand in the order of time, so that steps and statuses do; `cutAt` of them
 * come before those that were left out.
 */
export function paymentStory(
  paymentId: string,
  records: readonly StoryRecord[],
  { total, cutAt }: { readonly total: SearchResult['total']; readonly cutAt: number | undefined },
): PaymentStory {
  const from = records[0]?.at ?? '';
  const to = records.at(-1)?.at ?? from;
  const steps = stepsOf(records, from);
  const happened = asHappened(records);
  const current = statusAfter(happened.flatMap(({ payment }) => payment.status ?? []));
  const amounts = amountsOf(records);
  const latest = (of: (payment: StoryRecord['payment']) => string | undefined): string | null =>
    happened.map(({ payment }) => of(payment)).findLast((value) => value !== undefined) ?? null;
  return {
    payment_id: paymentId,
    status: current?.status ?? null,
    outcome: current?.outcome ?? 'open',
    amount_minor: amounts[0]?.amount_minor ?? null,
    currency: amounts[0]?.currency ?? latest(({ currency }) => currency),
    amounts: amounts.slice(0, MAX_LISTED),
    merchant_id: latest(({ merchantId }) => merchantId),
    method: latest(({ method }) => method),
    provider: latest(({ provider }) => provider),
    from,
    to,
    duration_ms: millisBetween(from, to),
    records: records.length,
    total,
    truncated: cutAt !== undefined,
    left_out: cutAt === undefined ? null : { after_id: steps[cutAt - 1]?.id ?? '', before_id: steps[cutAt]?.id ?? '' },
    services: serviceParts(records, from),
    statuses: statusChanges(records, from),
    steps,
    errors: records.filter(isError).length,
    error_types: errorTypes(records),
    gaps: gapsBetween(steps, cutAt),
    traces: [...new Set(records.flatMap(({ traceId }) => traceId ?? []))].slice(0, MAX_LISTED),
  };
}

function stepsOf(records: readonly StoryRecord[], from: string): readonly PaymentStep[] {
  return records.map((record, index) => {
    const { id, at, service, level, message, payment, durationMs, error, traceId, spanId } = record;
    const { status, latencyMs } = payment;
    return {
      id,
      at,
      offset_ms: millisBetween(from, at),
      gap_ms: millisBetween(records[index - 1]?.at ?? at, at),
      service,
      level,
      message,
      ...(status !== undefined && { status }),
      ...(durationMs !== undefined && { duration_ms: durationMs }),
      ...(latencyMs !== undefined && { latency_ms: latencyMs }),
      ...(error !== undefined && { error }),
      ...(traceId !== undefined && { trace_id: traceId }),
      ...(spanId !== undefined && { span_id: spanId }),
    };
  });
}

/**
 * The order in which it really happened, as far as it can be known: no record happened after it arrived, whatever the clock of its
 * service says.
 */
function asHappened(records: readonly StoryRecord[]): readonly StoryRecord[] {
  const at = (record: StoryRecord): number => Math.min(epochMillis(record.at), record.receivedMs);
  // Records stand in the order of time and sorting is stable, so that equal ones stay as they are.
  return [...records].sort((a, b) => at(a) - at(b));
}

/** Statuses as they follow each other; repeated ones are told once. */
function statusChanges(records: readonly StoryRecord[], from: string): PaymentStory['statuses'] {
  const withStatus = records.filter(({ payment }) => payment.status !== undefined);
  return withStatus
    .filter(({ payment }, index) => payment.status !== withStatus[index - 1]?.payment.status)
    .map(({ payment, at, service, id }) => ({
      status: payment.status ?? '',
      at,
      offset_ms: millisBetween(from, at),
      service,
      id,
    }));
}

/** Distinct amounts, in the order of their first records. */
function amountsOf(records: readonly StoryRecord[]): readonly Amount[] {
  const amounts = new Map<string, Amount>();
  for (const { payment, at, id } of records) {
    const { amountMinor, currency } = payment;
    if (amountMinor === undefined) continue;
    const key = `${amountMinor} ${currency ?? ''}`;
    const known = amounts.get(key);
    amounts.set(key, {
      amount_minor: amountMinor,
      currency: currency ?? null,
      at,
      id,
      ...known,
      records: (known?.records ?? 0) + 1,
    });
  }
  return [...amounts.values()];
}

function errorTypes(records: readonly StoryRecord[]): PaymentStory['error_types'] {
  const byType = groupBy(records.filter(isError), ({ error }) => error?.type ?? null);
  return [...byType]
    .map(([type, own]) => ({ type, count: own.length, first_id: own[0]?.id ?? '' }))
    .sort((a, b) => b.count - a.count)
    .slice(0, MAX_LISTED);
}
