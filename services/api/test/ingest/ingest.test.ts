import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import zlib from 'node:zlib';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { readAll, startIngestServer, type IngestServer, type Reply } from './ingest-server.ts';

const record = (n = 0): Record<string, unknown> => ({ message: `m${n}`, service: 's', id: `id-${n}` });
const NDJSON = { 'content-type': 'application/x-ndjson' };
const lines = (count: number): string => Array.from({ length: count }, (_, n) => JSON.stringify(record(n))).join('\n');

function assertProblem(reply: Reply, status: number, code: string): void {
  assert.deepEqual([reply.status, reply.json['code'], reply.json['status']], [status, code, status], reply.text);
  assert.equal(reply.headers['content-type'], 'application/problem+json');
  assert.equal(typeof reply.json['detail'], 'string');
  assert.equal(reply.json['retryable'], [408, 429, 500, 503].includes(status));
}

describe('POST /api/v1/logs', () => {
  let server: IngestServer;

  beforeEach(async () => {
    server = await startIngestServer();
  });

  afterEach(async () => {
    await server[Symbol.asyncDispose]();
    // Whatever became of the requests, they hold nothing any more.
    assert.equal(server.budget.usedBytes, 0);
    assert.deepEqual(server.log.lines, []);
  });

  describe('answers', () => {
    it('202 when all are accepted, and the queue holds them', async () => {
      const reply = await server.post(record());
      assert.equal(reply.text, '{"accepted":1,"rejected":0,"errors":[]}');
      assert.deepEqual([reply.status, reply.headers['content-type']], [202, 'application/json']);
      assert.deepEqual(server.publisher.records, [
        {
          ...{ v: 1, '@timestamp': '2026-11-20T08:00:01.234000000Z', received_at: '2026-11-20T08:00:01.234Z' },
          ...{ data_set: 'main', level: 'info', timestamp: '2026-11-20T08:00:01.234Z', ...record() },
        },
      ]);
      assert.equal(server.publisher.messages[0]?.key, 'id-0');
      assert.equal(server.publisher.messages[0].headers, undefined);
    });

    it('202 for arrays, NDJSON and nothing at all', async () => {
      assert.equal((await server.post([record(1), record(2)])).json['accepted'], 2);
      assert.equal((await server.post(`${lines(3)}\r\n\n`, { headers: NDJSON })).json['accepted'], 3);
      for (const type of ['application/jsonl', 'application/x-jsonlines; charset=UTF-8', 'Application/NDJSON'])
        assert.equal((await server.post(lines(2), { headers: { 'content-type': type } })).json['accepted'], 2);
      assert.deepEqual((await server.post([])).json, { accepted: 0, rejected: 0, errors: [] });
      assert.deepEqual((await server.post('', { headers: NDJSON })).status, 202);
    });

    it('207 when some are rejected: each with its place, code and field', async () => {
      const reply = await server.post([
        record(0),
        { message: 5, service: 's' },
        'x',
        record(3),
        { ...record(4), level: 'loud' },
      ]);
      assert.equal(reply.status, 207);
      const { errors, ...counts } = reply.json as { errors: Record<string, unknown>[] };
      assert.deepEqual(counts, { accepted: 2, rejected: 3 });
      assert.deepEqual(
        errors.map(({ index, code, field }) => [index, code, field]),
        [
          [1, 'invalid_type', 'message'],
          [2, 'not_an_object', undefined],
          [4, 'invalid_level', 'level'],
        ],
      );
      assert.deepEqual(
        server.publisher.records.map(({ id }) => id),
        ['id-0', 'id-3'],
      );
    });

    it('400 when all are rejected, as a problem with the same members', async () => {
      const reply = await server.post([{}, 5]);
      assertProblem(reply, 400, 'records_rejected');
      assert.deepEqual([reply.json['accepted'], reply.json['rejected']], [0, 2]);
      assert.equal((reply.json['errors'] as unknown[]).length, 2);
      assert.equal(server.publisher.messages.length, 0);
    });

    it('the first hundred errors and the count of the rest', async () => {
      const reply = await server.post([record(), ...Array.from({ length: 150 }, () => 1)]);
      assert.deepEqual(
        [
          reply.status,
          reply.json['rejected'],
          (reply.json['errors'] as unknown[]).length,
          reply.json['errors_omitted'],
        ],
        [207, 150, 100, 50],
      );
      const exact = await server.post([record(), ...Array.from({ length: 100 }, () => 1)]);
      assert.ok(!('errors_omitted' in exact.json));
    });

    it('ids on request, null for what was rejected', async () => {
      const reply = await server.post([record(7), 1, { message: 'm', service: 's' }], {
        path: '/api/v1/logs?ids=true',
      });
      const ids = reply.json['ids'] as (string | null)[];
      assert.deepEqual(ids.slice(0, 2), ['id-7', null]);
      assert.match(ids[2] ?? '', /^[0-9a-z]{20,40}$/);
      assert.equal(server.publisher.messages[1]?.key, ids[2]);
      const rejected = await server.post([1], { path: '/api/v1/logs?ids=true' });
      assert.deepEqual(rejected.json['ids'], [null]);
      assert.ok(!('ids' in (await server.post([record()], { path: '/api/v1/logs?ids=false' })).json));
    });

    it('the usual mistake with a hint', async () => {
      const reply = await server.post(lines(2));
      assert.match(JSON.stringify(reply.json['errors']), /application\/x-ndjson/);
      const broken = await server.post('{"a"\n', { headers: NDJSON });
      assert.doesNotMatch(JSON.stringify(broken.json['errors']), /application\/x-ndjson/);
    });

    it('invalid UTF-8 for the records that hold it alone', async () => {
      const bad = Buffer.from('{"message":"\xff","service":"s"}', 'latin1');
      const body = Buffer.concat([bad, Buffer.from(`\n{"message":"é","service":"s"}\n${lines(1)}`)]);
      const reply = await server.post(body, { headers: NDJSON });
      assert.deepEqual([reply.status, reply.json['accepted']], [207, 2]);
      assert.deepEqual((reply.json['errors'] as { code: string }[])[0]?.code, 'invalid_utf8');
      assert.equal(server.publisher.records[0]?.['message'], 'é');
    });

    it('bytes as they were sent, ASCII or not, changed or not', async () => {
      const texts = [
        '{"message":"a","service":"s","level":"INFO","id":"1","attributes":{"n":9007199254740993}}',
        '{"message":"é😀","service":"s","level":"INFO","id":"2"}',
        '{"msg":"a","service":"s","level":"info","id":"3"}',
        '{"message":"a","service":"s","level":"info","id":"4"}',
      ];
      for (const body of [texts.join('\n'), [texts[0], texts[2], texts[3]].join('\n')]) {
        server.publisher.messages.length = 0;
        await server.post(body, { headers: NDJSON });
        const sent = body.split('\n');
        for (const [index, { value }] of server.publisher.messages.entries()) {
          const text = value.toString();
          assert.match((JSON.parse(text) as { level: string }).level, /^info$/i);
          if (!sent[index]!.includes('msg')) assert.ok(text.endsWith(sent[index]!.slice(1)), text);
        }
      }
    });
  });

  describe('takes from the request', () => {
    it('the service, for records that name none, redacted as all else', async () => {
      const nameless = [{ message: 'a' }, { message: 'b', service: 'own' }];
      assert.equal((await server.post(nameless)).status, 207);
      server.publisher.messages.length = 0;
      await server.post(nameless, { path: '/api/v1/logs?service=caf%C3%A9%20%22x%22' });
      assert.deepEqual(
        server.publisher.records.map(({ service }) => service),
        ['café "x"', 'own'],
      );
      server.publisher.messages.length = 0;
      await server.post(nameless, { path: '/api/v1/logs?service=a-4111111111111111' });
      assert.equal(server.publisher.records[0]?.['service'], 'a-411111******1111');
      assert.ok(!server.publisher.messages[0]?.value.includes('4111111111111111'));
    });

    it('the same ids for the same Idempotency-Key', async () => {
      const idsOf = async (key: string): Promise<unknown> => {
        const options = { path: '/api/v1/logs?ids=true', headers: { 'idempotency-key': key } };
        return (await server.post([{ message: 'a', service: 's' }, record(1), { message: 'b', service: 's' }], options))
          .json['ids'];
      };
      const first = (await idsOf('k1')) as string[];
      assert.deepEqual(await idsOf('k1'), first);
      assert.equal(new Set(first).size, 3);
      assert.equal(first[1], 'id-1');
      const other = (await idsOf('k2')) as string[];
      assert.notEqual(other[0], first[0]);
      for (const key of ['', 'a b', 'x'.repeat(256), 'é'])
        assertProblem(await server.post(record(), { headers: { 'idempotency-key': key } }), 400, 'invalid_header');
    });

    it('the trace of traceparent, which goes on the queue when it is sampled', async () => {
      const [trace, span] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7'];
      const sampled = `00-${trace}-${span}-01`;
      await server.post(record(), { headers: { traceparent: sampled } });
      await server.post(record(), { headers: { traceparent: `00-${trace}-${span}-00` } });
      for (const bad of ['', 'x', `ff-${trace}-${span}-01`, `00-${'0'.repeat(32)}-${span}-01`])
        await server.post(record(), { headers: { traceparent: bad } });
      const [first, second, ...others] = server.publisher.messages;
      assert.deepEqual(first?.headers, { traceparent: sampled });
      assert.equal(second?.headers, undefined);
      assert.deepEqual(
        server.publisher.records.slice(0, 2).map((kept) => [kept['trace_id'], kept['span_id']]),
        [
          [trace, span],
          [trace, span],
        ],
      );
      assert.equal(others.length, 4);
      for (const kept of server.publisher.records.slice(2)) assert.equal(kept['trace_id'], undefined);
    });
  });

  describe('refuses', () => {
    it('parameters that it does not know, all at once', async () => {
      const reply = await server.post(record(), { path: '/api/v1/logs?ids=yes&servcie=x&service=' });
      assertProblem(reply, 400, 'invalid_parameter');
      assert.deepEqual(
        (reply.json['errors'] as { field: string }[]).map(({ field }) => field),
        ['ids', 'servcie', 'service'],
      );
      assertProblem(await server.post(record(), { path: '/api/v1/logs?x=1' }), 400, 'unknown_parameter');
    });

    it('other media types and charsets', async () => {
      for (const type of ['text/plain', '', 'application/json; charset=latin1', 'application/xml'])
        assertProblem(
          await server.post(record(), { headers: { 'content-type': type } }),
          415,
          'unsupported_media_type',
        );
      assert.equal(
        (await server.post(record(), { headers: { 'content-type': 'application/json;charset="utf-8"' } })).status,
        202,
      );
    });

    it('bodies that cannot be divided, inflated or are too long', async () => {
      assertProblem(await server.post('[{}'), 400, 'malformed_body');
      assertProblem(await server.post(''), 400, 'malformed_body');
      assertProblem(await server.post(record(), { headers: { 'content-encoding': 'gzip' } }), 400, 'malformed_body');
      assertProblem(
        await server.post(record(), { headers: { 'content-encoding': 'compress' } }),
        415,
        'unsupported_encoding',
      );
      assertProblem(await server.post(' '.repeat(100_001)), 413, 'body_too_large');
      assertProblem(
        await server.post(zlib.gzipSync(' '.repeat(100_001)), { headers: { 'content-encoding': 'gzip' } }),
        413,
        'body_too_large',
      );
      assertProblem(
        await server.post(`${lines(10_000)}\n{}`.replaceAll(/"message":"m\d+","service":"s",/g, ''), {
          headers: { ...NDJSON },
        }),
        413,
        'body_too_large',
      );
      assert.equal(server.publisher.messages.length, 0);
    });

    it('too many records', async () => {
      const body = '1\n'.repeat(10_001);
      assertProblem(await server.post(body, { headers: NDJSON }), 413, 'too_many_records');
      assertProblem(await server.post('1\n'.repeat(10_000), { headers: NDJSON }), 400, 'records_rejected');
    });

    it('takes compressed bodies', async () => {
      const reply = await server.post(zlib.gzipSync(lines(5)), { headers: { ...NDJSON, 'content-encoding': 'GZIP' } });
      assert.equal(reply.json['accepted'], 5);
    });
  });

  describe('tells what the queue said', () => {
    it('503 and 429, to be sent again', async () => {
      server.publisher.script = () => ({ status: 'retryable', reason: 'unavailable', message: 'no broker' });
      const gone = await server.post([record(), 5]);
      assertProblem(gone, 503, 'queue_unavailable');
      assert.match(gone.headers['retry-after'] ?? '', /^\d+$/);
      server.publisher.script = () => ({ status: 'retryable', reason: 'overloaded', message: 'disk full' });
      const full = await server.post(record());
      assertProblem(full, 429, 'overloaded');
      assert.match(full.headers['retry-after'] ?? '', /^\d+$/);
      server.publisher.script = () => ({ status: 'rejected', reason: 'not_allowed', message: 'acl' });
      assertProblem(await server.post(record()), 503, 'queue_unavailable');
    });

    it('only the record that the queue cannot take', async () => {
      server.publisher.script = (messages) =>
        messages.some(({ key }) => key === 'id-1')
          ? { status: 'rejected', reason: 'too_large', message: 'no' }
          : { status: 'stored' };
      const reply = await server.post([record(0), record(1), 5, record(3)]);
      assert.equal(reply.status, 207);
      assert.deepEqual(
        (reply.json['errors'] as { index: number; code: string }[]).map(({ index, code }) => [index, code]),
        [
          [1, 'record_too_large'],
          [2, 'not_an_object'],
        ],
      );
      assert.deepEqual(
        server.publisher.messages.map(({ key }) => key),
        ['id-0', 'id-3'],
      );
    });

    it('500 without details when something of ours is broken', async () => {
      server.publisher.script = () => Promise.reject(new Error('secret'));
      const reply = await server.post(record());
      assertProblem(reply, 500, 'internal');
      assert.doesNotMatch(reply.text, /secret/);
      assert.deepEqual(
        server.log.lines.splice(0).map(({ level }) => level),
        ['error'],
      );
    });
  });

  describe('is bounded', () => {
    it('429 at once beyond the bytes in flight, and room again afterwards', async () => {
      await using small = await startIngestServer({ maxInflightBytes: 3000 });
      let release = (): void => undefined;
      const held = new Promise<void>((resolve) => (release = resolve));
      small.publisher.script = async () => {
        await held;
        return { status: 'stored' };
      };
      const body = JSON.stringify({ ...record(), attributes: { pad: 'x'.repeat(1800) } });
      const first = small.post(body);
      while (small.budget.usedBytes === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      const began = performance.now();
      assertProblem(await small.post(body), 429, 'overloaded');
      assert.ok(performance.now() - began < 1000);
      assert.equal(small.budget.usedBytes, body.length);
      // Inflated bytes count.
      const zipped = zlib.gzipSync(body);
      assertProblem(await small.post(zipped, { headers: { 'content-encoding': 'gzip' } }), 429, 'overloaded');
      release();
      assert.equal((await first).status, 202);
      assert.equal((await small.post(body)).status, 202);
      assert.equal(small.budget.usedBytes, 0);
    });

    it('gives its bytes back when the client goes away in the middle of a body', async () => {
      for (const framing of ['Content-Length: 5000', 'Transfer-Encoding: chunked']) {
        const socket = await server.connect();
        const start = framing.startsWith('T') ? '400\r\n' : '';
        socket.write(
          `POST /api/v1/logs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${framing}\r\n\r\n${start}${'{'.repeat(1000)}`,
        );
        while (server.budget.usedBytes === 0) await new Promise((resolve) => setTimeout(resolve, 5));
        socket.destroy();
        while (server.budget.usedBytes > 0) await new Promise((resolve) => setTimeout(resolve, 5));
      }
      assert.equal((await server.post(record())).status, 202);
    });

    it('413 as soon as a chunked body passes the limit, readable by a client that only writes', async () => {
      const socket = await server.connect();
      socket.on('error', () => {});
      socket.pause();
      socket.write(
        'POST /api/v1/logs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
      );
      const chunk = `10000\r\n${' '.repeat(65_536)}\r\n`;
      for (let count = 0; count < 30; count += 1) {
        socket.write(chunk);
        await new Promise((resolve) => setTimeout(resolve, 4));
      }
      const text = await readAll(socket);
      assert.match(text, /^HTTP\/1\.1 413 /);
      assert.match(text, /connection: close/i);
      assert.match(text, /"code":"body_too_large"/);
    });

    it('413 before the body when its length is announced', async () => {
      const socket = await server.connect();
      const began = performance.now();
      socket.write(
        'POST /api/v1/logs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99999999\r\n\r\n{',
      );
      assert.match(await readAll(socket), /^HTTP\/1\.1 413 [^]*body_too_large/);
      assert.ok(performance.now() - began < 3000);
    });

    it('408 when the body does not arrive in time', async () => {
      await using slow = await startIngestServer({ requestTimeoutMs: 200 });
      const socket = await slow.connect();
      socket.write(
        'POST /api/v1/logs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
      );
      const text = await readAll(socket);
      assert.match(text, /^HTTP\/1\.1 408 /);
      assert.match(text, /"code":"request_timeout"/);
      while (slow.budget.usedBytes > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    });

    it('lets go of a client that neither sends nor closes', async () => {
      await using slow = await startIngestServer({ requestTimeoutMs: 200 });
      const socket = await slow.connect({ allowHalfOpen: true });
      socket.on('error', () => {});
      socket.resume();
      socket.write(
        'POST /api/v1/logs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
      );
      while (slow.budget.usedBytes === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      while (slow.budget.usedBytes > 0) await new Promise((resolve) => setTimeout(resolve, 5));
      socket.destroy();
    });

    it('does not count what is only announced', async () => {
      await using small = await startIngestServer({ maxInflightBytes: 100_000 });
      const sockets = await Promise.all(Array.from({ length: 5 }, () => small.connect()));
      for (const socket of sockets) {
        socket.on('error', () => {});
        socket.write(
          'POST /api/v1/logs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 90000\r\n\r\n{',
        );
      }
      while (small.budget.usedBytes < sockets.length) await new Promise((resolve) => setTimeout(resolve, 5));
      assert.equal((await small.post(record())).status, 202);
      for (const socket of sockets) socket.destroy();
      while (small.budget.usedBytes > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    });
  });

  describe('keeps the connection', () => {
    it('after refusals whose rest is small', async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      try {
        const ports: unknown[] = [];
        agent.on('free', (socket: { localPort?: number }) => ports.push(socket.localPort));
        assert.equal((await server.post(record(), { agent })).status, 202);
        assert.equal((await server.post(record(), { agent, headers: { 'content-type': 'text/plain' } })).status, 415);
        assert.equal(
          (await server.post('x'.repeat(50_000), { agent, headers: { 'content-encoding': 'compress' } })).status,
          415,
        );
        server.budget.tryReserve(1_000_000);
        assert.equal((await server.post('x'.repeat(50_000), { agent })).status, 429);
        server.budget.release(1_000_000);
        const inflated = zlib.gzipSync(' '.repeat(100_001));
        assert.equal((await server.post(inflated, { agent, headers: { 'content-encoding': 'gzip' } })).status, 413);
        assert.equal((await server.post(record(), { agent })).status, 202);
        assert.equal(new Set(ports).size, 1);
        assert.equal(ports.length, 6);
      } finally {
        agent.destroy();
      }
    });
  });

  describe('speaks HTTP', () => {
    it('answers what is no HTTP with a problem', async () => {
      for (const text of ['GARBAGE\r\n\r\n', 'POST /api/v1/logs HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n']) {
        const socket = await server.connect();
        socket.write(text);
        const answer = await readAll(socket);
        assert.match(
          answer,
          /^HTTP\/1\.1 400 [^]*content-type: application\/problem\+json[^]*"code":"malformed_request"/,
        );
      }
      const socket = await server.connect();
      socket.on('error', () => {});
      socket.write(`GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`);
      assert.match(await readAll(socket), /^HTTP\/1\.1 431 [^]*"code":"headers_too_large"/);
    });

    it('does not answer one request with the fault of the next', async () => {
      let release = (): void => undefined;
      const held = new Promise<void>((resolve) => (release = resolve));
      server.publisher.script = async () => {
        await held;
        return { status: 'stored' };
      };
      const socket = await server.connect();
      const body = JSON.stringify(record());
      socket.write(
        `POST /api/v1/logs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}GARBAGE\r\n\r\n`,
      );
      setTimeout(release, 50);
      const answer = await readAll(socket);
      assert.match(answer, /^HTTP\/1\.1 202 /);
      assert.equal(server.publisher.messages.length, 1);
    });
  });

  describe('counts', () => {
    it('records, requests, rejections and redactions', async () => {
      await server.post([record(), { ...record(), message: '4111111111111111 cvv 123' }, 5]);
      const text = await server.metrics.render();
      assert.match(text, /ingest_records_total\{[^}]*service="s"[^}]*outcome="accepted"[^}]*\} 2/);
      assert.match(text, /ingest_rejected_total\{code="not_an_object"\} 1/);
      assert.match(text, /ingest_requests_total\{[^}]*status="207"[^}]*\} 1/);
      assert.match(text, /redactions_total\{kind="pan"\} 1/);
      assert.match(text, /redactions_total\{kind="cvv"\} 1/);
    });
  });
});

describe('HttpServer.stop', () => {
  it('finishes the requests under way and takes no new ones', async () => {
    const server = await startIngestServer();
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    server.publisher.script = async () => {
      await held;
      return { status: 'stored' };
    };
    const agent = new Agent({ keepAlive: true });
    try {
      const under = server.post(record(), { agent });
      while (server.budget.usedBytes === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      const stopping = server.server.stop();
      assert.ok(server.server.isStopping);
      await assert.rejects(server.post(record()), /ECONNREFUSED/);
      release();
      const reply = await under;
      assert.deepEqual([reply.status, server.publisher.messages.length], [202, 1]);
      await stopping;
      await server.server.stop();
    } finally {
      agent.destroy();
    }
  });

  it('does not wait longer than it may', async () => {
    const server = await startIngestServer({ drainTimeoutMs: 100 });
    server.publisher.script = () => new Promise(() => {});
    const under = server.post(record());
    const failed = assert.rejects(under, /ECONNRESET|socket hang up/);
    while (server.budget.usedBytes === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const began = performance.now();
    await server.server.stop();
    assert.ok(performance.now() - began < 2000);
    await failed;
  });

  it('does not wait for connections that were opened in advance', async () => {
    const server = await startIngestServer({ drainTimeoutMs: 8000 });
    const socket = connect(server.port, '127.0.0.1');
    await once(socket, 'connect');
    const closed = once(socket, 'close');
    const began = performance.now();
    await server.server.stop();
    assert.ok(performance.now() - began < 4000);
    await closed;
  });

  it('may be called before start', async () => {
    const server = await startIngestServer();
    await server.server.stop();
    await server.server.stop();
    assert.equal(server.server.port, 0);
  });
});
