import assert from 'node:assert/strict';
import { request } from 'node:http';
import { describe, it } from 'mocha';
import { SECURITY_HEADERS } from '../../src/http/security-headers.ts';
import { startIngestServer } from '../support/ingest-server.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const RECORD = '{"service":"s","message":"m"}';
const JSON_TYPE = { 'content-type': 'application/json' };

describe('answers to ingest requests', () => {
  it('all carry a request id, the one given if it is a plain word, and the security headers', async () => {
    await using server = await startIngestServer();
    const ids = new Set<string>();
    for (const [path, body, headers, status] of [
      ['/api/v1/logs', RECORD, JSON_TYPE, 202],
      ['/api/v1/logs', RECORD, JSON_TYPE, 202],
      ['/api/v1/logs', '{', JSON_TYPE, 400],
      ['/api/v1/logs', RECORD, { ...JSON_TYPE, 'x-request-id': 'no spaces, please' }, 202],
      ['/api/v1/logs', RECORD, { 'content-type': 'text/plain' }, 415],
      ['/loki/api/v1/push', '{"streams":[]}', JSON_TYPE, 204],
      ['/services/collector', '{"event":"m"}', {}, 200],
      ['/elasticsearch/_bulk', '{"create":{"_index":"logs-a-b"}}\n{"message":"m"}\n', JSON_TYPE, 200],
    ] as const) {
      const response = await server.post(path, body, headers);
      await response.arrayBuffer();
      assert.equal(response.status, status, `${path} ${body}`);
      assert.match(response.headers.get('x-request-id') ?? '', /^[0-9a-f]{32}$/);
      ids.add(response.headers.get('x-request-id') ?? '');
      for (const [name, value] of Object.entries(SECURITY_HEADERS)) assert.equal(response.headers.get(name), value);
    }
    assert.equal(ids.size, 8);
    const given = await server.post('/api/v1/logs', RECORD, { ...JSON_TYPE, 'x-request-id': 'order-7.retry_2' });
    assert.equal(given.headers.get('x-request-id'), 'order-7.retry_2');
  });

  it('name request and trace in problem documents', async () => {
    await using server = await startIngestServer();
    const headers = { ...JSON_TYPE, 'x-request-id': 'r-1', traceparent: `00-${TRACE}-00f067aa0ba902b7-00` };
    const ids = async (body: string): Promise<unknown[]> => {
      const response = await server.post('/api/v1/logs', body, headers);
      const problem = (await response.json()) as Record<string, unknown>;
      return [response.status, problem['request_id'], problem['trace_id']];
    };
    assert.deepEqual(await ids('{'), [400, 'r-1', TRACE]);
    assert.deepEqual(await ids('{"message":"no service"}'), [400, 'r-1', TRACE]);
    server.publisher.outcome = { status: 'retryable', reason: 'unavailable', message: 'm' };
    assert.deepEqual(await ids(RECORD), [503, 'r-1', TRACE]);
  });

  it('tell the ids of a request that failed in the own log', async () => {
    await using server = await startIngestServer();
    server.publisher.publish = () => Promise.reject(new Error('a bug'));
    const headers = { ...JSON_TYPE, 'x-request-id': 'r-2', traceparent: `00-${TRACE}-00f067aa0ba902b7-00` };
    const response = await server.post('/api/v1/logs', RECORD, headers);
    assert.equal(response.status, 500);
    const [line] = server.log.lines;
    assert.deepEqual(
      [line?.message, line?.fields?.['request_id'], line?.fields?.['trace_id']],
      ['ingest failed', 'r-2', TRACE],
    );
  });

  it('take the last of no two request ids', async () => {
    await using server = await startIngestServer();
    const { origin } = new URL((await server.post('/api/v1/logs', RECORD, JSON_TYPE)).url);
    const id = await new Promise((resolve, reject) => {
      const sent = request(`${origin}/api/v1/logs`, {
        method: 'POST',
        headers: { ...JSON_TYPE, 'x-request-id': ['a', 'b'] },
      });
      sent.on('error', reject).on('response', (response) => {
        response.resume();
        resolve(response.headers['x-request-id']);
      });
      sent.end(RECORD);
    });
    // Node joins them, which is no plain word.
    assert.match(String(id), /^[0-9a-f]{32}$/);
  });
});
