import { otherDayOfArrival } from '../record/arrival-day.ts';
import { sameRecord } from '../record/same-record.ts';
import type { AddressedDocument } from './bulk-body.ts';
import type { Deadline } from './deadline.ts';
import type { Gateway, StoreFault } from './gateway.ts';
import type { IndexNames } from './index-names.ts';
import { fetchSources } from './taken-addresses.ts';

/**
 * Which of `items` (by position) are stored already under the neighboring day: deliveries, around midnight UTC, of records without a time
 * of their own (see `record/arrival-day.ts`). One request, and only when there are such records. A fault when the store cannot tell.
 */
export async function findEarlierArrivals(
  items: readonly AddressedDocument[],
  indexNames: IndexNames,
  gateway: Gateway,
  deadline: Deadline,
): Promise<ReadonlySet<number> | StoreFault> {
  const positions: number[] = [];
  const elsewhere: AddressedDocument[] = [];
  for (const [position, { document }] of items.entries()) {
    const other = otherDayOfArrival(document.timestamp, document.receivedAt);
    const index =
      other === undefined ? undefined : indexNames.nameFor(document.dataSet, other, `${other.slice(0, 23)}Z`);
    if (typeof index !== 'string') continue;
    positions.push(position);
    elsewhere.push({ document, index });
  }
  if (elsewhere.length === 0) return new Set();
  const sources = await fetchSources(elsewhere, gateway, deadline);
  if ('type' in sources) return sources;
  const isStored = (n: number): boolean => {
    const stored = sources[n];
    const document = elsewhere[n]?.document;
    return stored !== undefined && document !== undefined && sameRecord(stored, document.source.toString('utf8'));
  };
  return new Set(positions.filter((_, n) => isStored(n)));
}
