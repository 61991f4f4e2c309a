import { commonName, indexPattern } from './index-names.ts';
import type { IndexOptions } from './options.ts';

/**
 * Version of what {@link indexTemplate} makes. Raise it with every change of the mapping: a service of the version before leaves a
 * newer template alone, so that old and new run side by side during a deployment.
 */
export const TEMPLATE_VERSION = 2;

/** Above Elasticsearch's own `logs-*-*` template (100), which would make data streams. */
const PRIORITY = 250;

/** Terms longer than this (in characters) are stored but cannot be searched; Lucene's limit is 32,766 bytes. */
const IGNORE_ABOVE = 1024;

const keyword = { type: 'keyword', ignore_above: IGNORE_ABOVE } as const;
const double = { type: 'double' } as const;
const stored = { type: 'keyword', index: false, doc_values: false } as const;
// The standard analyzer is UAX 29 word boundaries and small letters: what the port calls words. No scores, so no norms.
const words = { type: 'text', analyzer: 'standard', norms: false } as const;
const alias = (path: string): object => ({ type: 'alias', path });

/** Names that ECS has for our fields, for Kibana and Grafana. None is a path that a canonical record can have: writing to one fails. */
const ECS_ALIASES = {
  'log.level': alias('level'),
  'log.logger': alias('logger'),
  'service.name': alias('service'),
  'service.environment': alias('environment'),
  'trace.id': alias('trace_id'),
  'span.id': alias('span_id'),
  'event.id': alias('id'),
  'event.ingested': alias('received_at'),
  'host.name': alias('host'),
  'error.stack_trace': alias('error.stack.words'),
  'http.request.id': alias('request_id'),
  'http.request.method': alias('http.method'),
  'http.response.status_code': alias('http.status_code'),
  'url.path': alias('http.path'),
  'url.domain': alias('http.host'),
  'user_agent.original': alias('http.user_agent'),
  'client.ip': alias('http.client_ip'),
} as const;

/** The record's own fields (see `record/record-schema.ts`) and the envelope's. */
const PROPERTIES = {
  v: stored,
  '@timestamp': { type: 'date_nanos' },
  received_at: { type: 'date' },
  data_set: keyword,
  id: keyword,
  timestamp: stored,
  // Kept as sent (`ERROR`), found as `error`.
  level: { ...keyword, normalizer: 'lowercase' },
  service: keyword,
  message: words,
  trace_id: keyword,
  span_id: keyword,
  environment: keyword,
  host: keyword,
  logger: keyword,
  request_id: keyword,
  duration_ms: double,
  'error.type': keyword,
  'error.message': words,
  // Version 1 left it out of the index. The words are a field of their own, which a search in older indices does not find.
  'error.stack': { ...stored, fields: { words } },
  'http.method': keyword,
  'http.path': keyword,
  'http.status_code': { type: 'integer' },
  'http.duration_ms': double,
  'http.host': keyword,
  'http.user_agent': keyword,
  'http.client_ip': keyword,
  'payment.id': keyword,
  'payment.merchant_id': keyword,
  'payment.amount_minor': { type: 'long' },
  'payment.currency': keyword,
  'payment.method': keyword,
  'payment.status': keyword,
  'payment.provider': keyword,
  'payment.latency_ms': double,
  // Any JSON, at any depth, without fields of its own: it cannot clash with what other records send.
  attributes: { type: 'flattened', depth_limit: 1000, ignore_above: IGNORE_ABOVE },
  ...ECS_ALIASES,
} as const;

/**
 * The index template. The mapping never refuses a canonical record: malformed values and long terms are stored without being
 * searchable (`ignore_malformed`, `ignore_above`), and numbers beyond the limit of fields likewise.
 */
export function indexTemplate(prefix: string, options: IndexOptions): object {
  const { shards, replicas, refreshMs } = options;
  return {
    index_patterns: [indexPattern(prefix)],
    priority: PRIORITY,
    version: TEMPLATE_VERSION,
    _meta: { paylog: { template: commonName(prefix) } },
    template: {
      // Every index of ours, and no other, can be searched under this name.
      aliases: { [commonName(prefix)]: {} },
      settings: {
        index: {
          number_of_shards: shards,
          ...(replicas === 0 ? { number_of_replicas: 0 } : { auto_expand_replicas: `0-${replicas}` }),
          refresh_interval: `${refreshMs}ms`,
          codec: 'best_compression',
          // An answered write is fsynced: `stored` outlives a kill -9.
          translog: { durability: 'request' },
          // The order of searches, so that a page ends after its last hit instead of looking at the whole day.
          sort: { field: ['@timestamp', 'id'], order: ['desc', 'desc'] },
          mapping: { ignore_malformed: true, total_fields: { limit: 1000, ignore_dynamic_beyond_limit: true } },
          query: { default_field: ['message'] },
        },
      },
      mappings: {
        _meta: { paylog: { template: commonName(prefix), version: TEMPLATE_VERSION } },
        // Dotted names and a field that is both a value and the start of longer names (`service`, `service.name`).
        subobjects: false,
        dynamic: true,
        date_detection: false,
        numeric_detection: false,
        dynamic_templates: [
          { numbers: { path_match: 'num.*', mapping: double } },
          // A newer version's field: kept, not indexed.
          { unknown: { match: '*', mapping: stored } },
        ],
        properties: PROPERTIES,
      },
    },
  };
}

/** Whether a mapping's `_meta` says that the index was made from our template. */
export function isOurMeta(prefix: string, meta: unknown): boolean {
  const paylog = (meta as { readonly paylog?: { readonly template?: unknown } } | null | undefined)?.paylog;
  return paylog?.template === commonName(prefix);
}
