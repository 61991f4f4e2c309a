import type { IncomingHttpHeaders } from 'node:http';
import { ProblemError, type ProblemFault } from '@paylog/shared/errors/problem-error';

/** What the query string of an ingest request may say. */
export interface IngestParameters {
  /** `ids=true`: the answer lists the id of each record. */
  readonly withIds: boolean;
  /** `service=`: service of records that name none. */
  readonly service: string | undefined;
}

const NONE: IngestParameters = { withIds: false, service: undefined };
const MAX_SERVICE_LENGTH = 256;

function parameterFault(name: string, value: string): (ProblemFault & { unknown?: true }) | undefined {
  switch (name) {
    case 'ids':
      return /^(?:true|false)$/.test(value) ? undefined : { field: name, message: 'ids must be true or false' };
    case 'service':
      return value.length > 0 && value.length <= MAX_SERVICE_LENGTH
        ? undefined
        : { field: name, message: `service must have 1 to ${MAX_SERVICE_LENGTH} characters` };
    default:
      return { field: name, message: 'not known here; known are ids and service', code: 'unknown_parameter' };
  }
}

/** Reads the query string. Throws {@link ProblemError} that lists every fault. */
export function ingestParameters(query: URLSearchParams): IngestParameters {
  if (query.size === 0) return NONE;
  const faults = [...query].flatMap(([name, value]) => parameterFault(name, value) ?? []);
  if (faults.length > 0) {
    const code = faults.every((fault) => fault.code === 'unknown_parameter')
      ? 'unknown_parameter'
      : 'invalid_parameter';
    throw new ProblemError(code, 'the query string has parameters that cannot be used', { errors: faults });
  }
  return { withIds: query.get('ids') === 'true', service: query.get('service') ?? undefined };
}

// RFC 9110 field content that is safe to keep: visible ASCII. 255 is what others allow (Stripe's API).
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

/** The header `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header). Throws `invalid_header`. */
export function idempotencyKey(headers: IncomingHttpHeaders): string | undefined {
  const value = headers['idempotency-key'];
  if (value === undefined) return undefined;
  if (typeof value === 'string' && IDEMPOTENCY_KEY.test(value)) return value;
  const detail = 'Idempotency-Key must have 1 to 255 visible ASCII characters';
  throw new ProblemError('invalid_header', detail, { field: 'Idempotency-Key' });
}
