import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { snappyCompress } from 'hysnappy';
import { describe, it } from 'mocha';
import protobuf from 'protobufjs';
import { RECORD_ERRORS } from '@paylog/shared/errors/record-error-codes';
import { Random } from '../../../../shared/test/record/support.ts';
import { startIngestServer, type IngestServer, type IngestServerOptions } from '../support/ingest-server.ts';

const PUSH = '/loki/api/v1/push';
const NS = '1763625600123456789';
const TIME = '2025-11-20T08:00:00.123456789Z';
const JSON_TYPE = { 'content-type': 'application/json' };
const PROTOBUF_TYPE = { 'content-type': 'application/x-protobuf' };

/** As Loki publishes it, with the names that matter. */
const { root } = protobuf.parse(`syntax = "proto3";
  message PushRequest { repeated Stream streams = 1; string format = 2; }
  message Stream { string labels = 1; repeated Entry entries = 2; uint64 hash = 3; }
  message Entry { Time timestamp = 1; string line = 2; repeated Pair structuredMetadata = 3; repeated Pair parsed = 4; }
  message Time { int64 seconds = 1; int32 nanos = 2; }
  message Pair { string name = 1; string value = 2; }`);
const PushRequest = root.lookupType('PushRequest');

interface Entry {
  readonly timestamp: { readonly seconds: number; readonly nanos: number };
  readonly line: string;
  readonly structuredMetadata?: readonly { readonly name: string; readonly value: string }[];
}

const encode = (streams: readonly { readonly labels: string; readonly entries: readonly Entry[] }[]): Buffer =>
  Buffer.from(PushRequest.encode(PushRequest.fromObject({ streams })).finish());
const snappy = (bytes: Uint8Array): Buffer => Buffer.from(snappyCompress(bytes));

type Values = readonly (readonly unknown[])[];

async function push(server: IngestServer, stream: unknown, values: Values): Promise<Response> {
  return server.post(PUSH, JSON.stringify({ streams: [{ stream, values }] }), JSON_TYPE);
}

/** Pushes one entry that has to be accepted; answers its record without id. */
async function recordOf(
  stream: Record<string, unknown>,
  line: string,
  metadata?: object,
): Promise<Record<string, unknown>> {
  await using server = await startIngestServer();
  const response = await push(server, stream, [metadata ? [NS, line, metadata] : [NS, line]]);
  assert.equal(response.status, 204, await response.text());
  const [{ id, ...record } = {}] = server.publisher.records();
  assert.equal(typeof id, 'string');
  return record;
}

async function refusal(body: string | Buffer, headers: Record<string, string>, options?: IngestServerOptions) {
  await using server = await startIngestServer(options);
  const response = await server.post(PUSH, body, headers);
  assert.match(response.headers.get('content-type') ?? '', /^text\/plain/);
  return { status: response.status, text: await response.text(), stored: server.publisher.messages.length };
}

describe('Loki push: what becomes of an entry', () => {
  it('time, line, labels and metadata', async () => {
    const labels = { service_name: 'checkout', env: 'prod', host: 'web-1', level: 'WARNING', app: 'shop', team: 'pay' };
    const metadata = { trace_id: '0AF7651916CD43DD8448EB211C80319C', span_id: 'b7ad6b7169203331', pod: 'p-1' };
    assert.deepEqual(await recordOf(labels, 'payment declined', metadata), {
      message: 'payment declined',
      timestamp: TIME,
      service: 'checkout',
      level: 'warn',
      environment: 'prod',
      host: 'web-1',
      trace_id: '0af7651916cd43dd8448eb211c80319c',
      span_id: 'b7ad6b7169203331',
      attributes: { pod: 'p-1', app: 'shop', team: 'pay' },
    });
  });

  it('the service in the order of Loki, and its own name where there is none', async () => {
    const names = ['job', 'container_name', 'container', 'compose_service', 'app', 'service', 'service_name'];
    const labels: Record<string, string> = {};
    assert.equal((await recordOf({}, 'm'))['service'], 'unknown_service');
    for (const name of names) {
      labels[name] = `from-${name}`;
      assert.equal((await recordOf(labels, 'm'))['service'], `from-${name}`, name);
    }
    const { attributes } = await recordOf({ app: 'shop', job: 'j' }, 'm');
    assert.deepEqual(attributes, { app: 'shop', job: 'j' }, 'stand-ins stay');
    const long = 'x'.repeat(300);
    const { service, attributes: kept } = await recordOf({ service_name: long, app: 'shop' }, 'm');
    assert.deepEqual([service, kept], ['shop', { service_name: long, app: 'shop' }], 'one that cannot be a service');
  });

  it('a level that is none stays a label; metadata go before labels', async () => {
    assert.deepEqual(await recordOf({ service_name: 's', level: 'http' }, 'm', { detected_level: 'unknown' }), {
      message: 'm',
      timestamp: TIME,
      service: 's',
      level: 'info',
      attributes: { detected_level: 'unknown', level: 'http' },
    });
    const both = await recordOf({ service_name: 's', level: 'info', x: '1', y: '2' }, 'm', {
      level: 'error',
      x: '1',
      y: '3',
    });
    assert.equal(both['level'], 'error');
    assert.deepEqual(both['attributes'], { x: '1', y: '3', level: 'info', 'y~2': '2' });
  });

  it('the fields of a line that is a JSON object with a message', async () => {
    const line =
      '{"level":"error","msg":"declined","service":{"name":"refunds"},"amount":9007199254740993,"id":"order-1","payment":{"id":"p1","amount_minor":5},"time":"2025-11-20T08:00:00.5Z"}';
    assert.deepEqual(await recordOf({ service_name: 'checkout', level: 'info', env: 'prod' }, line), {
      message: 'declined',
      timestamp: TIME,
      service: 'refunds',
      level: 'error',
      environment: 'prod',
      payment: { id: 'p1', amount_minor: 5 },
      attributes: {
        id: 'order-1',
        time: '2025-11-20T08:00:00.5Z',
        service_name: 'checkout',
        level: 'info',
        amount: 9007199254740992,
      },
    });
  });

  it('keeps the digits of such a line', async () => {
    await using server = await startIngestServer();
    await push(server, {}, [[NS, '{"msg":"m","amount":9007199254740993,"rate":1.10}']]);
    const stored = server.publisher.messages[0]?.value.toString() ?? '';
    assert.match(stored, /"amount":9007199254740993,"rate":1\.10/);
  });

  it('a pino record says nothing twice', async () => {
    const line = '{"level":30,"time":1763625600123,"pid":7,"msg":"m"}';
    await using server = await startIngestServer();
    await push(server, { level: 'info', hostname: 'web-1', app: 'shop' }, [['1763625600123000000', line]]);
    const [{ id, ...record } = {}] = server.publisher.records();
    assert.ok(id);
    assert.deepEqual(record, {
      message: 'm',
      timestamp: '2025-11-20T08:00:00.123000000Z',
      level: 'info',
      host: 'web-1',
      service: 'shop',
      attributes: { app: 'shop', pid: 7 },
    });
  });

  it('a line is never refused for what a JSON in it says: then it is the message', async () => {
    const lines = [
      'plain',
      '',
      '{"msg":"m","http":"GET /","broken":',
      '{"msg":5}',
      '["msg"]',
      '{"no":"message"}',
      '{"msg":"m","http":"GET /"}',
      '{"msg":"m","payment":{"amount_minor":1.5}}',
      '{"msg":"m","request_id":42}',
      `{"msg":"m","deep":${'['.repeat(40)}${']'.repeat(40)}}`,
      `{"msg":"m","deep":${'['.repeat(5000)}${']'.repeat(5000)}}`,
    ];
    for (const line of lines) assert.equal((await recordOf({ app: 'a' }, line))['message'], line);
    const odd = '{"msg":"m","level":"http","trace_id":"abc","ts":"10:00","service":7,"host":{"ip":"::1"},"log":"l"}';
    assert.deepEqual(await recordOf({ app: 'a', host: 'web-1' }, odd), {
      message: 'm',
      timestamp: TIME,
      host: 'web-1',
      service: 'a',
      level: 'info',
      attributes: { level: 'http', trace_id: 'abc', ts: '10:00', service: 7, host: { ip: '::1' }, app: 'a', log: 'l' },
    });
  });

  it('card data is redacted in lines, labels and metadata', async () => {
    const pan = '4111111111111111';
    const record = JSON.stringify(await recordOf({ app: 'a', card: pan }, `paid with ${pan}`, { pan }));
    assert.ok(!record.includes(pan) && record.match(/411111\*{6}1111/g)?.length === 3, record);
  });
});

describe('Loki push: both forms', () => {
  it('say the same, down to the id', async () => {
    const labels = { service_name: 'checkout', path: 'C:\\logs "x"', env: 'prod' };
    const lines = ['one', '{"msg":"two"}', 'drei é 日本'];
    await using json = await startIngestServer();
    await using proto = await startIngestServer();
    const metadata = { pod: 'p-1', trace_id: '0af7651916cd43dd8448eb211c80319c' };
    await push(
      json,
      labels,
      lines.map((line) => [NS, line, metadata]),
    );
    const text = `{${Object.entries(labels)
      .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
      .join(', ')}}`;
    const structuredMetadata = Object.entries(metadata).map(([name, value]) => ({ name, value }));
    const timestamp = { seconds: 1763625600, nanos: 123456789 };
    const body = snappy(
      encode([{ labels: text, entries: lines.map((line) => ({ timestamp, line, structuredMetadata })) }]),
    );
    assert.equal((await proto.post(PUSH, body, PROTOBUF_TYPE)).status, 204);
    assert.deepEqual(proto.publisher.records(), json.publisher.records());
    assert.equal(proto.publisher.records().length, 3);
  });

  it('a fixed push, byte for byte', async () => {
    // PushRequest{streams:[{labels:`{app="a"}`, entries:[{timestamp:{seconds:1763625600}, line:"hi:)"}]}]} as one literal.
    const bytes = Buffer.from('0a1b0a097b6170703d2261227d120e0a06088095fbc806120468693a29', 'hex');
    const block = Buffer.concat([Buffer.from([bytes.length, (bytes.length - 1) << 2]), bytes]);
    await using server = await startIngestServer();
    const response = await server.post(PUSH, block, PROTOBUF_TYPE);
    assert.equal(response.status, 204, await response.text());
    assert.deepEqual(server.publisher.times(), ['2025-11-20T08:00:00.000000000Z']);
    assert.deepEqual(server.publisher.records()[0]?.['message'], 'hi:)');
  });

  it('a push without a media type is protobuf, as for Loki; gzip is taken for JSON', async () => {
    await using server = await startIngestServer();
    const block = snappy(encode([{ labels: '{}', entries: [{ timestamp: { seconds: 1, nanos: 0 }, line: 'm' }] }]));
    assert.equal((await server.post(PUSH, block)).status, 204);
    const json = gzipSync(JSON.stringify({ streams: [{ stream: {}, values: [[NS, 'm']] }] }));
    assert.equal((await server.post(PUSH, json, { ...JSON_TYPE, 'content-encoding': 'gzip' })).status, 204);
    assert.equal(server.publisher.messages.length, 2);
  });

  it('timestamps as numbers keep their digits', async () => {
    await using server = await startIngestServer();
    const body = `{"streams":[{"stream":{},"values":[["1","a"]]},{"stream":{"a":"b"},"values":[[${NS},"b"],[${NS}, "c"]]}]}`;
    assert.equal((await server.post(PUSH, body, JSON_TYPE)).status, 204);
    assert.deepEqual(server.publisher.times().slice(1), [TIME, TIME]);
  });

  it('labels that are no strings are kept as JSON, null is absent', async () => {
    const { attributes } = await recordOf({ app: 'a', code: 42, ok: true, none: null }, 'm');
    assert.deepEqual(attributes, { app: 'a', code: '42', ok: 'true' });
  });
});

describe('Loki push: ids', () => {
  it('a push that comes twice says the same ids; equal entries of one push are all kept', async () => {
    await using server = await startIngestServer();
    const values = [
      [NS, 'same'],
      [NS, 'same'],
      [NS, 'other'],
      ['1763625600123456790', 'same'],
    ];
    await push(server, { app: 'a', job: 'j' }, values);
    await push(server, { job: 'j', app: 'a' }, values);
    await push(server, { app: 'b' }, [[NS, 'same']]);
    const ids = server.publisher.records().map(({ id }) => id);
    assert.deepEqual(ids.slice(0, 4), ids.slice(4, 8));
    assert.equal(new Set(ids).size, 5);
    assert.deepEqual(
      server.publisher.messages.map(({ key }) => key),
      ids,
    );
  });

  it('an id in a line is not that of the record, event.id is', async () => {
    await using server = await startIngestServer();
    await push(server, {}, [
      [NS, '{"msg":"m","id":"order-1"}'],
      [NS, '{"msg":"m","event.id":"evt-1"}'],
    ]);
    const [first, second] = server.publisher.records();
    assert.notEqual(first?.['id'], 'order-1');
    assert.deepEqual(first?.['attributes'], { id: 'order-1' });
    assert.equal(second?.['id'], 'evt-1');
  });
});

describe('Loki push: what is refused', () => {
  it('entries, each with its place and reason; the others are stored', async () => {
    const big = 'x'.repeat(70_000);
    const values = [
      [NS, 'good'],
      ['yesterday', 'm'],
      [NS, 5],
      'no',
      [NS, big],
      [NS, 'm', 'meta'],
      ['-5', 'm'],
      [NS, 'good too'],
    ];
    const streams = [
      { stream: { app: 'a' }, values: [[NS, 'first']] },
      { stream: { app: 'b' }, values },
      { stream: 'no', values: [[NS, 'm']] },
    ];
    await using server = await startIngestServer();
    const response = await server.post(PUSH, JSON.stringify({ streams }), JSON_TYPE);
    assert.equal(response.status, 400);
    assert.equal(
      await response.text(),
      [
        '7 of 10 entries rejected; the other 3 are stored',
        'stream 1 entry 1: invalid_timestamp (timestamp): the timestamp must be a string of nanoseconds since 1970, before 2262',
        'stream 1 entry 2: invalid_type (line): the line must be a string',
        'stream 1 entry 3: invalid_type (values): an entry must be an array of timestamp, line and perhaps metadata',
        'stream 1 entry 4: record_too_large: a record may have at most 65536 bytes',
        'stream 1 entry 5: invalid_type (metadata): structured metadata must be an object',
        'stream 1 entry 6: invalid_timestamp (timestamp): the timestamp must be a string of nanoseconds since 1970, before 2262',
        'stream 2 entry 0: invalid_type (stream): stream must be an object of labels',
        '',
      ].join('\n'),
    );
    assert.deepEqual(
      server.publisher.records().map(({ message }) => message),
      ['first', 'good', 'good too'],
    );
  });

  it('many entries: the first are listed, the rest is counted', async () => {
    const values = Array.from({ length: 50 }, () => ['x', 'm']);
    const { status, text } = await refusal(JSON.stringify({ streams: [{ stream: {}, values }] }), JSON_TYPE);
    assert.equal(status, 400);
    assert.match(text, /^50 of 50 entries rejected\n(?:stream 0 entry \d+: .*\n){20}and 30 more\n$/);
  });

  it('a stream of protobuf whose labels are broken; its neighbors are stored', async () => {
    const entries = [{ timestamp: { seconds: 1, nanos: 0 }, line: 'm' }];
    const bad = [
      { timestamp: { seconds: -1, nanos: 0 }, line: 'm' },
      { timestamp: { seconds: 1, nanos: -1 }, line: 'm' },
    ];
    await using server = await startIngestServer();
    const body = snappy(
      encode([
        { labels: '{a="say "hi""}', entries },
        { labels: '{a="b"}', entries: [...entries, ...bad] },
      ]),
    );
    const response = await server.post(PUSH, body, PROTOBUF_TYPE);
    const text = await response.text();
    assert.equal(response.status, 400);
    assert.match(text, /^3 of 4 entries rejected; the other 1 are stored\nstream 0 entry 0: invalid_value \(labels\)/);
    assert.match(text, /stream 1 entry 1: invalid_timestamp.*\nstream 1 entry 2: invalid_timestamp/);
    assert.equal(server.publisher.messages.length, 1);
  });

  it('entries that are not UTF-8, in both forms', async () => {
    const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
    const json = latin1(`{"streams":[{"stream":{},"values":[["${NS}","caf\xe9"],["${NS}","good"]]}]}`);
    assert.match((await refusal(json, JSON_TYPE)).text, /1 of 2 .*\nstream 0 entry 0: invalid_utf8/);
    const bytes = encode([{ labels: '{}', entries: [{ timestamp: { seconds: 1, nanos: 0 }, line: 'caf#' }] }]);
    bytes[bytes.indexOf('#')] = 0xe9;
    assert.match((await refusal(snappy(bytes), PROTOBUF_TYPE)).text, /^1 of 1 entries rejected\n.*invalid_utf8/);
  });

  it('whole pushes', async () => {
    const cases: readonly [
      name: string,
      body: string | Buffer,
      headers: Record<string, string>,
      status: number,
      text: RegExp,
    ][] = [
      ['no JSON', '{"streams":', JSON_TYPE, 400, /^malformed_body: the body is not valid JSON\n$/],
      ['no streams', '{}', JSON_TYPE, 400, /^malformed_body: .*streams/],
      ['a stream that is none', '{"streams":[1]}', JSON_TYPE, 400, /^malformed_body: streams\[0\]/],
      ['another type', '{}', { 'content-type': 'text/plain' }, 415, /^unsupported_media_type/],
      ['another charset', '{}', { 'content-type': 'application/json; charset=latin1' }, 415, /^unsupported_media_type/],
      ['no snappy', 'hello, world', PROTOBUF_TYPE, 400, /^malformed_body: .*snappy/],
      ['nothing', '', PROTOBUF_TYPE, 400, /^malformed_body: .*snappy/],
      ['no protobuf', snappy(Buffer.from('hello, world')), PROTOBUF_TYPE, 400, /^malformed_body: .*protobuf/],
      ['a bomb', Buffer.from('ffffffff0f00', 'hex'), PROTOBUF_TYPE, 413, /^body_too_large/],
    ];
    for (const [name, body, headers, status, text] of cases) {
      const answer = await refusal(body, headers);
      assert.equal(answer.status, status, name);
      assert.match(answer.text, text, name);
      assert.equal(answer.stored, 0, name);
    }
  });

  it('too many entries, in both forms', async () => {
    const values = Array.from({ length: 11 }, (_, n) => [NS, String(n)]);
    const json = JSON.stringify({
      streams: [
        { stream: {}, values: values.slice(1) },
        { stream: {}, values: [values[0]] },
      ],
    });
    const entries = values.map(() => ({ timestamp: { seconds: 1, nanos: 0 }, line: 'm' }));
    for (const [body, headers] of [
      [json, JSON_TYPE],
      [snappy(encode([{ labels: '{}', entries }])), PROTOBUF_TYPE],
    ] as const) {
      const { status, text } = await refusal(body, headers, { maxRecords: 10 });
      assert.deepEqual([status, text], [413, 'too_many_records: at most 10 entries in one request\n']);
    }
  });

  it('labels that grow beyond all bounds with the entries they are stored with', async () => {
    const stream = { big: 'x'.repeat(60_000) };
    const values = Array.from({ length: 900 }, (_, n) => [NS, String(n)]);
    assert.equal((await refusal(JSON.stringify({ streams: [{ stream, values }] }), JSON_TYPE)).status, 413);
    const fewer = JSON.stringify({ streams: [{ stream, values: values.slice(0, 100) }] });
    const { status, text } = await refusal(fewer, JSON_TYPE, { maxInflightBytes: 2_000_000 });
    assert.equal(status, 413, text);
  });

  it('metadata without end', async () => {
    const structuredMetadata = Array.from({ length: 20_000 }, (_, n) => ({ name: String(n), value: '' }));
    const entry = { timestamp: { seconds: 1, nanos: 0 }, line: 'm', structuredMetadata };
    const { status, text } = await refusal(snappy(encode([{ labels: '{}', entries: [entry] }])), PROTOBUF_TYPE);
    assert.equal(status, 400);
    assert.match(text, /too_many_keys/);
  });

  it('what may be sent again is 429 or 503, with Retry-After', async () => {
    await using server = await startIngestServer();
    server.publisher.outcome = { status: 'retryable', reason: 'unavailable', message: 'no broker answers' };
    const unavailable = await push(server, {}, [[NS, 'm']]);
    assert.deepEqual([unavailable.status, unavailable.headers.get('retry-after')], [503, '2']);
    assert.equal(await unavailable.text(), 'queue_unavailable: no broker answers\n');
    server.publisher.outcome = { status: 'retryable', reason: 'overloaded', message: 'full' };
    const overloaded = await push(server, {}, [[NS, 'm']]);
    assert.deepEqual([overloaded.status, overloaded.headers.get('retry-after')], [429, '1']);
    await overloaded.text();
  });
});

describe('Loki push: whatever comes', () => {
  const ROUNDS = Number(process.env['FUZZ_ROUNDS'] ?? 400);

  it('is answered, and blamed on nobody else', async () => {
    await using server = await startIngestServer();
    const random = new Random(31);
    const entries = ['one', '{"msg":"two","level":30}', ''].map((line) => ({
      timestamp: { seconds: 1763625600, nanos: 5 },
      line,
      structuredMetadata: [{ name: 'a', value: 'b' }],
    }));
    const bytes = encode([{ labels: '{app="a",path="C:\\\\x"}', entries }]);
    const block = snappy(bytes);
    const json = Buffer.from(
      JSON.stringify({
        streams: [{ stream: { app: 'a' }, values: entries.map(({ line }) => [NS, line, { a: 'b' }]) }],
      }),
    );
    const mutate = (original: Buffer): Buffer => {
      const changed = Buffer.from(original);
      for (let change = random.below(4); change >= 0; change -= 1)
        changed[random.below(changed.length)] = random.below(256);
      return random.chance(0.2) ? changed.subarray(0, random.below(changed.length)) : changed;
    };
    const statuses = new Map<number, number>();
    for (let round = 0; round < ROUNDS; round += 1) {
      const kind = round % 3;
      const body = kind === 0 ? mutate(json) : kind === 1 ? snappy(mutate(bytes)) : mutate(block);
      const response = await server.post(PUSH, body, kind === 0 ? JSON_TYPE : PROTOBUF_TYPE);
      const text = await response.text();
      statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
      assert.ok([204, 400, 413].includes(response.status), `${response.status} ${text} for ${body.toString('hex')}`);
      for (const [, code = ''] of text.matchAll(/^stream \d+ entry \d+: (\w+)/gm))
        assert.ok(code in RECORD_ERRORS, code);
    }
    assert.deepEqual(server.log.lines, []);
    assert.ok((statuses.get(204) ?? 0) > ROUNDS / 20 && (statuses.get(400) ?? 0) > ROUNDS / 20, 'both happened');
    for (const { value } of server.publisher.messages) JSON.parse(value.toString());
  });
});
