import { MAX_ID_LENGTH } from '@paylog/shared/record/limits';
import { SEARCH_PARAMETERS } from '../search/search-parameters.ts';
import { queryParameters } from './openapi-parameters.ts';
import { problemResponses } from './openapi-problems.ts';

const record = {
  message: 'payment declined by issuer',
  service: 'checkout',
  level: 'warn',
  timestamp: '2026-11-20T08:00:00.123Z',
  id: 'evt-8f14e45f',
  payment: { id: 'pay_123', amount_minor: 1999, currency: 'EUR', status: 'declined' },
  attributes: { attempt: 2 },
};
const stored = { ...record, received_at: '2026-11-20T08:00:00.456Z' };
const page = {
  logs: [stored],
  next_cursor: 'WzEsIjIwMjYtMTEtMjBUMDg6MDA6MDAuMTIzMDAwMDAwWiIsImV2dC04ZjE0ZTQ1ZiJd',
  total: { value: 10_000, relation: 'gte' },
  took_ms: 12,
};
const rejection = { index: 1, code: 'missing_field', field: 'message', message: 'message is missing' };

const ndjson = `${JSON.stringify(record)}\n{"message":"refund queued","service":"refunds"}\n`;

function answer(description: string, schema: string, example: object): object {
  return {
    description,
    content: { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` }, example } },
  };
}

const ingestBody = {
  required: true,
  description: 'One record or many. Compress large bodies. Limits count bytes after decompression.',
  content: {
    'application/json': {
      schema: {
        oneOf: [
          { $ref: '#/components/schemas/Record' },
          { type: 'array', items: { $ref: '#/components/schemas/Record' } },
        ],
      },
      examples: {
        one: { summary: 'One record', value: record },
        several: { summary: 'Several records', value: [record, { message: 'refund queued', service: 'refunds' }] },
      },
    },
    'application/x-ndjson': {
      schema: {
        type: 'string',
        description: 'One record on each line. CRLF, empty lines and a missing last line feed are fine.',
      },
      example: ndjson,
    },
  },
};

const ingestParameters = [
  {
    name: 'ids',
    in: 'query',
    description: 'List the id of each record in the answer.',
    schema: { type: 'boolean', default: false },
  },
  {
    name: 'service',
    in: 'query',
    description: 'Service of records that name none.',
    schema: { type: 'string', minLength: 1, maxLength: 256 },
  },
  {
    name: 'Idempotency-Key',
    in: 'header',
    description: 'A key of your own for this request. Sent again with the same key and body it stores nothing twice.',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
    example: 'b1946ac9-2492-4d23-8c2a-7f0e5d3b9a01',
  },
  {
    name: 'Content-Encoding',
    in: 'header',
    description: 'How the body is compressed.',
    schema: { type: 'string', enum: ['identity', 'gzip', 'deflate', 'br', 'zstd'] },
  },
  {
    name: 'traceparent',
    in: 'header',
    description: 'W3C trace context; gives `trace_id` and `span_id` to records without.',
    schema: { type: 'string' },
  },
];

const ingest = {
  operationId: 'ingestLogs',
  tags: ['Ingest'],
  summary: 'Send records',
  description:
    'Answers 202 only after the queue holds every record on all its replicas. A bad record is rejected alone. After 429 and 503 send the same request again (`Retry-After`): with ids or an `Idempotency-Key` nothing is stored twice.',
  parameters: ingestParameters,
  requestBody: ingestBody,
  responses: {
    '202': answer('All records are accepted', 'IngestAnswer', { accepted: 2, rejected: 0, errors: [] }),
    '207': answer('Some records are rejected, the others are accepted', 'IngestAnswer', {
      accepted: 1,
      rejected: 1,
      errors: [rejection],
      ids: ['evt-8f14e45f', null],
    }),
    ...problemResponses([
      'records_rejected',
      'malformed_body',
      'invalid_header',
      'invalid_parameter',
      'unknown_parameter',
      'request_timeout',
      'body_too_large',
      'too_many_records',
      'unsupported_media_type',
      'unsupported_encoding',
      'overloaded',
      'internal',
      'queue_unavailable',
      'shutting_down',
    ]),
  },
};

const searchProblems = [
  'invalid_parameter',
  'unknown_parameter',
  'invalid_query',
  'invalid_cursor',
  'internal',
  'store_unavailable',
  'store_timeout',
] as const;

const search = {
  operationId: 'searchLogs',
  tags: ['Search'],
  summary: 'Find records',
  description: 'All given conditions must hold. Records come back as they were sent.',
  parameters: queryParameters(SEARCH_PARAMETERS),
  responses: { '200': answer('One page of records', 'SearchAnswer', page), ...problemResponses(searchProblems) },
};

const searchByBody = {
  operationId: 'searchLogsByBody',
  tags: ['Search'],
  summary: 'Find records, with the parameters in a body',
  description:
    'The same as `GET /api/v1/logs`, for lists that are too long for a URL and for texts that should not stand in access logs.',
  requestBody: {
    required: true,
    content: {
      'application/json': {
        schema: { $ref: '#/components/schemas/Search' },
        example: { q: 'declined', level: '>=warn', service: ['checkout', 'refunds'], from: '-15m', limit: 100 },
      },
    },
  },
  responses: {
    '200': answer('One page of records', 'SearchAnswer', page),
    ...problemResponses([
      'malformed_body',
      'invalid_utf8',
      'body_too_large',
      'unsupported_media_type',
      'unsupported_encoding',
      ...searchProblems,
    ]),
  },
};

const get = {
  operationId: 'getLog',
  tags: ['Search'],
  summary: 'Read one record',
  description: 'The newest record with this id.',
  parameters: [
    {
      name: 'id',
      in: 'path',
      required: true,
      description: 'Id of the record.',
      schema: { type: 'string', minLength: 1, maxLength: MAX_ID_LENGTH },
      example: 'evt-8f14e45f',
    },
  ],
  responses: {
    '200': answer('The record', 'StoredRecord', stored),
    ...problemResponses([
      'invalid_parameter',
      'unknown_parameter',
      'not_found',
      'internal',
      'store_unavailable',
      'store_timeout',
    ]),
  },
};

/** Paths under /api/v1. */
export const LOG_PATHS = {
  '/api/v1/logs': { post: ingest, get: search },
  '/api/v1/logs/search': { post: searchByBody },
  '/api/v1/logs/{id}': { get },
} as const;
