import { StoreUnavailableError } from '../errors/store-unavailable-error.ts';
import type { Deadline } from './deadline.ts';
import { faultOf, type Gateway } from './gateway.ts';
import { commonName } from './index-names.ts';

/** An index with more numeric attributes than it has fields for. */
export interface UnindexedNumbers {
  readonly index: string;
  /** Records, of those looked at, with numbers that no range finds. */
  readonly records: number;
  /** Some of the attributes. */
  readonly attributes: readonly string[];
}

interface Bucket {
  readonly key: string;
  readonly doc_count: number;
}

interface Answer {
  readonly aggregations?: {
    readonly indices: {
      readonly buckets: readonly (Bucket & { readonly names: { readonly buckets: readonly Bucket[] } })[];
    };
  };
}

const MAX_INDICES = 20;
const MAX_NAMES = 5;

/** Looks for them among the records that were received since then. Rejects with StoreUnavailableError. */
export async function findUnindexedNumbers(
  gateway: Gateway,
  prefix: string,
  sinceMs: number,
  deadline: Deadline,
): Promise<readonly UnindexedNumbers[]> {
  const body = {
    size: 0,
    track_total_hits: false,
    query: {
      bool: {
        filter: [
          { range: { received_at: { gte: sinceMs, format: 'epoch_millis' } } },
          // What the limit of fields leaves out stands there by name.
          { prefix: { _ignored: 'num.' } },
        ],
      },
    },
    aggs: {
      indices: {
        terms: { field: '_index', size: MAX_INDICES },
        aggs: { names: { terms: { field: '_ignored', include: 'num\\..*', size: MAX_NAMES } } },
      },
    },
  };
  const query = { allow_no_indices: 'true', ignore_unavailable: 'true' };
  const path = `/${commonName(prefix)}/_search`;
  const answer = await gateway.request({ method: 'POST', path, query, body }, deadline);
  if (answer.kind !== 'answer' || answer.status !== 200) {
    throw new StoreUnavailableError('store_unavailable', `cannot look for numbers: ${faultOf(answer).reason}`);
  }
  const { aggregations } = JSON.parse(answer.text) as Answer;
  return (aggregations?.indices.buckets ?? []).map(({ key, doc_count: records, names }) => ({
    index: key,
    records,
    attributes: names.buckets.map((name) => name.key.slice('num.'.length)),
  }));
}
