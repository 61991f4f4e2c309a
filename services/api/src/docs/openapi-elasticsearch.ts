const REFERENCE = 'https://www.elastic.co/docs/api/doc/elasticsearch/v8/operation/operation-bulk';

const ndjson = [
  '{"create":{"_index":"logs-checkout-prod","_id":"evt-8f14e45f"}}',
  '{"@timestamp":"2026-11-20T08:00:00.123Z","message":"payment accepted","service":{"name":"checkout"}}',
  '{"create":{"_index":"logs-checkout-prod"}}',
  '{"@timestamp":"2026-11-20T08:00:00.124Z","service":{"name":"checkout"}}',
  '',
].join('\n');

const created = {
  _index: 'logs-checkout-prod',
  _id: 'evt-8f14e45f',
  _version: 1,
  result: 'created',
  _shards: { total: 1, successful: 1, failed: 0 },
  _seq_no: 0,
  _primary_term: 1,
};
const error = { type: 'illegal_argument_exception', reason: '[missing_field] message is required: a string' };

const object = { type: 'object' };
const JSON_TYPE = 'application/json';

function parameter(name: string, description: string, example: string): object {
  return { name, in: 'path', required: true, description, schema: { type: 'string' }, example };
}

const index = parameter(
  'index',
  'Index or data stream; `logs-<dataset>-<namespace>` becomes the data set `<dataset>.<namespace>`.',
  'logs-checkout-prod',
);
const id = parameter('id', 'Id of the record, unless the document brings one.', 'evt-8f14e45f');
const filterPath = {
  name: 'filter_path',
  in: 'query',
  description: 'Parts of the answer that are wanted, as in Elasticsearch.',
  schema: { type: 'string' },
  example: 'errors,items.*.error,items.*.status',
};

function failure(
  description: string,
  status: number,
  cause: { readonly type: string; readonly reason: string },
): object {
  const example = { error: { root_cause: [cause], ...cause }, status };
  return {
    description,
    content: { [JSON_TYPE]: { schema: { $ref: '#/components/schemas/ElasticsearchError' }, example } },
  };
}

const rejected = {
  type: 'es_rejected_execution_exception',
  reason: 'more than 67108864 bytes of requests are in flight',
};
const unavailable = { type: 'node_closed_exception', reason: 'this instance is stopping' };
const failures = {
  '406': failure('The media type is not supported', 406, {
    type: 'media_type_header_exception',
    reason: 'this Content-Type is not supported: send application/x-ndjson or application/json, in UTF-8',
  }),
  '413': failure('The body is too large, or has too many actions', 413, {
    type: 'illegal_argument_exception',
    reason: 'at most 50000 actions in one request',
  }),
  '429': failure('Too much is in flight: send it again', 429, rejected),
  '503': failure('This instance is stopping: send it again', 503, unavailable),
};

const bulk = {
  tags: ['Elasticsearch'],
  summary: 'Send documents',
  description: `The [bulk API](${REFERENCE}) with the actions \`index\` and \`create\`. Items with status 429 are to be sent again, those with 400 never; all others are durable.`,
  requestBody: {
    required: true,
    content: { 'application/x-ndjson': { schema: { type: 'string' }, example: ndjson } },
  },
  responses: {
    '200': {
      description: 'What became of each document, in order',
      content: {
        [JSON_TYPE]: {
          schema: { $ref: '#/components/schemas/BulkAnswer' },
          example: {
            took: 4,
            errors: true,
            items: [
              { create: { ...created, status: 201 } },
              { create: { _index: 'logs-checkout-prod', _id: null, status: 400, error } },
            ],
          },
        },
      },
    },
    '400': failure('A line that is no action: nothing is taken', 400, {
      type: 'parse_exception',
      reason: 'Malformed action/metadata line [3], not valid JSON',
    }),
    ...failures,
  },
};

const document = {
  tags: ['Elasticsearch'],
  summary: 'Send one document',
  requestBody: {
    required: true,
    content: {
      [JSON_TYPE]: { schema: { $ref: '#/components/schemas/Record' }, example: { message: 'm', service: 'checkout' } },
    },
  },
  responses: {
    '201': { description: 'It is durable', content: { [JSON_TYPE]: { schema: object, example: created } } },
    '400': failure('The document is rejected', 400, error),
    ...failures,
  },
};

/** The same operation under both methods that Elasticsearch takes. */
function both(operationId: string, operation: object, parameters: readonly object[]): object {
  const named = (suffix: string): object => ({ operationId: `${operationId}${suffix}`, ...operation, parameters });
  return { post: named('ByPost'), put: named('ByPut') };
}

function asked(operationId: string, summary: string, parameters: readonly object[] = [], type = JSON_TYPE): object {
  const schema = type === JSON_TYPE ? object : { type: 'string' };
  const responses = { '200': { description: summary, content: { [type]: { schema } } } };
  return { operationId, tags: ['Elasticsearch'], summary, ...(parameters.length > 0 && { parameters }), responses };
}

const resource = (name: string, words: string): object => ({
  get: asked(`get${name}`, `Whether there is ${words}: always`, [parameter('name', 'Any name.', 'logs')]),
  put: asked(`put${name}`, `Acknowledges ${words}, without effect`, [parameter('name', 'Any name.', 'logs')]),
});

const REFRESH = 'Acknowledges a refresh: records are found within about a second';

/** What is taken from clients of Elasticsearch, and what they ask before. */
export const ELASTICSEARCH_PATHS = {
  '/elasticsearch/_bulk': both('bulk', bulk, [filterPath]),
  '/elasticsearch/{index}/_bulk': both('bulkIntoIndex', bulk, [index, filterPath]),
  '/elasticsearch/{index}/_doc': {
    post: { operationId: 'indexDocument', ...document, parameters: [index, filterPath] },
  },
  '/elasticsearch/{index}/_doc/{id}': both('indexDocumentWithId', document, [index, id, filterPath]),
  '/elasticsearch/{index}/_create/{id}': both('createDocument', document, [index, id, filterPath]),
  '/elasticsearch': { get: asked('getElasticsearch', 'Name and version that clients check') },
  '/elasticsearch/_license': { get: asked('getElasticsearchLicense', 'The license that Beats and Logstash check') },
  '/elasticsearch/_xpack': { get: asked('getElasticsearchFeatures', 'Features that clients may set up: none') },
  '/elasticsearch/_cluster/health': {
    get: asked('getElasticsearchHealth', 'Green while the queue takes records, else red'),
  },
  '/elasticsearch/_cat/health': {
    get: asked('getElasticsearchHealthLine', 'The same on one line', [], 'text/plain'),
  },
  '/elasticsearch/_nodes': { get: asked('getElasticsearchNodes', 'This server, at the address that was asked') },
  '/elasticsearch/_nodes/http': { get: asked('getElasticsearchNodesHttp', 'The same') },
  '/elasticsearch/_nodes/_all/http': { get: asked('getElasticsearchNodesAllHttp', 'The same') },
  '/elasticsearch/_index_template/{name}': resource('IndexTemplate', 'an index template'),
  '/elasticsearch/_component_template/{name}': resource('ComponentTemplate', 'a component template'),
  '/elasticsearch/_template/{name}': resource('LegacyTemplate', 'a legacy index template'),
  '/elasticsearch/_ilm/policy/{name}': resource('LifecyclePolicy', 'a lifecycle policy'),
  '/elasticsearch/_ingest/pipeline/{name}': resource('IngestPipeline', 'an ingest pipeline'),
  '/elasticsearch/_data_stream/{name}': resource('DataStream', 'a data stream'),
  '/elasticsearch/_refresh': {
    get: asked('refreshAll', REFRESH),
    post: asked('refreshAllByPost', REFRESH),
  },
  '/elasticsearch/{index}/_refresh': {
    get: asked('refreshIndex', REFRESH, [index]),
    post: asked('refreshIndexByPost', REFRESH, [index]),
  },
  '/elasticsearch/{index}': {
    head: {
      operationId: 'indexExists',
      tags: ['Elasticsearch'],
      summary: 'Whether there is an index: always',
      parameters: [index],
      responses: { '200': { description: 'There is' } },
    },
    put: asked('createIndex', 'Acknowledges an index, without effect', [index]),
  },
} as const;

/** Schemas of these answers. */
export const ELASTICSEARCH_SCHEMAS = {
  BulkAnswer: {
    type: 'object',
    required: ['took', 'errors', 'items'],
    properties: {
      took: { type: 'integer', minimum: 0, description: 'Milliseconds.' },
      errors: { type: 'boolean', description: 'Whether any item has an error.' },
      items: {
        type: 'array',
        items: {
          type: 'object',
          maxProperties: 1,
          additionalProperties: {
            type: 'object',
            required: ['_index', '_id', 'status'],
            additionalProperties: true,
            properties: {
              _index: { type: 'string' },
              _id: { type: ['string', 'null'], description: 'Id of the record.' },
              status: { type: 'integer', enum: [201, 400, 429] },
              error: { $ref: '#/components/schemas/ElasticsearchCause' },
            },
          },
        },
      },
    },
  },
  ElasticsearchCause: {
    type: 'object',
    required: ['type', 'reason'],
    additionalProperties: true,
    properties: {
      type: { type: 'string' },
      reason: { type: 'string', description: 'Code of our error table in brackets, then what would be right.' },
    },
  },
  ElasticsearchError: {
    type: 'object',
    required: ['error', 'status'],
    properties: {
      error: { $ref: '#/components/schemas/ElasticsearchCause' },
      status: { type: 'integer', minimum: 400, maximum: 599 },
    },
  },
} as const;
