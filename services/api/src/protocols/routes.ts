import { ELASTICSEARCH } from './elasticsearch-bulk.ts';
import { elasticsearchTarget } from './elasticsearch-route.ts';
import { nativeProtocol } from './native.ts';
import type { Protocol } from './protocol.ts';

/** A protocol that takes requests of this method and path (without the query string); undefined: it is not an ingest request. */
export function protocolFor(method: string, path: string, contentType: string | undefined): Protocol | undefined {
  if (method === 'POST' && path === '/api/v1/logs') return nativeProtocol(contentType);
  if (elasticsearchTarget(method, path)) return ELASTICSEARCH;
  return undefined;
}
