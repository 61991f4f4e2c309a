import type { SearchResult } from '@paylog/shared/ports/store';
import { recordForReader } from '@paylog/shared/record/envelope';
import { encodeCursor } from './cursor.ts';
import type { Search } from './read-search.ts';

/**
 * The answer as JSON text. Records are spliced in as they are stored, never parsed, so that a number such as 2^53+1 or
 * 1e400 comes back as it was sent.
 */
export function searchAnswer({ limit, filters, nowMs }: Search, { hits, total }: SearchResult, tookMs: number): string {
  const page = hits.slice(0, limit);
  const last = hits.length > limit ? page.at(-1) : undefined;
  const next = last && encodeCursor({ position: { timestamp: last.timestamp, id: last.id }, filters, nowMs });
  const logs = page.map(({ source }) => recordForReader(source)).join(',');
  return `{"logs":[${logs}],"next_cursor":${JSON.stringify(next ?? null)},"total":${JSON.stringify({ value: total.value, relation: total.relation })},"took_ms":${tookMs}}`;
}
