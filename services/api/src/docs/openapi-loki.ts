const REFERENCE = 'https://grafana.com/docs/loki/latest/reference/loki-http-api/#ingest-logs';

const JSON_TYPE = 'application/json';
const TEXT = 'text/plain';

const push = {
  streams: [
    {
      stream: { service_name: 'checkout', env: 'prod', level: 'info' },
      values: [
        ['1763625600123456789', 'payment accepted', { trace_id: '0af7651916cd43dd8448eb211c80319c' }],
        ['1763625600124000000', '{"msg":"payment declined","level":"warn","payment":{"id":"pay_123"}}'],
      ],
    },
  ],
};

const pushSchema = {
  type: 'object',
  required: ['streams'],
  properties: {
    streams: {
      type: 'array',
      items: {
        type: 'object',
        required: ['values'],
        properties: {
          stream: { type: 'object', additionalProperties: { type: 'string' }, description: 'Labels.' },
          values: {
            type: 'array',
            items: {
              type: 'array',
              minItems: 2,
              prefixItems: [
                { type: 'string', description: 'Nanoseconds since 1970.' },
                { type: 'string', description: 'The line.' },
                { type: 'object', description: 'Structured metadata.' },
              ],
            },
          },
        },
      },
    },
  },
};

const failure = (description: string, example: string): object => ({
  description,
  content: { [TEXT]: { schema: { type: 'string' }, example } },
});

const plain = (operationId: string, summary: string, type: string, example: unknown): object => ({
  operationId,
  tags: ['Loki'],
  summary,
  responses: {
    '200': {
      description: summary,
      content: { [type]: { schema: { type: typeof example === 'string' ? 'string' : 'object' }, example } },
    },
    '503': failure('Not now', 'not ready\n'),
  },
});

/** What is taken from clients of Loki, and what they ask before. */
export const LOKI_PATHS = {
  '/loki/api/v1/push': {
    post: {
      operationId: 'pushToLoki',
      tags: ['Loki'],
      summary: 'Push streams',
      description: `Loki's [push API](${REFERENCE}), as JSON or as protobuf in snappy.`,
      requestBody: {
        required: true,
        content: {
          [JSON_TYPE]: { schema: pushSchema, example: push },
          'application/x-protobuf': { schema: { type: 'string', contentMediaType: 'application/x-protobuf' } },
        },
      },
      responses: {
        '204': { description: 'Every entry is durable' },
        '400': failure(
          'The body cannot be read; or some entries are rejected, which are named, and all others are durable',
          '1 of 100 entries rejected; the other 99 are stored\nstream 0 entry 7: record_too_large: a record may have at most 262144 bytes\n',
        ),
        '413': failure(
          'The body is too large, or has too many entries',
          'too_many_records: at most 50000 entries in one request\n',
        ),
        '415': failure(
          'The media type is not supported',
          'unsupported_media_type: Content-Type must be application/json\n',
        ),
        '429': failure(
          'Too much is in flight: send it again',
          'overloaded: more than 67108864 bytes of requests are in flight\n',
        ),
        '503': failure('The queue did not answer in time: send it again', 'queue_unavailable: no broker answers\n'),
      },
    },
  },
  '/ready': { get: plain('getLokiReady', 'Whether entries are taken', TEXT, 'ready\n') },
  '/loki/api/v1/status/buildinfo': {
    get: plain('getLokiBuildInfo', "The version of Loki's API that is spoken", JSON_TYPE, { version: '3.0.0' }),
  },
} as const;
