import { recordFault, type RecordFault } from './fault.ts';
import type { SchemaError } from './record-schema.ts';

/** What would have been right, per field whose rule is not plain from its type. */
const RULES: Readonly<Record<string, string>> = {
  timestamp: 'RFC 3339 text with an offset, or epoch seconds, milliseconds, microseconds or nanoseconds',
  level: 'trace, debug, info, warn, error or fatal (or a usual synonym, or a syslog, pino or OpenTelemetry number)',
  trace_id: '32 hexadecimal digits',
  span_id: '16 hexadecimal digits',
  'payment.amount_minor': 'an integer in minor units, between -9.2e18 and 9.2e18',
  'http.status_code': 'an integer from 0 to 999',
};

const ARTICLES: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  integer: 'an integer',
  object: 'an object',
};

/** `/payment/amount_minor` (RFC 6901) as `payment.amount_minor`. */
const dotted = (pointer: string): string =>
  pointer.slice(1).replaceAll('/', '.').replaceAll('~1', '/').replaceAll('~0', '~');

function typeName(type: unknown): string {
  return String(type)
    .split(',')
    .map((name) => ARTICLES[name] ?? name)
    .join(' or ');
}

/**
 * Turns the schema's first error into a fault that names the field, in the sender's word where `sentAs` has one, and says what
 * would be right.
 */
export function schemaFault(error: SchemaError | undefined, sentAs: ReadonlyMap<string, string>): RecordFault {
  const canonical = dotted(error?.instancePath ?? '');
  const field = sentAs.get(canonical) ?? canonical;
  const params = (error?.params ?? {}) as Readonly<Record<string, unknown>>;
  const rule = RULES[canonical];
  switch (error?.keyword) {
    case 'required':
      return missingField(String(params['missingProperty']));
    case 'type':
      return field === ''
        ? recordFault('not_an_object', 'a record must be a JSON object')
        : recordFault('invalid_type', `${field} must be ${rule ?? typeName(params['type'])}`, field);
    case 'maxLength':
      return recordFault('too_long', `${field} must be at most ${String(params['limit'])} characters long`, field);
    case 'minLength':
      return recordFault('invalid_value', `${field} must not be empty`, field);
    case 'enum':
      return recordFault('invalid_level', `${field} must be ${rule ?? 'one of the listed values'}`, field);
    default:
      return recordFault('invalid_value', `${field} must be ${rule ?? error?.message ?? 'valid'}`, field);
  }
}

/** A required field is not there. */
export function missingField(field: string): RecordFault {
  const hint = field === 'service' ? ' (or service.name, or the query parameter service)' : '';
  return recordFault('missing_field', `${field} is required: a string${hint}`, field);
}
