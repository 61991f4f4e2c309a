import type { UrlState } from '../state/url-state.ts';

/** `field:"value"` with the value quoted for the query language. */
export function fieldEquals(field: string, value: string): string {
  return `${field}:"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** A search around a stretch of time, a little wider than it so that nothing stands at the edge. */
export function searchFor(query: string, from: string, to: string): Partial<UrlState> {
  const fromMs = Date.parse(from);
  const toMs = Date.parse(to);
  const margin = Math.max(1_000, (toMs - fromMs) * 0.05);
  const known = Number.isFinite(fromMs) && Number.isFinite(toMs);
  return {
    query,
    from: known ? new Date(fromMs - margin).toISOString() : '',
    to: known ? new Date(toMs + margin).toISOString() : '',
    live: false,
    record: undefined,
    view: undefined,
  };
}
