import express, { type Request, type Response, Router } from 'express';
import { ProblemError } from '@paylog/shared/errors/problem-error';
import type { Clock } from '@paylog/shared/ports/clock';
import type { StoreSearcher } from '@paylog/shared/ports/store';
import { recordForReader } from '@paylog/shared/record/envelope';
import { MAX_ID_LENGTH } from '@paylog/shared/record/limits';
import { allowMethods } from '../http/allow-methods.ts';
import { sendJson } from '../http/send.ts';
import { storeDeadline, withDeadline } from '../http/with-deadline.ts';
import { type GivenValues, valuesOfBody, valuesOfUrl } from './given-values.ts';
import { measured, type MeasuringDependencies } from './measured.ts';
import { readParameters, refuseFaults } from './read-parameters.ts';
import { readSearch } from './read-search.ts';
import { searchAnswer } from './search-answer.ts';
import { SEARCH_PARAMETERS } from './search-parameters.ts';

export interface SearchDependencies extends MeasuringDependencies {
  readonly searcher: StoreSearcher;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

type Handler = (request: Request, response: Response) => Promise<void>;

/** A search in a body is a few hundred bytes; lists of a hundred names fit well. */
const MAX_SEARCH_BYTES = 65_536;

/** Routes of /api/v1/logs that read; the ingest route stands before express. Errors go to the error handler of the app. */
export function createSearchRouter(dependencies: SearchDependencies): Router {
  const { searcher, clock, timeoutMs } = dependencies;
  const deadline = storeDeadline(timeoutMs);

  const search = async (response: Response, given: GivenValues): Promise<void> => {
    const startedMs = clock.now();
    const wanted = readSearch(given, startedMs);
    const result = await withDeadline(response, deadline, (signal) => searcher.search(wanted.request, { signal }));
    sendJson(response, 200, searchAnswer(wanted, result, Math.max(0, Math.round(clock.now() - startedMs))));
  };

  const get = async (request: Request<{ id: string }>, response: Response): Promise<void> => {
    refuseParameters(request);
    const { id } = request.params;
    if (id.length > MAX_ID_LENGTH) throw notFoundRecord();
    const hit = await withDeadline(response, deadline, (signal) => searcher.get(id, { signal }));
    if (hit === undefined) throw notFoundRecord();
    sendJson(response, 200, recordForReader(hit.source));
  };

  const router = Router({ caseSensitive: true, strict: true });
  const body = express.raw({ type: () => true, limit: MAX_SEARCH_BYTES });
  router
    .route('/')
    .all(measured(dependencies, '/api/v1/logs'))
    .get((request, response) => search(response, valuesOfUrl(request.originalUrl, SEARCH_PARAMETERS)))
    .all(allowMethods('GET', 'HEAD', 'POST'));
  router
    .route('/search')
    .all(measured(dependencies, '/api/v1/logs/search'))
    .post(requireJson, body, (async (request, response) => {
      refuseParameters(request);
      await search(
        response,
        valuesOfBody(Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0), SEARCH_PARAMETERS),
      );
    }) satisfies Handler)
    .all(allowMethods('POST'));
  router.route('/:id').all(measured(dependencies, '/api/v1/logs/{id}')).get(get).all(allowMethods('GET', 'HEAD'));
  return router;
}

function notFoundRecord(): ProblemError {
  return new ProblemError('not_found', 'no record has this id', { field: 'id' });
}

function requireJson(request: Request, _response: Response, next: () => void): void {
  const [type = '', ...parameters] = (request.headers['content-type'] ?? '')
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='));
  if (type !== 'application/json' || (charset !== undefined && !/^charset="?utf-8"?$/.test(charset))) {
    throw new ProblemError('unsupported_media_type', 'send application/json in UTF-8', { field: 'content-type' });
  }
  next();
}

/** Routes without parameters in the URL refuse all, as the others refuse unknown ones. */
function refuseParameters(request: Request): void {
  refuseFaults(readParameters([], valuesOfUrl(request.originalUrl, []), 0).faults);
}
