import express, { type Express, type Router } from 'express';
import type { Logger } from '@paylog/shared/ports/logger';
import { NO_TRACING, type Tracing } from '@paylog/shared/telemetry/tracing/tracing';
import { notFound } from './http/allow-methods.ts';
import { createErrorHandler } from './http/error-handler.ts';
import { beginRequest, CLIENT_GONE, endRequest, rememberRequest } from './http/request-trace.ts';
import { SECURITY_HEADERS } from './http/security-headers.ts';

/** The parts of the API that express serves. */
export interface AppParts {
  /** `/health`, `/health/live`, `/health/ready`, `/health/serving`, `/metrics`. */
  readonly health: Router;
  /** Reading routes under `/api/v1/logs`. */
  readonly search: Router;
  /** Reading routes under `/api/v1` that count and tell stories. */
  readonly explore: Router;
  /** `/api/v1/tail` and `/api/v1/export`. */
  readonly streams: Router;
  /** `/api/v1/status`. */
  readonly status: Router;
  /** `/docs`, `/docs/errors`, `/openapi.json`. */
  readonly docs: Router;
  /** `/`, `/assets` and `/api/v1/settings`: the log explorer. */
  readonly explorer: Router;
  /** What clients of Elasticsearch ask below `/elasticsearch` before they send. */
  readonly elasticsearch: Router;
  /** `/ready` and `/loki/api/v1/status/buildinfo`, as clients of Loki ask. */
  readonly loki: Router;
  /** `/services/collector/health`, as clients of Splunk ask. */
  readonly splunkHec: Router;
  readonly logger: Logger;
  /** Absent: nothing is traced. */
  readonly tracing?: Tracing | undefined;
}

/** Everything but ingest. Every answer carries the security headers and a request id; every error is a problem document. */
export function createApp({
  health,
  search,
  explore,
  streams,
  status,
  docs,
  explorer,
  elasticsearch,
  loki,
  splunkHec,
  logger,
  tracing = NO_TRACING,
}: AppParts): Express {
  const app = express();
  app.set('x-powered-by', false);
  app.set('etag', false);
  app.set('query parser', false);
  // As the ingest route, which is compared as text.
  app.set('case sensitive routing', true);
  app.use((request, response, next) => {
    response.setHeaders(new Map(Object.entries(SECURITY_HEADERS)));
    // Probes and files of pages would be most of the traces.
    const isTraced = request.path.startsWith('/api/v1/');
    const trace = beginRequest(isTraced ? tracing : NO_TRACING, request);
    const { requestId, span } = trace;
    rememberRequest(response, trace);
    response.setHeader('x-request-id', requestId);
    if (span) {
      response.setHeader('traceparent', span.traceparent);
      response.once('close', () => {
        endRequest(span, response.writableFinished ? response.statusCode : CLIENT_GONE);
      });
    }
    next();
  });
  app.use(health);
  app.use('/api/v1/logs', search);
  app.use('/api/v1', explore);
  app.use('/api/v1', streams);
  app.use('/api/v1', status);
  app.use(docs);
  app.use('/elasticsearch', elasticsearch);
  app.use(loki);
  app.use(splunkHec);
  app.use(explorer);
  app.use(notFound);
  app.use(createErrorHandler(logger));
  return app;
}
