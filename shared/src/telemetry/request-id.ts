import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { redactText } from '../record/redact.ts';

const ACCEPTABLE = /^[A-Za-z0-9._-]{1,128}$/;

/** Random bytes that are drawn at a time: a draw costs more than an id. */
const POOL_BYTES = 4096;
const ID_BYTES = 16;

let pool = Buffer.alloc(0);
let at = 0;

/** 32 hexadecimal digits. */
export function newRequestId(): string {
  if (at >= pool.length) {
    pool = randomBytes(POOL_BYTES);
    at = 0;
  }
  return pool.toString('hex', at, (at += ID_BYTES));
}

/** The caller's `X-Request-Id` when it is a plain word and no card number, else a new one: it goes into logs, answers and traces. */
export function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && ACCEPTABLE.test(given) && redactText(given).redacted === 0
    ? given
    : newRequestId();
}
