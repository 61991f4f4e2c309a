import { ELASTICSEARCH } from './elasticsearch-bulk.ts';
import { elasticsearchTarget } from './elasticsearch-route.ts';
import { LOKI } from './loki.ts';
import { nativeProtocol } from './native.ts';
import { otlpProtocol } from './otlp.ts';
import type { Protocol } from './protocol.ts';
import { hecProtocol } from './splunk-hec.ts';

/** A protocol that takes requests of this method and path (without the query string); undefined: it is not an ingest request. */
export function protocolFor(method: string, path: string, contentType: string | undefined): Protocol | undefined {
  if (method === 'POST' && path === '/api/v1/logs') return nativeProtocol(contentType);
  if (elasticsearchTarget(method, path)) return ELASTICSEARCH;
  if (method === 'POST' && path === '/v1/logs') return otlpProtocol(contentType);
  if (method === 'POST' && path === '/loki/api/v1/push') return LOKI;
  if (method === 'POST' && path.startsWith('/services/collector')) return hecProtocol(path);
  return undefined;
}
