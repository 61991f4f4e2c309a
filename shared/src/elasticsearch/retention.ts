import { StoreUnavailableError } from '../errors/store-unavailable-error.ts';
import type { Deadline } from './deadline.ts';
import { faultOf, type Answer, type Gateway } from './gateway.ts';
import { dayOf, indexPattern, parseIndexName } from './index-names.ts';
import { isOurMeta } from './index-template.ts';

type Mappings = Readonly<Record<string, { readonly mappings?: { readonly _meta?: unknown } }>>;

/**
 * Deletes the indices of days that ended more than `retentionDays` ago; returns their names, oldest first. Only indices that have
 * our form of name and that were made from our template are touched. An index that was removed meanwhile is no error.
 */
export async function dropOldIndices(
  gateway: Gateway,
  prefix: string,
  retentionDays: number,
  nowMs: number,
  deadline: Deadline,
): Promise<readonly string[]> {
  const query = { expand_wildcards: 'open,closed', filter_path: '*.mappings._meta' };
  const answer = await gateway.request({ method: 'GET', path: `/${indexPattern(prefix)}/_mapping`, query }, deadline);
  const found = JSON.parse(expectStatus(answer, [200])) as Mappings;
  const oldestKept = dayOf(nowMs) - retentionDays;
  const old = Object.entries(found)
    .filter(([name, { mappings }]) => {
      const parsed = parseIndexName(prefix, name);
      return parsed !== undefined && parsed.day < oldestKept && isOurMeta(prefix, mappings?._meta);
    })
    .map(([name]) => name)
    .sort((a, b) => (a.slice(-10) < b.slice(-10) ? -1 : 1));
  for (const name of old) {
    expectStatus(await gateway.request({ method: 'DELETE', path: `/${name}` }, deadline), [200, 404]);
  }
  return old;
}

function expectStatus(answer: Answer, statuses: readonly number[]): string {
  if (answer.kind === 'answer' && statuses.includes(answer.status)) return answer.text;
  const { type, reason } = faultOf(answer);
  const code = type === 'timeout' ? 'store_timeout' : 'store_unavailable';
  throw new StoreUnavailableError(code, `cannot drop old indices: ${reason}`);
}
