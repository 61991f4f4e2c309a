import express, { type Express, type RequestHandler, type Router } from 'express';
import type { Logger } from '@paylog/shared/ports/logger';
import type { Health } from '@paylog/shared/telemetry/health';
import { createDocsRouter } from '../docs/docs-router.ts';
import { createHealthRouter } from '../health/health-router.ts';
import { createSearchRouter, type SearchDependencies } from '../search/search-router.ts';
import { notFound } from './allow-methods.ts';
import { createErrorHandler } from './error-handler.ts';
import { requestIdOf } from './request-id.ts';
import { SECURITY_HEADERS } from './security-headers.ts';

export interface HttpAppDependencies extends SearchDependencies {
  readonly health: Health;
  readonly logger: Logger;
}

/** Every route that express answers, by where it is mounted. `POST /api/v1/logs` is answered before express. */
export function createMounts(dependencies: HttpAppDependencies): readonly (readonly [string, Router])[] {
  return [
    ['/', createHealthRouter(dependencies.health)],
    ['/', createDocsRouter()],
    ['/api/v1/logs', createSearchRouter(dependencies)],
  ];
}

/** The express part of the API: search, health, metrics and documentation, with one form of errors for all. */
export function createHttpApp(dependencies: HttpAppDependencies): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('case sensitive routing');
  app.enable('strict routing');
  app.set('query parser', false);
  app.use(commonHeaders);
  for (const [path, router] of createMounts(dependencies)) app.use(path, router);
  app.use(notFound);
  app.use(createErrorHandler(dependencies.logger));
  return app;
}

const commonHeaders: RequestHandler = (request, response, next) => {
  response.setHeader('x-request-id', requestIdOf(request));
  response.setHeader('cache-control', 'no-store');
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
  next();
};
