import { Router, type Request, type Response } from 'express';
import { ProblemError } from '@paylog/shared/errors/problem-error';
import { readVersion } from '@paylog/shared/telemetry/version';
import { allowMethods } from '../http/allow-methods.ts';
import { sendJson } from '../http/send.ts';
import { type ExplorerFile, type ExplorerFiles, readExplorerFiles } from './explorer-files.ts';

/** Where the explorer's files are and what it is told about this server. */
export interface ExplorerRouterOptions {
  /** Holds the build; it may be made later than the router. */
  readonly folder: string;
  /** Address of Jaeger's pages, for links from traces. */
  readonly jaegerUiUrl?: string | undefined;
}

/** Nothing but the files of the page itself; records can bring no script, no style, no picture and no form along. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

/** The names of assets hold a hash of their content. */
const FOREVER = 'public, max-age=31536000, immutable';

/** GET / (the log explorer), /assets/:file and /api/v1/settings. */
export function createExplorerRouter({ folder, jaegerUiUrl }: ExplorerRouterOptions): Router {
  const router = Router({ caseSensitive: true, strict: true });
  let loading: Promise<ExplorerFiles | undefined> | undefined;
  const files = async (): Promise<ExplorerFiles> => {
    const found = await (loading ??= readExplorerFiles(folder));
    if (found) return found;
    // Looked for again with the next request.
    loading = undefined;
    throw new ProblemError('not_found', 'the explorer was not built: run `npm run build` (the API itself is at /docs)');
  };
  const settings = JSON.stringify({ version: readVersion(), jaeger_ui_url: jaegerUiUrl ?? null });

  router
    .route('/')
    .get(async (request, response) => {
      const page = (await files()).get('index.html');
      response.setHeader('content-security-policy', PAGE_POLICY);
      response.setHeader('cross-origin-opener-policy', 'same-origin');
      sendFile(request, response, page, 'no-cache');
    })
    .all(allowMethods('GET', 'HEAD'));
  router
    .route('/assets/:file')
    .get(async (request, response) => {
      sendFile(request, response, (await files()).get(`assets/${request.params.file}`), FOREVER);
    })
    .all(allowMethods('GET', 'HEAD'));
  router
    .route('/api/v1/settings')
    .get((_request, response) => {
      sendJson(response, 200, settings);
    })
    .all(allowMethods('GET', 'HEAD'));
  return router;
}

function sendFile(request: Request, response: Response, file: ExplorerFile | undefined, caching: string): void {
  if (!file) throw new ProblemError('not_found', 'there is no such file');
  response.setHeader('cache-control', caching);
  response.setHeader('vary', 'accept-encoding');
  response.setHeader('etag', file.etag);
  if (request.headers['if-none-match'] === file.etag) {
    response.writeHead(304);
    response.end();
    return;
  }
  // One by one: asked for all at once, express prefers the client's order, and gzip is named first by habit.
  const encoding = [...file.encoded.keys()].find((name) => request.acceptsEncodings(name) === name);
  const bytes = (encoding && file.encoded.get(encoding)) ?? file.bytes;
  response.setHeader('content-type', file.contentType);
  if (encoding) response.setHeader('content-encoding', encoding);
  response.setHeader('content-length', bytes.length);
  response.writeHead(200);
  response.end(request.method === 'HEAD' ? undefined : bytes);
}
