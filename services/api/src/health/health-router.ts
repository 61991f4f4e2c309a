import { Router } from 'express';
import { ADMIN_PATHS, type Health } from '@paylog/shared/telemetry/health';
import { allowMethods } from '../http/allow-methods.ts';
import { sendText } from '../http/send.ts';

/** GET /health, /health/live, /health/ready, /health/serving and /metrics. */
export function createHealthRouter(health: Health): Router {
  const router = Router({ caseSensitive: true, strict: true });
  for (const path of ADMIN_PATHS) {
    router
      .route(path)
      .get(async (request, response) => {
        const answer = await health.answer(path, request.headers.accept);
        if (answer) sendText(response, answer.status, answer.contentType, answer.body);
      })
      .all(allowMethods('GET', 'HEAD'));
  }
  return router;
}
