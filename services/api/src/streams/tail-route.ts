import type { Request, Response, Router } from 'express';
import { ProblemError } from '@paylog/shared/errors/problem-error';
import type { Clock } from '@paylog/shared/ports/clock';
import { allowMethods } from '../http/allow-methods.ts';
import { valuesOfUrl } from '../search/given-values.ts';
import { counted, type CountingDependencies } from '../search/measured.ts';
import { readParameters, refuseFaults } from '../search/read-parameters.ts';
import { decodePosition, type EventPosition } from './event-position.ts';
import type { TailHub } from './tail-hub.ts';
import { DEFAULT_MAX_PER_SECOND, TAIL_PARAMETERS } from './tail-parameters.ts';

/** Adds `/tail`. */
export function addTailRoute(
  router: Router,
  hub: TailHub,
  { clock, metrics }: CountingDependencies & { readonly clock: Clock },
): void {
  const tail = async (request: Request, response: Response): Promise<void> => {
    const given = valuesOfUrl(request.originalUrl, TAIL_PARAMETERS);
    const { values, faults } = readParameters(TAIL_PARAMETERS, given, clock.now());
    refuseFaults(faults);
    const { sinceMs, maxPerSecond = DEFAULT_MAX_PER_SECOND, ...filter } = values;
    const after = positionOf(request);
    const wish = JSON.stringify([...given.values].filter(([name]) => name !== 'from').sort());
    if (request.method === 'HEAD') response.writeHead(200, { 'content-type': 'text/event-stream' }).end();
    else await hub.serve({ filter, maxPerSecond, sinceMs, after, wish }, response);
  };

  router
    .route('/tail')
    .all(counted({ metrics }, '/api/v1/tail', true))
    .get(tail)
    .all(allowMethods('GET', 'HEAD'));
}

/** Browsers send the header by themselves, empty when there was no event yet. */
function positionOf(request: Request): EventPosition | undefined {
  const given = request.headers['last-event-id'];
  if (given === undefined || given === '') return undefined;
  const position = typeof given === 'string' ? decodePosition(given) : undefined;
  if (position !== undefined) return position;
  throw new ProblemError('invalid_header', 'Last-Event-ID: expected the id of an event of this route', {
    field: 'last-event-id',
  });
}
