import { StoreUnavailableError } from '@paylog/shared/errors/store-unavailable-error';
import type { Clock } from '@paylog/shared/ports/clock';
import type { RecordFilter, StoreSearcher } from '@paylog/shared/ports/store';
import { isoMillis } from '@paylog/shared/record/timestamp';
import { CachedLook, type Look } from './cached-look.ts';

/** Records of one service in the last {@link VOLUME_MINUTES}. */
export interface ServiceVolume {
  readonly service: string;
  readonly records: number;
  /** Those of level error or fatal. */
  readonly errors: number;
}

/** What is counted. */
export const VOLUME_MINUTES = 15;

const MAX_SERVICES = 100;
const MAX_AGE_MS = 5000;
const TIMEOUT_MS = 1500;
const FIELD = { type: 'keyword', name: 'service' } as const;

/** Looks at the volumes of all services by event time, the largest first. */
export class ServiceVolumes {
  readonly #look: CachedLook<readonly ServiceVolume[]>;

  constructor(searcher: StoreSearcher, clock: Clock) {
    const count = async (filter: RecordFilter, signal: AbortSignal): Promise<ReadonlyMap<string, number>> => {
      const [facet] = await searcher.facets({ filter, fields: [FIELD], limit: MAX_SERVICES }, { signal });
      return new Map((facet?.values ?? []).map(({ value, count: records }) => [value, records]));
    };
    const load = async (): Promise<readonly ServiceVolume[]> => {
      const abort = new AbortController();
      const timer = setTimeout(() => {
        abort.abort();
      }, TIMEOUT_MS);
      const from = `${isoMillis(clock.now() - VOLUME_MINUTES * 60_000).slice(0, 23)}000000Z`;
      try {
        const [records, errors] = await Promise.all([
          count({ from }, abort.signal),
          count({ from, levels: ['error', 'fatal'] }, abort.signal),
        ]);
        return [...records].map(([service, all]) => ({ service, records: all, errors: errors.get(service) ?? 0 }));
      } finally {
        clearTimeout(timer);
      }
    };
    this.#look = new CachedLook({ load, reasonOf, clock, maxAgeMs: MAX_AGE_MS, timeoutMs: TIMEOUT_MS });
  }

  /** Never rejects. */
  get(): Promise<Look<readonly ServiceVolume[]>> {
    return this.#look.get();
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof DOMException && error.name === 'AbortError') return `no answer within ${TIMEOUT_MS} ms`;
  if (error instanceof StoreUnavailableError && error.code === 'store_timeout')
    return 'the store did not answer in time';
  return 'the store does not answer';
}
