import type { ServerResponse } from 'node:http';
import type { Request, Response } from 'express';
import { ProblemError } from '@paylog/shared/errors/problem-error';
import { StoreUnavailableError } from '@paylog/shared/errors/store-unavailable-error';
import type { Clock } from '@paylog/shared/ports/clock';
import type { Metrics } from '@paylog/shared/telemetry/metrics';
import { CLIENT_GONE, nameRoute, requestOf } from '../http/request-trace.ts';

export interface CountingDependencies {
  readonly metrics: Pick<Metrics, 'searchRequests'>;
}

export interface MeasuringDependencies extends CountingDependencies {
  readonly metrics: Pick<Metrics, 'searchRequests' | 'searchSeconds'>;
  readonly clock: Clock;
}

type Middleware = (request: Request, response: Response, next: () => void) => void;

/** Counts and times an answer when it is finished or given up (status 499, as nginx has it, when the client left). */
export function measured({ metrics, clock }: MeasuringDependencies, route: string): Middleware {
  const count = counted({ metrics }, route);
  return (request, response, next) => {
    const startedMs = clock.now();
    const span = requestOf(response)?.span;
    response.once('close', () => {
      metrics.searchSeconds.child({ route }).observe(Math.max(0, clock.now() - startedMs) / 1000, 1, span);
    });
    count(request, response, next);
  };
}

/**
 * The same without the time, for answers that last as long as there is something to send.
 *
 * @param isEndless the client ends it, which is no fault then
 */
export function counted({ metrics }: CountingDependencies, route: string, isEndless = false): Middleware {
  return (_request, response, next) => {
    nameRoute(response, route);
    response.once('close', () => {
      const isWhole = response.writableFinished || (isEndless && response.headersSent);
      const status = failures.get(response) ?? (isWhole ? response.statusCode : CLIENT_GONE);
      metrics.searchRequests.add({ route, status: String(status) });
    });
    next();
  };
}

const failures = new WeakMap<ServerResponse, number>();

/** Says why an answer that has begun is about to be cut: it is counted with the status that it would have had. */
export function failsMidway(response: ServerResponse, error: unknown): void {
  const code = error instanceof StoreUnavailableError ? error.code : 'internal';
  failures.set(response, new ProblemError(code, 'cut').status);
}
