const REFERENCE = 'https://docs.splunk.com/Documentation/Splunk/latest/Data/HECRESTendpoints';

const JSON_TYPE = 'application/json';

const event = {
  time: 1763625600.123,
  host: 'web-1',
  source: 'checkout',
  sourcetype: '_json',
  event: { message: 'payment accepted', severity: 'info' },
  fields: { environment: 'prod' },
};

const eventSchema = {
  type: 'object',
  description: 'One event; several stand one behind the other, with or without white space between.',
  required: ['event'],
  properties: {
    time: { type: ['number', 'string'], description: 'Epoch seconds with decimals.' },
    host: { type: 'string' },
    source: { type: 'string' },
    sourcetype: { type: 'string' },
    index: { type: 'string' },
    event: { description: 'A string, or any JSON.' },
    fields: { type: 'object' },
  },
};

const answer = (description: string, example: object): object => ({
  description,
  content: { [JSON_TYPE]: { schema: { $ref: '#/components/schemas/HecAnswer' }, example } },
});

const responses = {
  '200': answer('Every event is durable', { text: 'Success', code: 0 }),
  '400': answer('Some events are rejected, which are named, and all others are durable; or nothing can be read', {
    text: 'Event field is required',
    code: 12,
    'invalid-event-number': 1,
    accepted: 1,
    rejected: 1,
    errors: [{ 'event-number': 1, code: 'missing_field', field: 'event', message: 'event is required' }],
  }),
  '413': answer('The body is too large, or has too many events', { text: 'Request entity too large', code: 27 }),
  '503': answer('Too much is in flight, or the queue did not answer in time: send it again', {
    text: 'Server is busy',
    code: 9,
  }),
};

const parameter = (name: string, description: string): object => ({
  name,
  in: 'query',
  description,
  schema: { type: 'string', maxLength: 256 },
});

const parameters = [
  parameter('host', 'For events without a host.'),
  parameter('source', 'For events without a source.'),
  parameter('sourcetype', 'For events without a source type.'),
  parameter('index', 'For events without an index.'),
];

const send = (operationId: string, summary: string, type: string, schema: object, example: unknown): object => ({
  post: {
    operationId,
    tags: ['Splunk'],
    summary,
    description: `Splunk's [HTTP Event Collector](${REFERENCE}).`,
    parameters,
    requestBody: { required: true, content: { [type]: { schema, example } } },
    responses,
  },
  options: {
    operationId: `${operationId}Options`,
    tags: ['Splunk'],
    summary: "Whether the collector is there, as Docker's driver asks: always",
    responses: { '200': { description: 'It is', content: { 'text/plain': { schema: { type: 'string' } } } } },
  },
});

const events = (operationId: string): object => send(operationId, 'Send events', JSON_TYPE, eventSchema, event);
const raw = (operationId: string): object =>
  send(operationId, 'Send lines', 'text/plain', { type: 'string' }, 'payment accepted\npayment declined\n');

const health = (operationId: string): object => ({
  get: {
    operationId,
    tags: ['Splunk'],
    summary: 'Whether events are taken',
    responses: {
      '200': answer('Yes', { text: 'HEC is healthy', code: 17 }),
      '503': answer('No', { text: 'HEC is unhealthy, queues are full', code: 18 }),
    },
  },
});

/** What is taken from clients of Splunk, and what they ask before. */
export const SPLUNK_HEC_PATHS = {
  '/services/collector': events('sendToCollector'),
  '/services/collector/1.0': events('sendToCollector1'),
  '/services/collector/event': events('sendEvents'),
  '/services/collector/event/1.0': events('sendEvents1'),
  '/services/collector/raw': raw('sendRaw'),
  '/services/collector/raw/1.0': raw('sendRaw1'),
  '/services/collector/ack': {
    post: {
      operationId: 'askForAcks',
      tags: ['Splunk'],
      summary: 'Acknowledgments are off: a 200 says already that the events are durable',
      responses: { '400': answer('Always', { text: 'ACK is disabled', code: 14 }) },
    },
  },
  '/services/collector/health': health('getCollectorHealth'),
  '/services/collector/health/1.0': health('getCollectorHealth1'),
} as const;

/** Schemas of these answers. */
export const SPLUNK_HEC_SCHEMAS = {
  HecAnswer: {
    type: 'object',
    required: ['text', 'code'],
    properties: {
      text: { type: 'string' },
      code: { type: 'integer', description: "Splunk's code." },
      'invalid-event-number': { type: 'integer', minimum: 0, description: 'The first rejected event, from 0.' },
      accepted: { type: 'integer', minimum: 0 },
      rejected: { type: 'integer', minimum: 0 },
      errors: {
        type: 'array',
        items: {
          type: 'object',
          required: ['event-number', 'code', 'message'],
          properties: {
            'event-number': { type: 'integer', minimum: 0 },
            code: { type: 'string', description: 'Code of our error table.' },
            field: { type: 'string' },
            message: { type: 'string' },
          },
        },
      },
      errors_omitted: { type: 'integer', minimum: 1 },
      detail: { type: 'string' },
      error: { type: 'string', description: 'Code of our error table, for a failure of the whole request.' },
    },
  },
} as const;
