const SPECIFICATION = 'https://opentelemetry.io/docs/specs/otlp/#otlphttp';

const JSON_TYPE = 'application/json';
const PROTOBUF_TYPE = 'application/x-protobuf';

const logs = {
  resourceLogs: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'checkout' } }] },
      scopeLogs: [
        {
          scope: { name: 'shop.pay' },
          logRecords: [
            {
              timeUnixNano: '1763625600123456789',
              severityNumber: 13,
              body: { stringValue: 'payment declined by issuer' },
              attributes: [{ key: 'payment.amount_minor', value: { intValue: '1999' } }],
              traceId: '0af7651916cd43dd8448eb211c80319c',
              spanId: 'b7ad6b7169203331',
            },
          ],
        },
      ],
    },
  ],
};

const objects = { type: 'array', items: { type: 'object' } };

/** `ExportLogsServiceRequest`, as deep as it helps to read. */
const requestSchema = {
  type: 'object',
  properties: {
    resourceLogs: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          resource: { type: 'object', properties: { attributes: objects } },
          scopeLogs: {
            type: 'array',
            items: {
              type: 'object',
              properties: { scope: { type: 'object' }, logRecords: objects, schemaUrl: { type: 'string' } },
            },
          },
          schemaUrl: { type: 'string' },
        },
      },
    },
  },
};

const responseSchema = {
  type: 'object',
  properties: {
    partialSuccess: {
      type: 'object',
      required: ['rejectedLogRecords', 'errorMessage'],
      properties: {
        rejectedLogRecords: { type: 'string', description: 'A number, as protobuf writes 64-bit integers in JSON.' },
        errorMessage: { type: 'string', description: 'The first rejected log records: position, code, field, rule.' },
      },
    },
  },
};

const statusSchema = {
  type: 'object',
  required: ['code', 'message'],
  properties: { code: { type: 'integer', description: 'Of google.rpc.Code.' }, message: { type: 'string' } },
};

/** Both encodings of one message; `bytes` is what the other one holds. */
const content = (schema: object, example: unknown, message: string): object => ({
  [JSON_TYPE]: { schema, example },
  [PROTOBUF_TYPE]: { schema: { type: 'string', contentMediaType: PROTOBUF_TYPE, description: message } },
});

const failure = (description: string, code: number, message: string): object => ({
  description,
  content: content(statusSchema, { code, message }, '`google.rpc.Status`'),
});

const retry = (description: string, code: number, message: string): object => ({
  ...failure(description, code, message),
  headers: { 'Retry-After': { $ref: '#/components/headers/RetryAfter' } },
});

const rejected =
  '1 of 500 log records are rejected: log record 17 (resource_logs[0].scope_logs[0].log_records[17]): record_too_large: a record may have at most 262144 bytes';

/** What is taken from exporters of OpenTelemetry. */
export const OTLP_PATHS = {
  '/v1/logs': {
    post: {
      operationId: 'exportOtlpLogs',
      tags: ['OpenTelemetry'],
      summary: 'Export logs',
      description: `[OTLP/HTTP](${SPECIFICATION}) logs, as protobuf or as JSON, compressed or not. The answer has the encoding of the request.`,
      requestBody: {
        required: true,
        content: content(requestSchema, logs, '`ExportLogsServiceRequest`'),
      },
      responses: {
        '200': {
          description: 'Every log record is durable but those that are rejected for good',
          content: content(
            responseSchema,
            { partialSuccess: { rejectedLogRecords: '1', errorMessage: rejected } },
            '`ExportLogsServiceResponse`',
          ),
        },
        '400': failure('The body cannot be read', 3, 'malformed_body: the body is not valid JSON'),
        '413': failure(
          'The body is too large, or has too many log records',
          3,
          'too_many_records: at most 50000 log records in one request',
        ),
        '415': failure(
          'The media type is not supported',
          3,
          'unsupported_media_type: Content-Type must be application/x-protobuf or application/json',
        ),
        '429': retry('Too much is in flight', 8, 'overloaded: more than 67108864 bytes of requests are in flight'),
        '503': retry('The queue did not answer in time', 14, 'queue_unavailable: no broker answers'),
      },
    },
  },
} as const;
