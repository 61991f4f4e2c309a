import type { ServerResponse } from 'node:http';
import type { ProblemError } from '@paylog/shared/errors/problem-error';
import { requestOf } from './request-trace.ts';

/**
 * Sends a complete answer, with no body to a HEAD request. Not for caches unless the answer says otherwise already. Does
 * nothing when the answer has begun or the client is gone.
 */
export function sendText(response: ServerResponse, status: number, contentType: string, text: string): void {
  if (response.headersSent || response.destroyed) return;
  if (!response.hasHeader('cache-control')) response.setHeader('cache-control', 'no-store');
  response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(text) });
  response.end(response.req.method === 'HEAD' ? undefined : text);
}

/** Sends JSON that stands as text already. */
export function sendJson(response: ServerResponse, status: number, json: string): void {
  sendText(response, status, 'application/json', json);
}

/** Sends a problem document, with the ids of the request. */
export function sendProblem(response: ServerResponse, error: ProblemError): void {
  if (response.headersSent || response.destroyed) return;
  const { 'content-type': contentType = '', ...headers } = error.headers();
  response.setHeader('cache-control', 'no-store');
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  const document = error.toDocument(requestOf(response));
  sendText(response, error.status, contentType, JSON.stringify(document));
}
