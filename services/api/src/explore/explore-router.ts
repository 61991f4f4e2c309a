import { type Request, type Response, Router } from 'express';
import type { StoreSearcher } from '@paylog/shared/ports/store';
import { allowMethods } from '../http/allow-methods.ts';
import { sendJson } from '../http/send.ts';
import { storeDeadline, withDeadline } from '../http/with-deadline.ts';
import { valuesOfUrl } from '../search/given-values.ts';
import { measured, type MeasuringDependencies } from '../search/measured.ts';
import { readParameters, refuseFaults } from '../search/read-parameters.ts';
import { CONTEXT_ROUTE } from './context.ts';
import type { ExploreRoute } from './explore-route.ts';
import { FACETS_ROUTE } from './facets.ts';
import { FIELDS_ROUTE } from './fields.ts';
import { HISTOGRAM_ROUTE } from './histogram.ts';
import { PAYMENT_ROUTE, TRACE_ROUTE } from './story-routes.ts';

export interface ExploreDependencies extends MeasuringDependencies {
  readonly searcher: StoreSearcher;
  readonly timeoutMs: number;
}

/** Every route of this folder, with its table of parameters. */
export const EXPLORE_ROUTES: readonly ExploreRoute[] = [
  HISTOGRAM_ROUTE,
  FACETS_ROUTE,
  FIELDS_ROUTE,
  CONTEXT_ROUTE,
  TRACE_ROUTE,
  PAYMENT_ROUTE,
];

/** Routes of /api/v1 that count and tell stories. Errors go to the error handler of the app. */
export function createExploreRouter(dependencies: ExploreDependencies): Router {
  const router = Router({ caseSensitive: true, strict: true });
  for (const route of EXPLORE_ROUTES) {
    router
      .route(route.path.replace(/\{(\w+)\}/, ':$1'))
      .all(measured(dependencies, `/api/v1${route.path}`))
      .get(answering(route, dependencies))
      .all(allowMethods('GET', 'HEAD'));
  }
  return router;
}

function answering({ parameters, answer }: ExploreRoute, { searcher, clock, timeoutMs }: ExploreDependencies) {
  const deadline = storeDeadline(timeoutMs);
  return async (request: Request, response: Response): Promise<void> => {
    const nowMs = clock.now();
    const tookMs = (): number => Math.max(0, Math.round(clock.now() - nowMs));
    const { values, faults } = readParameters(parameters, valuesOfUrl(request.originalUrl, parameters), nowMs);
    refuseFaults(faults);
    const subject = Object.values(request.params).join('');
    const json = await withDeadline(response, deadline, (signal) =>
      answer({ values, subject, searcher, signal, nowMs, tookMs }),
    );
    sendJson(response, 200, json);
  };
}
