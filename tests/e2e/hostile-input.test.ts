import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { after, before, describe, it } from 'mocha';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { searchIds } from './api-client.ts';
import { Service } from './service.ts';

const RECORD = '{"message":"x","service":"hostile"}';
const ROUTE = '/api/v1/logs';
const NDJSON = { 'Content-Type': 'application/x-ndjson' };
const GZIP = { 'Content-Encoding': 'gzip' };
const CHUNKED = { 'Content-Type': 'application/x-ndjson', 'Transfer-Encoding': 'chunked' };

/** The bytes of a request. A given `Content-Length` or `Transfer-Encoding` is not corrected. */
function requestOf(
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
  { method = 'POST', target = ROUTE }: { readonly method?: string; readonly target?: string } = {},
): Buffer {
  const isFramed = 'Content-Length' in headers || 'Transfer-Encoding' in headers;
  const all = {
    Host: 'x',
    'Content-Type': 'application/json',
    Connection: 'close',
    ...(!isFramed && { 'Content-Length': String(Buffer.byteLength(body)) }),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([
    Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1'),
    Buffer.from(body),
  ]);
}

/** Requests that a client should not send, and the status and code that tell it so. */
const CASES: readonly (readonly [name: string, request: Buffer | string, status: number, code?: string])[] = [
  ['a method that is not allowed', requestOf('', {}, { method: 'DELETE' }), 405, 'method_not_allowed'],
  ['a method that does not exist', requestOf('', {}, { method: 'FOO' }), 400, 'malformed_request'],
  ['another path', requestOf(RECORD, {}, { target: '//api/v1/logs' }), 404, 'not_found'],
  ['a path that climbs', requestOf('', {}, { method: 'GET', target: '/..%2f..%2fetc/passwd' }), 404, 'not_found'],
  ['a path that is not UTF-8', requestOf('', {}, { method: 'GET', target: `${ROUTE}/%ff` }), 400, 'invalid_parameter'],
  ['an unknown parameter', requestOf(RECORD, {}, { target: `${ROUTE}?id=true` }), 400, 'unknown_parameter'],
  ['a header of 20 KB', requestOf(RECORD, { X: 'a'.repeat(20_000) }), 431, 'headers_too_large'],
  ['a URL of 20 KB', requestOf(RECORD, {}, { target: `${ROUTE}?x=${'a'.repeat(20_000)}` }), 431, 'headers_too_large'],
  ['a media type that is not JSON', requestOf(RECORD, { 'Content-Type': 'text/plain' }), 415, 'unsupported_media_type'],
  ['Latin-1', requestOf(RECORD, { 'Content-Type': 'application/json; charset=latin1' }), 415, 'unsupported_media_type'],
  ['an unknown encoding', requestOf(RECORD, { 'Content-Encoding': 'compress' }), 415, 'unsupported_encoding'],
  ['gzip twice', requestOf(RECORD, { 'Content-Encoding': 'gzip, gzip' }), 415, 'unsupported_encoding'],
  ['gzip that is cut off', requestOf(gzipSync(RECORD).subarray(0, -5), GZIP), 400, 'malformed_body'],
  ['gzip that is none', requestOf(RECORD, GZIP), 400, 'malformed_body'],
  [
    'rubbish behind gzip',
    requestOf(Buffer.concat([gzipSync(RECORD), Buffer.from('more')]), GZIP),
    400,
    'malformed_body',
  ],
  ['a gzip bomb', requestOf(gzipSync(Buffer.alloc(100_000_000, ' ')), GZIP), 413, 'body_too_large'],
  ['chunks without end', requestOf(`40000\r\n${' '.repeat(0x40000)}\r\n`.repeat(60), CHUNKED), 413, 'body_too_large'],
  ['a chunk of no size', requestOf('zz\r\n', CHUNKED), 400, 'malformed_request'],
  ['a chunk extension of 70 KB', requestOf(`5;${'x'.repeat(70_000)}\r\n`, CHUNKED), 400, 'malformed_request'],
  [
    'two lengths',
    requestOf(RECORD, { 'Content-Length': '5', 'Transfer-Encoding': 'chunked' }),
    400,
    'malformed_request',
  ],
  ['a negative length', requestOf(RECORD, { 'Content-Length': '-1' }), 400, 'malformed_request'],
  ['an announced body of 1 GB', requestOf('{', { 'Content-Length': '1000000000' }), 413, 'body_too_large'],
  ['nothing', requestOf(''), 400, 'malformed_body'],
  ['an array that is not closed', requestOf(`[${RECORD},`), 400, 'malformed_body'],
  ['half a million brackets', requestOf('['.repeat(500_000) + ']'.repeat(500_000)), 400, 'records_rejected'],
  ['50,001 records', requestOf(`${RECORD}\n`.repeat(50_001), NDJSON), 413, 'too_many_records'],
  ['an Idempotency-Key that is none', requestOf(RECORD, { 'Idempotency-Key': '\xff' }), 400, 'invalid_header'],
  ['a search that is not JSON', requestOf('{', {}, { target: `${ROUTE}/search` }), 400, 'malformed_body'],
  ['a search of 2 MB', requestOf(' '.repeat(2_000_000), {}, { target: `${ROUTE}/search` }), 413, 'body_too_large'],
  ['a TLS handshake', '\x16\x03\x01\x02\x00\x01\x00', 400, 'malformed_request'],
  ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 'malformed_request'],
  ['no Host', 'GET /health HTTP/1.1\r\n\r\n', 400],
];

describe('hostile input', function () {
  this.timeout(60_000);
  let dataDir = '';
  let standalone: Service | undefined;

  before(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'paylog-hostile-'));
    standalone = await Service.create('standalone', { DATA_DIR: dataDir, REQUEST_TIMEOUT_MS: '2000' });
    await standalone.start();
  });

  after(async () => {
    await standalone?.[Symbol.asyncDispose]();
    await rm(dataDir, { recursive: true });
  });

  /** All that comes back until the server closes the connection. */
  function exchange(pieces: readonly (Buffer | string)[], pauseMs = 0): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port: Number(new URL(standalone!.url).port), host: '127.0.0.1', allowHalfOpen: true });
      let answer = '';
      socket.setEncoding('latin1').on('data', (text: string) => (answer += text));
      socket.on('end', () => socket.end());
      // The server may close while we still send: what it answered counts.
      socket.on('error', () => {});
      socket.on('close', () => {
        resolve(answer);
      });
      socket.setTimeout(20_000, () => {
        socket.destroy();
        reject(new Error(`still open after 20 s: ${answer}`));
      });
      void (async () => {
        for (const piece of pieces) {
          if (socket.destroyed) return;
          socket.write(piece);
          if (pauseMs > 0) await delay(pauseMs);
        }
      })();
    });
  }

  for (const [name, request, status, code] of CASES) {
    it(`answers ${status}${code === undefined ? '' : ` ${code}`} to ${name}`, async () => {
      const answer = await exchange([request]);
      assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `));
      if (code !== undefined)
        assert.match(answer, new RegExp(`content-type: application/problem\\+json[^]*"code":"${code}"`, 'i'));
    });
  }

  it('answers 408 to slow headers and slow bodies', async () => {
    const whole = requestOf(RECORD);
    const pieces = Array.from(whole.subarray(-RECORD.length), (byte) => Buffer.from([byte]));
    const answers = await Promise.all([
      exchange([`POST ${ROUTE} HTTP/1.1\r\nHost: x\r\n`]),
      exchange([whole.subarray(0, -5)]),
      exchange([whole.subarray(0, -RECORD.length), ...pieces], 200),
    ]);
    for (const answer of answers) assert.match(answer, /^HTTP\/1\.1 408 [^]*"code":"request_timeout"/);
  });

  it('takes what is unusual and right: single-byte chunks, two gzip members, HTTP/1.0, Expect', async () => {
    const chunks = [...RECORD].map((character) => `1\r\n${character}\r\n`).join('');
    const members = Buffer.concat([gzipSync(RECORD), gzipSync(`\n${RECORD}`)]);
    const answers = [
      await exchange([requestOf(`${chunks}0\r\n\r\n`, CHUNKED)]),
      await exchange([requestOf(members, { ...NDJSON, ...GZIP })]),
      await exchange([requestOf(RECORD, { Expect: '100-continue' })]),
    ];
    for (const answer of answers) assert.match(answer, /HTTP\/1\.1 202 Accepted/);
    assert.match(await exchange(['GET /health HTTP/1.0\r\n\r\n']), /^HTTP\/1\.1 200 /);
  });

  it('does not take clients that leave for faults of its own', async () => {
    assert.ok(standalone);
    const { port } = new URL(standalone.url);
    for (let n = 0; n < 20; n += 1) {
      const socket = connect(Number(port), '127.0.0.1');
      socket.on('error', () => {});
      socket.write(requestOf(RECORD).subarray(0, -5));
      await delay(20);
      socket.destroy();
    }
    await waitUntil(
      async () => (await standalone!.metric('paylog_ingest_inflight_bytes')) === 0,
      10_000,
      () => 'their bytes to be released',
    );
    assert.equal(await standalone.metric('paylog_ingest_requests_total', { status: '500' }), 0);
  });

  it('is as before in the end: ready, what was taken is stored, nothing logged as an error, exit with 0', async () => {
    assert.ok(standalone);
    assert.equal(await standalone.status('/health/ready'), 200);
    const { url } = standalone;
    await waitUntil(
      async () => (await searchIds(url, { service: 'hostile' })).length >= 4,
      20_000,
      () => 'the records',
    );
    assert.equal((await searchIds(url, { service: 'hostile' })).length, 4);
    assert.doesNotMatch(standalone.output, /"level":"(?:error|warn)"/);
    assert.equal(await standalone.end('SIGTERM'), 0);
  });
});
