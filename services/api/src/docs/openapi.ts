import { ELASTICSEARCH_PATHS, ELASTICSEARCH_SCHEMAS } from './openapi-elasticsearch.ts';
import { EXPLORER_PATHS } from './openapi-explorer.ts';
import { EXPLORE_SCHEMAS } from './openapi-explore-schemas.ts';
import { EXPLORE_PATHS } from './openapi-explore.ts';
import { LOG_PATHS } from './openapi-logs.ts';
import { LOKI_PATHS } from './openapi-loki.ts';
import { OPERATION_PATHS } from './openapi-operations.ts';
import { OTLP_PATHS } from './openapi-otlp.ts';
import { SCHEMAS } from './openapi-schemas.ts';
import { SPLUNK_HEC_PATHS, SPLUNK_HEC_SCHEMAS } from './openapi-splunk-hec.ts';
import { STREAM_PATHS } from './openapi-streams.ts';

/** The OpenAPI 3.1 document. A test holds it against the routes of the app, in both directions. */
export function openApiDocument(version: string) {
  return {
    openapi: '3.1.1',
    info: {
      title: 'Pay Log Aggregator',
      version,
      summary: 'Durable ingest and search of logs for payment platforms',
      description:
        'Send log records, find them within seconds. Errors are problem details (RFC 9457), explained on [/docs/errors](/docs/errors).',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'This server' }],
    tags: [
      { name: 'Ingest', description: 'Records in' },
      { name: 'Search', description: 'Records out' },
      { name: 'Elasticsearch', description: 'Records in from shippers that write to Elasticsearch' },
      { name: 'OpenTelemetry', description: 'Records in from exporters of OpenTelemetry' },
      { name: 'Loki', description: 'Records in from shippers that push to Loki' },
      { name: 'Splunk', description: 'Records in from shippers that send to the HTTP Event Collector' },
      { name: 'Operations', description: 'Health, metrics, documentation' },
    ],
    paths: {
      ...LOG_PATHS,
      ...EXPLORE_PATHS,
      ...STREAM_PATHS,
      ...ELASTICSEARCH_PATHS,
      ...OTLP_PATHS,
      ...LOKI_PATHS,
      ...SPLUNK_HEC_PATHS,
      ...OPERATION_PATHS,
      ...EXPLORER_PATHS,
    },
    components: {
      schemas: { ...SCHEMAS, ...EXPLORE_SCHEMAS, ...ELASTICSEARCH_SCHEMAS, ...SPLUNK_HEC_SCHEMAS },
      headers: {
        RetryAfter: {
          description: 'Seconds to wait before the same request is sent again.',
          schema: { type: 'integer', minimum: 1 },
        },
      },
    },
  };
}
