import { problemResponses } from './openapi-problems.ts';

interface Page {
  readonly operationId: string;
  readonly summary: string;
  readonly mediaType: string;
  readonly schema?: object;
  readonly example?: unknown;
}

function page({ operationId, summary, mediaType, schema = { type: 'string' }, example }: Page): object {
  const content = { [mediaType]: { schema, ...(example !== undefined && { example }) } };
  return {
    operationId,
    tags: ['Operations'],
    summary,
    responses: { '200': { description: summary, content }, ...problemResponses(['internal']) },
  };
}

const version = { type: 'string', description: 'Version of the process.' };
const processSchema = {
  type: 'object',
  required: ['status', 'version', 'uptime_seconds'],
  properties: { status: { type: 'string', enum: ['up'] }, version, uptime_seconds: { type: 'integer', minimum: 0 } },
};
const liveSchema = {
  type: 'object',
  required: ['status'],
  properties: { status: { type: 'string', enum: ['alive', 'stalled'] }, reason: { type: 'string' } },
};
const readySchema = {
  type: 'object',
  required: ['status', 'dependencies'],
  properties: {
    status: { type: 'string', enum: ['ready', 'not_ready', 'stopping'] },
    reason: { type: 'string', description: 'What the start of the process still waits for.' },
    dependencies: { type: 'array', items: { $ref: '#/components/schemas/Dependency' } },
  },
};
const servingSchema = {
  type: 'object',
  required: ['status'],
  properties: {
    status: { type: 'string', enum: ['serving', 'starting', 'stopping'] },
    reason: { type: 'string', description: 'What the start of the process still waits for.' },
  },
};
const up = { name: 'queue', state: 'up', since: '2026-11-20T08:00:00.000Z', needed: true };
const down = {
  name: 'queue',
  state: 'down',
  since: '2026-11-20T08:00:00.000Z',
  needed: true,
  reason: 'no broker answers',
};

function probe(operationId: string, summary: string, schema: object, good: object, bad: object): object {
  const content = (example: object): object => ({ 'application/json': { schema, example } });
  return {
    operationId,
    tags: ['Operations'],
    summary,
    responses: {
      '200': { description: 'Yes', content: content(good) },
      '503': { description: 'No', content: content(bad) },
      ...problemResponses(['internal']),
    },
  };
}

const JSON_TYPE = 'application/json';
const HTML = 'text/html';

/** Everything around ingest and search. */
export const OPERATION_PATHS = {
  '/health': {
    get: page({
      operationId: 'getHealth',
      summary: 'The process and its version',
      mediaType: JSON_TYPE,
      schema: processSchema,
      example: { status: 'up', version: '0.1.0', uptime_seconds: 42 },
    }),
  },
  '/health/live': {
    get: probe(
      'getLiveness',
      'Whether the process makes progress',
      liveSchema,
      { status: 'alive' },
      { status: 'stalled', reason: 'no progress for 120 s' },
    ),
  },
  '/health/ready': {
    get: probe(
      'getReadiness',
      'Whether the process can do its work',
      readySchema,
      { status: 'ready', dependencies: [up] },
      { status: 'not_ready', dependencies: [down] },
    ),
  },
  '/health/serving': {
    get: probe(
      'getServing',
      'Whether load balancers should send requests here: not while the process starts or stops. Unlike /health/ready it does not ask for the queue, since all processes share it: without it searches go on, and records are answered with 503 and Retry-After',
      servingSchema,
      { status: 'serving' },
      { status: 'stopping' },
    ),
  },
  '/metrics': {
    get: page({ operationId: 'getMetrics', summary: 'Metrics in the Prometheus text format', mediaType: 'text/plain' }),
  },
  '/openapi.json': {
    get: page({
      operationId: 'getOpenApi',
      summary: 'This document',
      mediaType: JSON_TYPE,
      schema: { type: 'object' },
    }),
  },
  '/docs': { get: page({ operationId: 'getDocs', summary: 'This document as a page', mediaType: HTML }) },
  '/docs/errors': { get: page({ operationId: 'getErrorDocs', summary: 'All error codes', mediaType: HTML }) },
  '/docs/assets/{file}': {
    get: {
      ...page({ operationId: 'getDocsAsset', summary: 'Scripts and styles of the pages', mediaType: '*/*' }),
      parameters: [
        {
          name: 'file',
          in: 'path',
          required: true,
          description: 'Name of the file.',
          schema: { type: 'string' },
          example: 'init.js',
        },
      ],
      responses: {
        '200': { description: 'The file', content: { '*/*': { schema: { type: 'string' } } } },
        ...problemResponses(['not_found', 'internal']),
      },
    },
  },
} as const;
