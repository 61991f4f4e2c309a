import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { type ProblemCode, type ProblemDefinition, PROBLEMS, problemType } from '../../src/errors/problem-codes.ts';
import { PROBLEM_MEDIA_TYPE, ProblemError } from '../../src/errors/problem-error.ts';
import { RECORD_ERRORS } from '../../src/errors/record-error-codes.ts';

const problems = Object.entries<ProblemDefinition>(PROBLEMS);
const page = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8');

/** Codes that stand in the first column of the tables under a heading. */
function documentedCodes(heading: string): string[] {
  const section = page.split(/^## /m).find((text) => text.startsWith(heading)) ?? '';
  return [...section.matchAll(/^\| *(?:<a[^>]*><\/a>)?`([a-z0-9_]+)`/gm)].map(([, code = '']) => code);
}

describe('the error table', () => {
  it('is what docs/errors.md says', () => {
    assert.deepEqual(documentedCodes('Whole requests'), Object.keys(PROBLEMS));
    assert.deepEqual(documentedCodes('Single records'), Object.keys(RECORD_ERRORS));
    for (const [, { title, remedy, status }] of problems)
      for (const text of [title, remedy, String(status)]) assert.ok(page.includes(text), text);
    for (const { title, remedy } of Object.values(RECORD_ERRORS))
      for (const text of [title, remedy]) assert.ok(page.includes(text), text);
  });

  it('says when to try again wherever the status promises it', () => {
    for (const [code, { status, retryable, retryAfterSeconds }] of problems) {
      assert.ok(status >= 400 && status <= 599, code);
      assert.equal(retryAfterSeconds !== undefined, status === 429 || status === 503, code);
      assert.equal(retryable, status >= 500 || status === 429 || status === 408, code);
    }
  });

  it('has codes that read as words', () => {
    for (const code of [...Object.keys(PROBLEMS), ...Object.keys(RECORD_ERRORS)])
      assert.match(code, /^[a-z]+[a-z0-9]*(_[a-z0-9]+)*$/);
  });
});

describe('ProblemError', () => {
  it('renders a problem document of RFC 9457', () => {
    const errors = [
      { field: 'limit', message: 'expected an integer from 1 to 1000' },
      { field: 'from', message: 'expected a time' },
    ];
    const error = new ProblemError('invalid_parameter', 'two parameters are wrong', {
      errors,
      cause: new Error('secret'),
    });
    assert.deepEqual(error.toDocument({ requestId: 'abc', traceId: 'def' }), {
      type: '/docs/errors#invalid-parameter',
      title: PROBLEMS.invalid_parameter.title,
      status: 400,
      detail: 'two parameters are wrong',
      code: 'invalid_parameter',
      retryable: false,
      field: 'limit',
      errors,
      request_id: 'abc',
      trace_id: 'def',
    });
    assert.deepEqual(error.headers(), { 'content-type': PROBLEM_MEDIA_TYPE });
    assert.equal((error.cause as Error).message, 'secret');
  });

  it('tells how long to wait', () => {
    assert.equal(new ProblemError('overloaded', 'x').headers()['retry-after'], '1');
    assert.equal(new ProblemError('queue_unavailable', 'x', { retryAfterSeconds: 7 }).headers()['retry-after'], '7');
    assert.equal(new ProblemError('internal', 'x').headers()['retry-after'], undefined);
  });

  it('knows every code', () => {
    for (const code of Object.keys(PROBLEMS) as ProblemCode[]) {
      const document = new ProblemError(code, 'x').toDocument();
      assert.equal(document.type, problemType(code));
      assert.equal(document.status, PROBLEMS[code].status);
      assert.equal('errors' in document || 'field' in document || 'request_id' in document, false);
    }
  });
});
