import { PROBLEMS } from '@paylog/shared/errors/problem-codes';
import { RECORD_ERRORS } from '@paylog/shared/errors/record-error-codes';
import { MAX_ID_LENGTH } from '@paylog/shared/record/limits';
import { maxValues, type Parameter } from '../search/parameter.ts';
import { MAX_LIMIT, SEARCH_PARAMETERS } from '../search/search-parameters.ts';

const short = { type: 'string', maxLength: 256 };
const text = { type: 'string' };
const number = { type: 'number' };

function object(description: string, properties: Readonly<Record<string, object>>): object {
  return { type: 'object', description, properties };
}

/** Members of a record in its simple form. */
export const RECORD_SCHEMA_PROPERTIES: Readonly<Record<string, object>> = {
  message: { type: 'string', description: 'What happened, in words.' },
  service: {
    type: ['string', 'object'],
    description: 'Name of the service (or an object with `name`). May come from the parameter `service` instead.',
  },
  timestamp: {
    type: ['string', 'number'],
    description:
      'When it happened: RFC 3339 with an offset, up to nanoseconds, or an epoch number in s, ms, us or ns. Absent: when it was received.',
  },
  level: {
    type: ['string', 'number'],
    description:
      'trace, debug, info, warn, error or fatal; synonyms, syslog severities, pino and OpenTelemetry numbers are mapped. Absent: info.',
  },
  id: {
    type: 'string',
    minLength: 1,
    maxLength: MAX_ID_LENGTH,
    description:
      "The caller's own id of the event. The same record under the same id is stored once, however often it is sent.",
  },
  trace_id: { type: 'string', description: '32 hexadecimal digits. Absent: from the header `traceparent`.' },
  span_id: { type: 'string', description: '16 hexadecimal digits.' },
  environment: short,
  host: { type: ['string', 'object'] },
  logger: short,
  request_id: short,
  duration_ms: { type: 'number', description: 'How long what the record speaks of took.' },
  error: object('An error.', { type: short, message: text, stack: text }),
  http: object('An HTTP exchange.', {
    method: short,
    path: text,
    status_code: { type: 'integer' },
    duration_ms: number,
    host: short,
    user_agent: text,
    client_ip: short,
  }),
  payment: object('A payment; amounts are integers in minor units.', {
    id: short,
    merchant_id: short,
    amount_minor: { type: 'integer' },
    currency: short,
    method: short,
    status: short,
    provider: short,
    latency_ms: number,
  }),
  attributes: {
    type: 'object',
    additionalProperties: true,
    description: 'Any JSON. Texts are found as keywords at any depth, numbers by range too.',
  },
};

/** JSON Schema of a parameter as a member of a search body. */
function bodyMember(parameter: Parameter): object {
  const { schema, list, description } = parameter;
  return list
    ? {
        anyOf: [
          schema,
          { type: 'array', items: schema, minItems: 1, maxItems: maxValues(parameter) },
          { type: 'null' },
        ],
        description,
      }
    : { anyOf: [schema, { type: 'null' }], description };
}

const recordError = {
  type: 'object',
  required: ['index', 'code', 'message'],
  properties: {
    index: { type: 'integer', minimum: 0, description: 'Position of the record in the request, from 0.' },
    code: { type: 'string', enum: Object.keys(RECORD_ERRORS) },
    field: { type: 'string', description: 'The field at fault; absent when it is the record as a whole.' },
    message: { type: 'string', description: 'What is wrong and what would be right, for people.' },
  },
};

const ingestCounts = {
  accepted: { type: 'integer', minimum: 0, description: 'Records that the queue holds on all its replicas.' },
  rejected: { type: 'integer', minimum: 0 },
  errors: {
    type: 'array',
    maxItems: 100,
    items: { $ref: '#/components/schemas/RecordError' },
    description: 'The first 100 rejected records.',
  },
  errors_omitted: { type: 'integer', minimum: 1, description: 'Rejected records that are not listed.' },
  ids: {
    type: 'array',
    items: { type: ['string', 'null'] },
    description: 'With `ids=true`: the id of each record by position, null where it was rejected.',
  },
};

const dependency = {
  type: 'object',
  required: ['name', 'state', 'since', 'needed'],
  properties: {
    name: text,
    state: { type: 'string', enum: ['up', 'down'] },
    since: { type: 'string', description: 'Time of the last change of state, RFC 3339.' },
    needed: { type: 'boolean', description: 'Whether the process is not ready without it.' },
    reason: { type: 'string', description: 'Why it is down.' },
  },
};

const problem = {
  type: 'object',
  description: 'Problem details (RFC 9457).',
  required: ['type', 'title', 'status', 'detail', 'code', 'retryable'],
  properties: {
    type: { type: 'string', description: 'Address of the explanation, relative to this API.' },
    title: text,
    status: { type: 'integer', minimum: 400, maximum: 599 },
    detail: { type: 'string', description: 'What happened this time, for people.' },
    code: { type: 'string', enum: Object.keys(PROBLEMS) },
    retryable: { type: 'boolean', description: 'Whether the same request may succeed later.' },
    field: { type: 'string', description: 'The parameter, header or field at fault.' },
    position: { type: 'integer', minimum: 0, description: 'Where in the text of the parameter, in characters from 0.' },
    length: { type: 'integer', minimum: 0, description: 'How many characters of it are at fault.' },
    advice: { type: 'string', description: 'What to write instead.' },
    errors: {
      type: 'array',
      items: { type: 'object' },
      description:
        'All faults of the request: `field` and `message` of parameters, or rejected records as in an ingest answer.',
    },
    request_id: text,
    trace_id: { type: 'string', description: 'Trace of the request, where it has one.' },
    ...Object.fromEntries(Object.entries(ingestCounts).filter(([name]) => name !== 'errors')),
  },
};

const searchAnswer = {
  type: 'object',
  required: ['logs', 'next_cursor', 'total', 'took_ms'],
  properties: {
    logs: { type: 'array', maxItems: MAX_LIMIT, items: { $ref: '#/components/schemas/StoredRecord' } },
    next_cursor: {
      type: ['string', 'null'],
      description: 'Pass it as `cursor` to get the next page; null at the end.',
    },
    total: {
      type: 'object',
      required: ['value', 'relation'],
      properties: {
        value: { type: 'integer', minimum: 0 },
        relation: {
          type: 'string',
          enum: ['eq', 'gte'],
          description: '`gte`: there are at least so many; counting stopped.',
        },
      },
    },
    took_ms: { type: 'integer', minimum: 0 },
  },
};

/** `components.schemas` of the document. */
export const SCHEMAS = {
  Record: {
    type: 'object',
    description:
      'One log event, in its simple form. ECS names (`@timestamp`, `log.level`, `service.name`, `event.id`, `trace.id`, nested or dotted) are taken as synonyms. Members that are not listed are kept, under `attributes`.',
    required: ['message'],
    additionalProperties: true,
    properties: RECORD_SCHEMA_PROPERTIES,
  },
  StoredRecord: {
    type: 'object',
    description:
      'A record as it was sent, with `id` and `received_at`. Numbers are exact: read them with a parser that keeps them.',
    required: ['message', 'id', 'received_at'],
    additionalProperties: true,
    properties: {
      ...RECORD_SCHEMA_PROPERTIES,
      received_at: { type: 'string', description: 'When it was received, RFC 3339 in UTC.' },
    },
  },
  RecordError: recordError,
  IngestAnswer: { type: 'object', required: ['accepted', 'rejected', 'errors'], properties: ingestCounts },
  Search: {
    type: 'object',
    description: 'The parameters of `GET /api/v1/logs` as members. Null is the same as absent.',
    additionalProperties: false,
    properties: Object.fromEntries(SEARCH_PARAMETERS.map((parameter) => [parameter.name, bodyMember(parameter)])),
  },
  SearchAnswer: searchAnswer,
  Problem: problem,
  Dependency: dependency,
} as const;
