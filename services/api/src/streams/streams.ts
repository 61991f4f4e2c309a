import { Router } from 'express';
import type { Clock } from '@paylog/shared/ports/clock';
import type { Logger } from '@paylog/shared/ports/logger';
import type { StoreSearcher } from '@paylog/shared/ports/store';
import type { Metrics } from '@paylog/shared/telemetry/metrics';
import { addExportRoute } from './export-route.ts';
import { TailHub } from './tail-hub.ts';
import { addTailRoute } from './tail-route.ts';

/** What tails and exports work with. */
export interface StreamsDeps {
  readonly searcher: StoreSearcher;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** How far the indexers have come; see `queue-watch.ts`. */
  readonly settledMs?: () => number | undefined;
  readonly maxTails: number;
  readonly maxExports: number;
}

/** The routes whose answers go on for long. */
export interface Streams {
  /** `/tail` and `/export`, below `/api/v1`. */
  readonly router: Router;
  /** Ends the tails, which would go on for ever. Exports have an end, and are given the time to reach it. */
  stop(): Promise<void>;
}

/** Puts tails and exports together; nothing runs before the first request. */
export function createStreams({ maxTails, maxExports, settledMs, ...deps }: StreamsDeps): Streams {
  const hub = new TailHub({ ...deps, settledMs, options: { maxStreams: maxTails } });
  const router = Router({ caseSensitive: true, strict: true });
  addTailRoute(router, hub, deps);
  addExportRoute(router, { ...deps, maxExports });
  return { router, stop: () => hub.stop() };
}
