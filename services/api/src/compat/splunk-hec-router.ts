import { type RequestHandler, Router } from 'express';
import type { DependencyState } from '@paylog/shared/ports/queue';
import { allowMethods } from '../http/allow-methods.ts';
import { sendJson, sendText } from '../http/send.ts';
import { COLLECTOR_PATHS } from '../protocols/splunk-hec.ts';

/** Splunk's answers (https://docs.splunk.com/Documentation/Splunk/latest/Data/TroubleshootHTTPEventCollector). */
const HEALTHY = { text: 'HEC is healthy', code: 17 };
const UNHEALTHY = { text: 'HEC is unhealthy, queues are full', code: 18 };

/** What clients of the HTTP Event Collector ask before they send. */
export function createSplunkHecRouter(queue: () => DependencyState): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const health: RequestHandler = (_request, response) => {
    const isUp = queue().state === 'up';
    sendJson(response, isUp ? 200 : 503, JSON.stringify(isUp ? HEALTHY : UNHEALTHY));
  };
  for (const path of ['/services/collector/health', '/services/collector/health/1.0']) {
    router.route(path).get(health).all(allowMethods('GET', 'HEAD'));
  }
  // Docker's driver asks with OPTIONS, when a container starts, whether the collector is there.
  for (const path of COLLECTOR_PATHS) {
    router
      .route(path)
      .options((_request, response) => {
        response.setHeader('allow', 'POST, OPTIONS');
        sendText(response, 200, 'text/plain', '');
      })
      .all(allowMethods('POST'));
  }
  return router;
}
