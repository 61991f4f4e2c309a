import { EXPORT_PARAMETERS } from '../streams/export-parameters.ts';
import { TAIL_PARAMETERS } from '../streams/tail-parameters.ts';
import { queryParameters } from './openapi-parameters.ts';
import { problemResponses } from './openapi-problems.ts';

const record =
  '{"message":"payment declined","service":"checkout","id":"evt-1","received_at":"2026-11-20T08:00:00.456Z"}';

const events = [
  'retry: 2000',
  '',
  'id: mAp6xYpQ2Zr0JkLw.0.1795161600250.1795161600250',
  '',
  'event: log',
  `data: ${record}`,
  'id: mAp6xYpQ2Zr0JkLw.1.1795161601250.1795161600250',
  '',
  'event: left-out',
  'data: {"count":120,"relation":"eq"}',
  'id: mAp6xYpQ2Zr0JkLw.1.1795161602250.1795161600250',
  '',
  ': keep-alive',
  '',
  '',
].join('\n');

const tail = {
  operationId: 'tailLogs',
  tags: ['Search'],
  summary: 'Watch records as they come',
  description:
    'Server-sent events that do not end. `log`: a record, as a search gives it. `left-out`: records that match and are not shown, `{ "count", "relation" }` (`gte`: at least so many). `store`: `{ "state": "down", "reason" }` when the store does not answer, `{ "state": "up" }` when it does again; nothing is lost meanwhile. A comment every 15 seconds while nothing happens.',
  parameters: [
    ...queryParameters(TAIL_PARAMETERS),
    {
      name: 'Last-Event-ID',
      in: 'header',
      description: '`id` of the last event that was received: the stream goes on behind it. `from` means nothing then.',
      schema: { type: 'string' },
    },
  ],
  responses: {
    '200': {
      description: 'The stream',
      content: { 'text/event-stream': { schema: { type: 'string' }, example: events } },
    },
    ...problemResponses([
      'invalid_parameter',
      'unknown_parameter',
      'invalid_query',
      'invalid_header',
      'too_many_streams',
      'internal',
      'shutting_down',
    ]),
  },
};

const table = 'timestamp,level,message,payment.id\r\n2026-11-20T08:00:00.123Z,warn,payment declined,pay_123\r\n';

const exportLogs = {
  operationId: 'exportLogs',
  tags: ['Search'],
  summary: 'All records of a search, as a file',
  description:
    'Streamed, of any size, compressed with gzip when `Accept-Encoding` names it. Relative times are fixed at the begin. When something fails midway the connection is cut, so that a part is never taken for the whole.',
  parameters: queryParameters(EXPORT_PARAMETERS),
  responses: {
    '200': {
      description: 'The records',
      headers: {
        'Content-Disposition': {
          description: 'A name for the file.',
          schema: { type: 'string' },
          example: 'attachment; filename="paylog-20261120T080000Z.csv"',
        },
      },
      content: {
        'application/x-ndjson': { schema: { type: 'string' }, example: `${record}\n` },
        'text/csv': { schema: { type: 'string' }, example: table },
      },
    },
    ...problemResponses([
      'invalid_parameter',
      'unknown_parameter',
      'invalid_query',
      'too_many_streams',
      'internal',
      'store_unavailable',
      'store_timeout',
    ]),
  },
};

const rate = { type: 'number', minimum: 0 };
const reason = { type: 'string', description: 'Why a value is null, or the state is down.' };
const stateProperties = {
  name: { type: 'string' },
  state: { type: 'string', enum: ['up', 'down'] },
  since: { type: 'string', description: 'RFC 3339, UTC.' },
  reason,
};

const statusSchema = {
  type: 'object',
  required: ['now', 'version', 'ingest', 'queue', 'dead_letters', 'store', 'services_minutes', 'services'],
  properties: {
    now: { type: 'string', description: 'RFC 3339, UTC.' },
    version: { type: 'string' },
    ingest: {
      type: 'object',
      description: 'Records that this process takes in. Refused ones (429, 503) are to be sent again.',
      required: ['accepted_per_second', 'rejected_per_second', 'refused_per_second', 'window_seconds'],
      properties: {
        accepted_per_second: rate,
        rejected_per_second: rate,
        refused_per_second: rate,
        window_seconds: { type: 'integer', minimum: 1 },
      },
    },
    queue: {
      type: 'object',
      required: ['name', 'state', 'since', 'lag_records', 'lag_seconds', 'partitions'],
      properties: {
        ...stateProperties,
        lag_records: { type: ['integer', 'null'], minimum: 0, description: 'Records that are not in the store yet.' },
        lag_seconds: { type: ['number', 'null'], minimum: 0, description: 'The oldest of them is at most so old.' },
        lag_reason: reason,
        partitions: {
          type: ['array', 'null'],
          items: {
            type: 'object',
            required: ['topic', 'partition', 'lag_records', 'lag_seconds'],
            properties: {
              topic: { type: 'string' },
              partition: { type: 'integer', minimum: 0 },
              lag_records: { type: 'integer', minimum: 0 },
              lag_seconds: { type: ['number', 'null'], minimum: 0 },
            },
          },
        },
      },
    },
    dead_letters: {
      type: 'object',
      required: ['count'],
      properties: {
        count: { type: ['integer', 'null'], minimum: 0, description: 'Messages in the dead-letter topic.' },
        reason,
      },
    },
    store: { type: 'object', required: ['name', 'state', 'since'], properties: stateProperties },
    services_minutes: { type: 'integer', description: 'Minutes that `services` counts, by event time.' },
    services: {
      type: ['array', 'null'],
      description: 'The services with the most records.',
      items: {
        type: 'object',
        required: ['service', 'records', 'errors'],
        properties: {
          service: { type: 'string' },
          records: { type: 'integer', minimum: 0 },
          errors: { type: 'integer', minimum: 0, description: 'Of level error or fatal.' },
        },
      },
    },
    services_reason: reason,
  },
};

const statusExample = {
  now: '2026-11-20T08:00:00.000Z',
  version: '0.1.0',
  ingest: { accepted_per_second: 812.4, rejected_per_second: 0.1, refused_per_second: 0, window_seconds: 10 },
  queue: {
    name: 'kafka',
    state: 'up',
    since: '2026-11-20T07:00:00.000Z',
    lag_records: 40,
    lag_seconds: 1.2,
    partitions: [{ topic: 'logs', partition: 0, lag_records: 40, lag_seconds: 1.2 }],
  },
  dead_letters: { count: 3 },
  store: { name: 'elasticsearch', state: 'up', since: '2026-11-20T07:00:00.000Z' },
  services_minutes: 15,
  services: [{ service: 'checkout', records: 90_210, errors: 12 }],
};

const status = {
  operationId: 'getStatus',
  tags: ['Operations'],
  summary: 'How the pipeline does',
  description:
    'Answers within two seconds, whatever is down: what cannot be known is null, with a reason. Queue and store are asked at most every few seconds, however many ask here.',
  responses: {
    '200': {
      description: 'The status',
      content: { 'application/json': { schema: statusSchema, example: statusExample } },
    },
    ...problemResponses(['unknown_parameter', 'internal']),
  },
};

/** Paths of the answers that go on for long, and of the status. */
export const STREAM_PATHS = {
  '/api/v1/tail': { get: tail },
  '/api/v1/export': { get: exportLogs },
  '/api/v1/status': { get: status },
} as const;
