import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { describe, it } from 'mocha';
import { ProblemError } from '@paylog/shared/errors/problem-error';
import { otlpProblem } from '../../src/protocols/otlp-answer.ts';
import { otlpProtocol } from '../../src/protocols/otlp.ts';
import { startIngestServer, type IngestServerOptions } from '../support/ingest-server.ts';

const PATH = '/v1/logs';
const JSON_TYPE = { 'content-type': 'application/json' };
const PROTOBUF_TYPE = { 'content-type': 'application/x-protobuf' };

const record = (stringValue: string, more: object = {}): object => ({ body: { stringValue }, ...more });
const requestOf = (...logRecords: unknown[]): string =>
  JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [] }, { logRecords }] }] });

/** `LogsData` with log records whose body is one of these texts. */
function protobufOf(...texts: readonly string[]): Buffer {
  const field = (number: number, content: Buffer): Buffer => {
    assert.ok(content.length < 16_384);
    const { length } = content;
    const size = length < 128 ? [length] : [(length & 127) | 128, length >> 7];
    return Buffer.concat([Buffer.from([(number << 3) | 2, ...size]), content]);
  };
  const records = texts.map((text) => field(2, field(5, field(1, Buffer.from(text)))));
  return field(1, field(2, Buffer.concat(records)));
}

/** Reads the fields of a flat protobuf message: numbers below 128 and texts below 16,384 bytes. */
function fieldsOf(bytes: Buffer): Map<number, number | Buffer> {
  const fields = new Map<number, number | Buffer>();
  for (let at = 0; at < bytes.length;) {
    const tag = bytes.readUInt8(at);
    let value = bytes.readUInt8(at + 1);
    at += 2;
    if (value > 127) {
      value = (value & 127) + (bytes.readUInt8(at) << 7);
      at += 1;
    }
    if ((tag & 7) === 0) {
      fields.set(tag >> 3, value);
    } else {
      fields.set(tag >> 3, bytes.subarray(at, at + value));
      at += value;
    }
  }
  return fields;
}

async function post(body: string | Buffer, headers: Record<string, string>, options?: IngestServerOptions) {
  await using server = await startIngestServer(options);
  const response = await server.post(PATH, body, headers);
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    retryAfter: response.headers.get('retry-after'),
    body: Buffer.from(await response.arrayBuffer()),
    records: server.publisher.records(),
  };
}

describe('OTLP/HTTP', () => {
  it('answers in the encoding of the request', async () => {
    const json = await post(requestOf(record('a'), record('b')), JSON_TYPE);
    assert.deepEqual([json.status, json.type, String(json.body)], [200, 'application/json', '{}']);
    const protobuf = await post(protobufOf('a', 'b'), PROTOBUF_TYPE);
    assert.deepEqual([protobuf.status, protobuf.type, protobuf.body.length], [200, 'application/x-protobuf', 0]);
    for (const { records } of [json, protobuf]) {
      assert.deepEqual(
        records.map(({ message, service, level }) => [message, service, level]),
        [
          ['a', 'unknown_service', 'info'],
          ['b', 'unknown_service', 'info'],
        ],
      );
    }
  });

  it('takes compressed and empty requests', async () => {
    const { status, records } = await post(gzipSync(protobufOf('a')), { ...PROTOBUF_TYPE, 'content-encoding': 'gzip' });
    assert.deepEqual([status, records.length], [200, 1]);
    assert.equal((await post('', PROTOBUF_TYPE)).status, 200);
    assert.equal((await post('{}', JSON_TYPE)).status, 200);
  });

  it('says which log records are rejected and why, and that they must not be sent again', async () => {
    const late = record('late', { timeUnixNano: '9223372036854775808' });
    const uid = { key: 'log.record.uid', value: { stringValue: '4111111111111111' } };
    const json = await post(requestOf(record('a'), late, record('b', { attributes: [uid] })), JSON_TYPE);
    assert.equal(json.status, 200);
    assert.deepEqual(JSON.parse(String(json.body)), {
      partialSuccess: {
        rejectedLogRecords: '2',
        errorMessage:
          '2 of 3 log records are rejected: log record 1 (resource_logs[0].scope_logs[1].log_records[1]): invalid_timestamp time_unix_nano: time_unix_nano must be nanoseconds since 1970, at most 9223372036854775807 (2262-04-11); log record 2 (resource_logs[0].scope_logs[1].log_records[2]): sensitive_id attribute log.record.uid: id must not contain a card number: ids are keys and cannot be redacted',
      },
    });
    assert.equal(json.records.length, 1);

    const large = 'x'.repeat(16_000);
    const protobuf = await post(protobufOf('a', '\ud800'), PROTOBUF_TYPE);
    assert.equal(protobuf.records.length, 2, 'the lone surrogate was written as U+FFFD');
    const bytes = protobufOf('a', 'XXXX', large.slice(0, 100));
    bytes.writeUInt8(0xff, bytes.indexOf('XXXX'));
    const bad = await post(bytes, PROTOBUF_TYPE);
    const partial = fieldsOf(bad.body).get(1);
    assert.ok(Buffer.isBuffer(partial));
    assert.deepEqual([bad.status, bad.type, bad.records.length], [200, 'application/x-protobuf', 2]);
    assert.equal(fieldsOf(partial).get(1), 1);
    assert.equal(
      String(fieldsOf(partial).get(2)),
      '1 of 3 log records are rejected: log record 1 (resource_logs[0].scope_logs[0].log_records[1]): invalid_utf8 body: body is not valid UTF-8',
    );
  });

  it('names the first of many and counts the others, also when all are rejected', async () => {
    const { status, body, records } = await post(requestOf(...Array.from({ length: 150 }, () => 7)), JSON_TYPE);
    const { partialSuccess } = JSON.parse(String(body)) as { partialSuccess: Record<string, string> };
    assert.deepEqual([status, partialSuccess['rejectedLogRecords'], records.length], [200, '150', 0]);
    assert.match(partialSuccess['errorMessage'] ?? '', /^150 of 150 .* log record 9 \(.*; and 140 more$/);
  });

  it('refuses what it cannot read with a Status that says so', async () => {
    const cases = [
      ['{', JSON_TYPE, 400, /^malformed_body: the body is not valid JSON/],
      [Buffer.from([0x0a, 0x05]), PROTOBUF_TYPE, 400, /^malformed_body: .*length beyond its message at byte 2/],
      [Buffer.from([0x0b]), PROTOBUF_TYPE, 400, /wrong wire type of field 1/],
      [requestOf({}, {}, {}), JSON_TYPE, 413, /^too_many_records: at most 2/],
      [protobufOf('a', 'b', 'c'), PROTOBUF_TYPE, 413, /^too_many_records/],
      ['x'.repeat(5000), JSON_TYPE, 413, /^body_too_large/],
      ['{}', { 'content-type': 'text/plain' }, 415, /^unsupported_media_type: .*application\/x-protobuf/],
      ['{}', { ...JSON_TYPE, 'content-encoding': 'snappy' }, 415, /^unsupported_encoding/],
    ] as const;
    for (const [body, headers, status, message] of cases) {
      const answer = await post(body, headers, { maxRecords: 2, maxBodyBytes: 4096 });
      const isProtobuf = headers['content-type'] === 'application/x-protobuf';
      const said = isProtobuf
        ? fieldsOf(answer.body)
        : new Map(Object.entries(JSON.parse(String(answer.body)) as object).map(([, value], i) => [i + 1, value]));
      assert.deepEqual(
        [answer.status, answer.type, said.get(1), answer.retryAfter],
        [status, isProtobuf ? 'application/x-protobuf' : 'application/json', 3, null],
      );
      assert.match(String(said.get(2)), message);
    }
  });

  it('asks to send again, with a status that exporters retry', async () => {
    await using server = await startIngestServer();
    server.publisher.outcome = { status: 'retryable', reason: 'unavailable', message: 'no broker answers' };
    const response = await server.post(PATH, requestOf(record('a')), JSON_TYPE);
    assert.deepEqual([response.status, response.headers.get('retry-after')], [503, '2']);
    assert.deepEqual(await response.json(), { code: 14, message: 'queue_unavailable: no broker answers' });
    server.publisher.outcome = { status: 'retryable', reason: 'overloaded', message: 'too much' };
    const busy = await server.post(PATH, protobufOf('a'), PROTOBUF_TYPE);
    assert.deepEqual([busy.status, busy.headers.get('retry-after')], [429, '1']);
    assert.deepEqual(fieldsOf(Buffer.from(await busy.arrayBuffer())).get(1), 8);
    // 500 is not retried (https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes).
    const { status, retryAfterSeconds } = otlpProblem(new ProblemError('internal', 'a bug'), 'json');
    assert.deepEqual([status, retryAfterSeconds], [503, 1]);
  });

  it('does not take what one request may become beyond its bounds', async () => {
    const big = { key: 'a', value: { stringValue: 'x'.repeat(500_000) } };
    const logRecords = Array.from({ length: 200 }, () => ({}));
    const body = JSON.stringify({ resourceLogs: [{ resource: { attributes: [big] }, scopeLogs: [{ logRecords }] }] });
    const { status, body: answer } = await post(body, JSON_TYPE);
    assert.equal(status, 413);
    assert.match(String(answer), /body_too_large: the log records have more than 67108864 characters/);
    // It counts among the bytes in flight, too; what never fits there must not be sent again.
    const few = await post(body.replaceAll('{},', ''), JSON_TYPE, { maxInflightBytes: 1_000_000 });
    assert.equal(few.status, 413);
    assert.match(String(few.body), /body_too_large: the records of the request have more than 1000000 bytes together/);
  });

  it('gives no log record the trace of the exporter, and ids by an Idempotency-Key', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const headers = { ...JSON_TYPE, traceparent, 'idempotency-key': 'k' };
    const [first, second] = [await post(requestOf({}), headers), await post(requestOf({}), headers)];
    assert.equal(first.records[0]?.['trace_id'], undefined);
    assert.ok(first.records[0]?.['id']);
    assert.equal(first.records[0]['id'], second.records[0]?.['id']);
  });

  it('has a name for each encoding', () => {
    const names = ['application/x-protobuf', 'application/json; charset=utf-8', undefined].map(
      (type) => otlpProtocol(type).name,
    );
    assert.deepEqual(names, ['otlp_protobuf', 'otlp_json', 'otlp_json']);
  });
});
