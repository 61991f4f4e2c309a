import type { Request, Response } from 'express';
import type { Clock } from '@paylog/shared/ports/clock';
import type { Metrics } from '@paylog/shared/telemetry/metrics';
import { CLIENT_GONE, nameRoute, requestOf } from '../http/request-trace.ts';

export interface MeasuringDependencies {
  readonly metrics: Pick<Metrics, 'searchRequests' | 'searchSeconds'>;
  readonly clock: Clock;
}

/** Counts and times an answer when it is finished or given up (status 499, as nginx has it, when the client left). */
export function measured({ metrics, clock }: MeasuringDependencies, route: string) {
  return (_request: Request, response: Response, next: () => void): void => {
    const startedMs = clock.now();
    const span = requestOf(response)?.span;
    nameRoute(response, route);
    response.once('close', () => {
      const status = response.writableFinished ? response.statusCode : CLIENT_GONE;
      metrics.searchRequests.add({ route, status: String(status) });
      metrics.searchSeconds.child({ route }).observe(Math.max(0, clock.now() - startedMs) / 1000, 1, span);
    });
    next();
  };
}
