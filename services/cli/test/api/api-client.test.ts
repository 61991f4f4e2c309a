import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { ApiClient, NoAnswerError, parseRetryAfter } from '../../src/api/api-client.ts';
import { untilAnswered } from '../../src/api/until-answered.ts';
import { type ScriptedAnswer, ScriptedApi } from '../support/scripted-api.ts';

const open = new AbortController().signal;

function client(url: string, timeoutMs = 2000): ApiClient {
  return new ApiClient({ url, apiKey: undefined, timeoutMs, userAgent: 'test' });
}

describe('parseRetryAfter', () => {
  it('takes seconds and dates', () => {
    const now = Date.parse('2026-11-20T08:00:00Z');
    assert.equal(parseRetryAfter('7', now), 7000);
    assert.equal(parseRetryAfter('Fri, 20 Nov 2026 08:00:30 GMT', now), 30_000);
    assert.equal(parseRetryAfter('Fri, 20 Nov 2026 07:00:00 GMT', now), 0);
    for (const value of [null, '', 'soon', '-1']) assert.equal(parseRetryAfter(value, now), undefined, String(value));
  });
});

describe('ApiClient', () => {
  it('says in words that nobody answers', async () => {
    const api = await ScriptedApi.start(() => ({ status: 200 }));
    const { url } = api;
    await api[Symbol.asyncDispose]();
    await assert.rejects(client(url).send({ method: 'GET', path: '/' }, open), (error) => {
      assert.ok(error instanceof NoAnswerError);
      assert.equal(error.message, `${url}: connection refused: is the server running?`);
      return true;
    });
  });

  it('does not wait longer than it may, nor after it is told to stop', async () => {
    await using api = await ScriptedApi.start(() => 'say nothing');
    await assert.rejects(client(api.url, 100).send({ method: 'GET', path: '/' }, open), /no answer within 0\.1 s/);
    const stop = new AbortController();
    const sent = client(api.url).send({ method: 'GET', path: '/' }, stop.signal);
    setTimeout(() => stop.abort(), 50);
    await assert.rejects(sent, { name: 'AbortError' });
  });

  it('does not follow to another address', async () => {
    await using api = await ScriptedApi.start(() => ({ status: 301, headers: { location: '/elsewhere' } }));
    assert.equal((await client(api.url).send({ method: 'POST', path: '/', body: 'x' }, open)).status, 301);
    assert.equal(api.seen.length, 1);
  });
});

describe('untilAnswered', () => {
  const backoff = { minMs: 1, maxMs: 5 };

  async function attempts(
    answers: readonly (ScriptedAnswer | 'hang up')[],
    retryForMs = 5000,
  ): Promise<[number, number]> {
    await using api = await ScriptedApi.start((_request, count) => answers[count - 1] ?? { status: 200 });
    const options = { retryForMs, signal: open, backoff };
    const { status } = await untilAnswered(client(api.url), { method: 'POST', path: '/', body: 'x' }, options);
    return [status, api.seen.length];
  }

  it('goes on through what may pass', async () => {
    const passing: (ScriptedAnswer | 'hang up')[] = [408, 425, 429, 500, 502, 503, 504].map((status) => ({ status }));
    assert.deepEqual(await attempts([...passing, 'hang up']), [200, 9]);
  });

  it('takes every other answer for what it is', async () => {
    for (const status of [202, 207, 301, 400, 401, 404, 413, 501, 505]) {
      assert.deepEqual(await attempts([{ status }]), [status, 1]);
    }
  });

  it('ends in time', async () => {
    await using api = await ScriptedApi.start(() => ({ status: 503, headers: { 'retry-after': '60' } }));
    const startedMs = Date.now();
    const options = { retryForMs: 200, signal: open, backoff };
    await assert.rejects(untilAnswered(client(api.url), { method: 'GET', path: '/' }, options), /answered 503/);
    assert.ok(Date.now() - startedMs < 2000);
    assert.equal(api.seen.length, 2);
  });
});
