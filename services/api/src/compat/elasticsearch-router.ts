import { Router, type Request, type RequestHandler, type Response } from 'express';
import type { Clock } from '@paylog/shared/ports/clock';
import type { DependencyState } from '@paylog/shared/ports/queue';
import { sendText } from '../http/send.ts';
import { answerType, errorAnswer, PRODUCT_HEADER } from '../protocols/elasticsearch-answer.ts';
import {
  catHealth,
  clusterHealth,
  INFO,
  LICENSE_INFO,
  nodes,
  REFRESHED,
  RESOURCES,
  statusOf,
  XPACK,
} from './elasticsearch-answers.ts';

/** What {@link createElasticsearchRouter} needs. */
export interface ElasticsearchRouterOptions {
  /** Says whether documents are taken. */
  readonly queue: () => DependencyState;
  readonly clock: Clock;
}

function send(request: Request, response: Response, status: number, body: object): void {
  sendText(response, status, answerType(request.headers), JSON.stringify(body));
}

const fixed =
  (body: object): RequestHandler =>
  (request, response) => {
    send(request, response, 200, body);
  };

const refuse =
  (status: number, type: string, reason: string): RequestHandler =>
  (request, response) => {
    const { body, contentType } = errorAnswer({ status, type, reason }, answerType(request.headers));
    sendText(response, status, contentType, body.toString());
  };

const nameOf = ({ params }: Request): string => String((params as { readonly name?: string }).name);

const wrongMethod = refuse(405, 'illegal_argument_exception', 'Incorrect HTTP method for this path');
const unknownPath = refuse(
  404,
  'resource_not_found_exception',
  'Pay Log Aggregator takes documents here (_bulk, _doc, _create) and answers what clients ask before; search at /api/v1/logs',
);

const ADDRESS = /^[\w.:[\]-]{1,255}$/;

const sendNodes: RequestHandler = (request, response) => {
  const { host = '' } = request.headers;
  send(request, response, 200, nodes(ADDRESS.test(host) ? host : 'localhost'));
};

/** Everything below `/elasticsearch` but the writing of documents, which stands before express. */
export function createElasticsearchRouter({ queue, clock }: ElasticsearchRouterOptions): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.use((_request, response, next) => {
    response.setHeaders(new Map(Object.entries(PRODUCT_HEADER)));
    next();
  });
  const get = (path: string, handler: RequestHandler): void => {
    router.route(path).get(handler).all(wrongMethod);
  };
  get('/', fixed(INFO));
  get('/_license', fixed(LICENSE_INFO));
  get('/_xpack', fixed(XPACK));
  get('/_cluster/health', (request, response) => {
    const status = statusOf(queue());
    const wanted = new URL(request.originalUrl, 'http://localhost').searchParams.get('wait_for_status');
    const isLate = status === 'red' && wanted !== null && wanted !== 'red';
    send(request, response, isLate ? 408 : 200, clusterHealth(status, isLate));
  });
  get('/_cat/health', (_request, response) => {
    sendText(response, 200, 'text/plain; charset=UTF-8', catHealth(statusOf(queue()), clock.now()));
  });
  get('/_nodes', sendNodes);
  get('/_nodes/http', sendNodes);
  get('/_nodes/_all/http', sendNodes);
  for (const [path, resource] of Object.entries(RESOURCES)) {
    router
      .route(`/${path}`)
      .get((request, response) => {
        send(request, response, 200, resource(nameOf(request)));
      })
      .put(fixed({ acknowledged: true }))
      .all(wrongMethod);
  }
  for (const path of ['/_refresh', '/:index/_refresh']) {
    router.route(path).get(fixed(REFRESHED)).post(fixed(REFRESHED)).all(wrongMethod);
  }
  router
    .route('/:index')
    .all((request, _response, next) => {
      // Elasticsearch's own names begin with an underscore.
      next(request.params.index.startsWith('_') ? 'route' : undefined);
    })
    .head(fixed({}))
    .put((request, response) => {
      const { index } = request.params;
      send(request, response, 200, { acknowledged: true, shards_acknowledged: true, index });
    })
    .all(wrongMethod);
  router.use(unknownPath);
  return router;
}
