import type { LogFields } from '@paylog/shared/ports/logger';
import { systemName } from '@paylog/shared/telemetry/tracing/system-name';
import type { TracedSpan } from '@paylog/shared/telemetry/tracing/traced-span';
import type { Tracing } from '@paylog/shared/telemetry/tracing/tracing';
import { requestOf } from '../http/request-trace.ts';

/** A search asks the store once or twice, an export thousands of times: so many have spans, beyond that they are counted. */
export const MAX_STORE_SPANS = 16;

const asked = new WeakMap<TracedSpan, number>();

/**
 * Begins the span of a request to the store, when the request that asks is sampled and has not asked {@link MAX_STORE_SPANS} times before.
 */
export function startStoreSpan(
  tracing: Tracing,
  signal: AbortSignal,
  store: string,
  kind: string,
): TracedSpan | undefined {
  const parent = requestOf(signal)?.span;
  if (parent === undefined) return undefined;
  const requests = (asked.get(parent) ?? 0) + 1;
  asked.set(parent, requests);
  if (requests > MAX_STORE_SPANS) {
    parent.set({ 'paylog.store.requests': requests });
    return undefined;
  }
  const attributes = { 'db.system.name': systemName(store), 'db.operation.name': kind };
  return tracing.startSpan(kind, { kind: 'client', parent, attributes });
}

/** Ends it with what is known of the query: its shape, never its values. */
export function endStoreSpan(span: TracedSpan, outcome: string, { query, hits, ...others }: LogFields): void {
  if (typeof query === 'string') span.set({ 'db.query.text': query });
  if (typeof hits === 'number') span.set({ 'db.response.returned_rows': hits });
  for (const [name, value] of Object.entries(others)) {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      span.set({ [`paylog.search.${name}`]: value });
    }
  }
  if (outcome !== 'answered') span.fail(outcome);
  span.end();
}
