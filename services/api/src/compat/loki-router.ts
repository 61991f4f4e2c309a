import { Router } from 'express';
import type { DependencyState } from '@paylog/shared/ports/queue';
import { allowMethods } from '../http/allow-methods.ts';
import { sendJson, sendText } from '../http/send.ts';

/** The version of Loki's API that we speak: the first whose push knows structured metadata in both forms, and any later one. */
const VERSION = '3.0.0';

const BUILD_INFO = {
  version: VERSION,
  revision: 'paylog',
  branch: 'main',
  buildUser: '',
  buildDate: '',
  goVersion: '',
};

/** What clients of Loki ask before they push: `/ready` (Vector) and the version. `queue` says whether entries are taken. */
export function createLokiRouter(queue: () => DependencyState): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router
    .route('/ready')
    .get((_request, response) => {
      const isReady = queue().state === 'up';
      sendText(response, isReady ? 200 : 503, 'text/plain; charset=utf-8', isReady ? 'ready\n' : 'not ready\n');
    })
    .all(allowMethods('GET', 'HEAD'));
  router
    .route('/loki/api/v1/status/buildinfo')
    .get((_request, response) => {
      sendJson(response, 200, JSON.stringify(BUILD_INFO));
    })
    .all(allowMethods('GET', 'HEAD'));
  return router;
}
