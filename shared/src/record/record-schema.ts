/**
 * The canonical record as JSON Schema (draft 07), compiled once. A record that passes unchanged takes the fast path: its bytes are
 * forwarded as sent. Whatever `normalize-record.ts` makes of the other accepted forms has to pass it as well.
 */
import { Ajv, type ErrorObject, type JSONSchemaType, type ValidateFunction } from 'ajv';
import { LEVELS } from './level.ts';
import { MAX_ID_LENGTH } from './limits.ts';

/** Forms of the six levels that are kept as sent: the store's index lowers their case. */
const LEVEL_FORMS = LEVELS.flatMap((level) => [
  level,
  level.toUpperCase(),
  level.charAt(0).toUpperCase() + level.slice(1),
]);

const shortString = { type: 'string', maxLength: 256 } as const;
const longString = { type: 'string' } as const;
const finite = { type: 'number' } as const;

const closed = (properties: Readonly<Record<string, object>>): object => ({
  type: 'object',
  properties,
  additionalProperties: false,
});

/** Typed members of a record and their types; everything else lives under `attributes`. */
export const RECORD_PROPERTIES: Readonly<Record<string, object>> = {
  message: longString,
  service: { type: 'string', minLength: 1, maxLength: 256 },
  timestamp: { type: ['string', 'number'] },
  level: { type: 'string', enum: LEVEL_FORMS },
  id: { type: 'string', minLength: 1, maxLength: MAX_ID_LENGTH },
  trace_id: { type: 'string', pattern: '^[0-9a-f]{32}$' },
  span_id: { type: 'string', pattern: '^[0-9a-f]{16}$' },
  environment: shortString,
  host: shortString,
  logger: shortString,
  request_id: shortString,
  duration_ms: finite,
  error: closed({ type: shortString, message: longString, stack: longString }),
  http: closed({
    method: shortString,
    path: longString,
    status_code: { type: 'integer', minimum: 0, maximum: 999 },
    duration_ms: finite,
    host: shortString,
    user_agent: longString,
    client_ip: shortString,
  }),
  payment: closed({
    id: shortString,
    merchant_id: shortString,
    amount_minor: { type: 'integer', minimum: -9.2e18, maximum: 9.2e18 },
    currency: shortString,
    method: shortString,
    status: shortString,
    provider: shortString,
    latency_ms: finite,
  }),
  attributes: { type: 'object' },
};

/** A record after `JSON.parse`, as far as the schema vouches for it. */
export interface CanonicalRecord {
  readonly message: string;
  readonly service?: string;
  readonly timestamp?: string | number;
  readonly level?: string;
  readonly id?: string;
  readonly trace_id?: string;
  readonly span_id?: string;
  readonly error?: object;
  readonly http?: object;
  readonly payment?: object;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/** Checks one parsed record; `errors` of the function holds the first fault after `false`. */
export type RecordValidator = ValidateFunction<CanonicalRecord>;

/** `service` may come from the protocol (header, query parameter, resource), so its absence is judged by the caller. */
const SCHEMA = {
  type: 'object',
  properties: RECORD_PROPERTIES,
  required: ['message'],
  additionalProperties: false,
} as unknown as JSONSchemaType<CanonicalRecord>;

/** Compiles the schema (some 20 ms): once per process, not at import. */
export function compileRecordSchema(): RecordValidator {
  return new Ajv({ strict: true, allowUnionTypes: true, allErrors: false }).compile(SCHEMA);
}

/** The first fault of a validator. */
export type SchemaError = ErrorObject;
