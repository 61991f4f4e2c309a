import { join } from 'node:path';
import { Router, type Response } from 'express';
import swaggerUiPath from 'swagger-ui-dist/absolute-path.js';
import { ProblemError } from '@paylog/shared/errors/problem-error';
import { readVersion } from '@paylog/shared/telemetry/version';
import { allowMethods } from '../http/allow-methods.ts';
import { sendJson, sendText } from '../http/send.ts';
import { DOCS_PAGE, ERROR_STYLE, INIT_SCRIPT } from './docs-page.ts';
import { errorPage } from './error-page.ts';
import { openApiDocument } from './openapi.ts';

/** Swagger UI sets style attributes and shows icons as data: URLs; scripts come from this server only. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const ERROR_PAGE_POLICY =
  "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HTML = 'text/html; charset=utf-8';
const JAVASCRIPT = 'text/javascript; charset=utf-8';
const CSS = 'text/css; charset=utf-8';

/** Files of swagger-ui-dist that the page uses; no others are served. */
const SWAGGER_FILES: Readonly<Record<string, string>> = {
  'swagger-ui.css': CSS,
  'swagger-ui-bundle.js': JAVASCRIPT,
  'favicon-32x32.png': 'image/png',
};

const OWN_FILES: Readonly<Record<string, readonly [string, string]>> = {
  'init.js': [JAVASCRIPT, INIT_SCRIPT],
  'errors.css': [CSS, ERROR_STYLE],
};

/** GET /openapi.json, /docs, /docs/errors and their files. Works without any other server. */
export function createDocsRouter(): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const document = JSON.stringify(openApiDocument(readVersion()));
  const errors = errorPage();
  const assets = swaggerUiPath();

  const page = (response: Response, policy: string, text: string): void => {
    response.setHeader('content-security-policy', policy);
    response.setHeader('cache-control', 'no-cache');
    sendText(response, 200, HTML, text);
  };

  const routes: Readonly<Record<string, (response: Response) => void>> = {
    '/openapi.json': (response) => {
      sendJson(response, 200, document);
    },
    '/docs': (response) => {
      page(response, PAGE_POLICY, DOCS_PAGE);
    },
    '/docs/errors': (response) => {
      page(response, ERROR_PAGE_POLICY, errors);
    },
  };
  for (const [path, answer] of Object.entries(routes)) {
    router
      .route(path)
      .get((_request, response) => {
        answer(response);
      })
      .all(allowMethods('GET', 'HEAD'));
  }
  router
    .route('/docs/assets/:file')
    .get((request, response, next) => {
      sendAsset(response, assets, request.params.file, next);
    })
    .all(allowMethods('GET', 'HEAD'));
  return router;
}

function sendAsset(response: Response, directory: string, file: string, next: (error?: unknown) => void): void {
  response.setHeader('cache-control', 'public, max-age=3600');
  const own = Object.hasOwn(OWN_FILES, file) ? OWN_FILES[file] : undefined;
  if (own) {
    sendText(response, 200, ...own);
    return;
  }
  const type = Object.hasOwn(SWAGGER_FILES, file) ? SWAGGER_FILES[file] : undefined;
  if (type === undefined) throw new ProblemError('not_found', 'there is no such file');
  response.setHeader('content-type', type);
  response.sendFile(join(directory, file), { cacheControl: false, dotfiles: 'allow' }, (error: unknown) => {
    if (error !== undefined && error !== null) next(error);
  });
}
