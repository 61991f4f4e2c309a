import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { cli } from '../support/cli.ts';
import { StreamApi } from '../support/stream-api.ts';

const log = (id: string, n: number): string =>
  `event: log\ndata: {"id":"${id}","service":"s","message":"m ${id}","timestamp":"2026-11-20T08:00:00Z"}\nid: s.${String(n)}\n\n`;

describe('paylog tail', () => {
  it('shows each record once over several connections, each behind the last event', async () => {
    const stop = new AbortController();
    await using api = await StreamApi.start((response, count) => {
      if (count === 2) {
        response.writeHead(503, { 'content-type': 'application/problem+json' }).end('{"detail":"stopping"}');
        return;
      }
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      if (count === 1) {
        response.write(`retry: 2000\n\nid: s.0\n\n${log('a', 1)}${log('b', 2)}`);
        setTimeout(() => response.socket?.destroy(), 50);
      } else if (count === 3) {
        const more = 'event: left-out\ndata: {"count":1200,"relation":"gte"}\nid: s.3\n\n';
        const store = 'event: store\ndata: {"state":"down","reason":"the store does not answer"}\n\n';
        response.end(`: keep-alive\n\n${log('b', 3)}${log('c', 3)}${more}${store}`);
      } else {
        response.write(log('d', 4));
        setTimeout(() => {
          stop.abort();
        }, 50);
      }
    });
    const { code, stdout, stderr } = await cli(
      ['tail', '--url', api.url, '--service', 'a,b', '--from', '-5m', '--max-per-second', '7', 'card', 'declined'],
      { signal: stop.signal },
    );
    assert.equal(code, 0);
    assert.deepEqual(
      stdout.split('\n').map((line) => line.slice(-3)),
      ['m a', 'm b', 'm c', 'm d', ''],
    );
    assert.deepEqual(
      api.seen.map(({ headers }) => headers['last-event-id']),
      [undefined, 's.2', 's.2', 's.3'],
    );
    assert.equal(api.seen[0]?.url, '/api/v1/tail?q=card+declined&from=-5m&service=a&service=b&max_per_second=7');
    assert.match(stderr, /the connection was closed; waiting for it\nit is there again\n/);
    assert.match(stderr, /^at least 1,200 records left out \(--max-per-second\)$/m);
    assert.match(stderr, /^the store does not answer; waiting for it$/m);
    assert.match(stderr, /the server ended the stream; waiting for it\nit is there again\n$/);
  });

  it('ends with what the API does not take', async () => {
    await using api = await StreamApi.start((response) => {
      response.writeHead(400, { 'content-type': 'application/problem+json' }).end('{"detail":"level: no"}');
    });
    const { code, stderr } = await cli(['tail', '--url', api.url]);
    assert.equal(code, 1);
    assert.match(stderr, /answered 400: level: no\n$/);
  });
});
