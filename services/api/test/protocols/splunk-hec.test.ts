import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { describe, it } from 'mocha';
import { RECORD_ERRORS } from '@paylog/shared/errors/record-error-codes';
import { Random } from '../../../../shared/test/record/support.ts';
import { splitEvents } from '../../src/protocols/splunk-hec-split.ts';
import { startIngestServer, type IngestServer, type IngestServerOptions } from '../support/ingest-server.ts';

const EVENT = '/services/collector/event';
const RAW = '/services/collector/raw';

interface HecAnswer {
  readonly text: string;
  readonly code: number;
  readonly 'invalid-event-number'?: number;
  readonly accepted?: number;
  readonly rejected?: number;
  readonly errors?: readonly { readonly 'event-number': number; readonly code: string; readonly field?: string }[];
}

async function send(
  server: IngestServer,
  body: string | Buffer,
  path = EVENT,
): Promise<{ status: number; answer: HecAnswer; retryAfter: string | null }> {
  const response = await server.post(path, body, { authorization: 'Splunk 4c1f8a0e-key' });
  assert.equal(response.headers.get('content-type'), 'application/json');
  const answer = (await response.json()) as HecAnswer;
  return { status: response.status, answer, retryAfter: response.headers.get('retry-after') };
}

/** Records of a body of which everything has to be accepted, without their ids. */
async function recordsOf(body: string | Buffer, path = EVENT): Promise<Record<string, unknown>[]> {
  await using server = await startIngestServer();
  const { status, answer } = await send(server, body, path);
  assert.deepEqual([status, answer], [200, { text: 'Success', code: 0 }]);
  return server.publisher.records().map(({ id, timestamp, ...record }) => {
    assert.deepEqual([typeof id, typeof timestamp], ['string', 'string']);
    return record;
  });
}

const recordOf = async (event: object, path = EVENT): Promise<Record<string, unknown> | undefined> =>
  (await recordsOf(JSON.stringify(event), path))[0];

async function timeOf(time: string): Promise<string | undefined> {
  await using server = await startIngestServer();
  const { status } = await send(server, `{"time":${time},"event":"m"}`);
  assert.equal(status, 200);
  return server.publisher.times()[0];
}

async function refusal(body: string | Buffer, path = EVENT, options: IngestServerOptions = {}) {
  await using server = await startIngestServer(options);
  const { status, answer } = await send(server, body, path);
  return { status, answer, stored: server.publisher.records().map(({ message }) => message) };
}

describe('Splunk HEC: what becomes of an event', () => {
  it('a string with its metadata and fields', async () => {
    const event = {
      time: 1763625600.5,
      host: 'web-1',
      source: 'checkout',
      sourcetype: '_json',
      index: 'main',
      event: 'payment accepted',
      fields: {
        severity: 'WARN',
        env: 'prod',
        trace_id: '0af7651916cd43dd8448eb211c80319c',
        amount: 5,
        tags: ['a', 'b'],
      },
    };
    assert.deepEqual(await recordOf(event), {
      message: 'payment accepted',
      service: 'checkout',
      level: 'warn',
      host: 'web-1',
      environment: 'prod',
      trace_id: '0af7651916cd43dd8448eb211c80319c',
      attributes: { amount: 5, tags: ['a', 'b'], source: 'checkout', sourcetype: '_json', index: 'main' },
    });
  });

  it('the service: the event, its fields, source, sourcetype, none', async () => {
    const event = {
      source: 'src',
      sourcetype: 'type',
      fields: { service: 'field' },
      event: { message: 'm', service: 'own' },
    };
    const serviceOf = async (given: object): Promise<unknown> => (await recordOf(given))?.['service'];
    assert.equal(await serviceOf(event), 'own');
    assert.equal(await serviceOf({ ...event, event: 'm' }), 'field');
    assert.equal(await serviceOf({ ...event, event: { message: 'm', service: { name: 'ecs' } } }), 'ecs');
    assert.equal(await serviceOf({ ...event, fields: { 'service.name': 'otel' }, event: 'm' }), 'otel');
    assert.equal(await serviceOf({ source: 'src', sourcetype: 'type', event: 'm' }), 'src');
    assert.equal(await serviceOf({ source: 'x'.repeat(300), sourcetype: 'type', event: 'm' }), 'type');
    assert.equal(await serviceOf({ event: 'm' }), 'unknown_service');
  });

  it('an object with a message is a record; its own time yields to that of the envelope', async () => {
    const event = {
      message: 'm',
      level: 'error',
      time: '2025-11-20T08:00:00Z',
      payment: { id: 'p1' },
      id: 'order-1',
      x: 1,
    };
    assert.deepEqual(await recordOf({ time: 1763625600, event }), {
      message: 'm',
      service: 'unknown_service',
      level: 'error',
      payment: { id: 'p1' },
      attributes: { id: 'order-1', x: 1 },
    });
    await using server = await startIngestServer();
    await send(server, JSON.stringify({ time: 1763625601, event }) + JSON.stringify({ event }));
    const [first, second] = server.publisher.records();
    assert.deepEqual(server.publisher.times(), ['2025-11-20T08:00:01.000000000Z', '2025-11-20T08:00:00.000000000Z']);
    assert.deepEqual(first?.['attributes'], { time: '2025-11-20T08:00:00Z', id: 'order-1', x: 1 });
    assert.deepEqual(second?.['attributes'], { id: 'order-1', x: 1 });
  });

  it('any other JSON is its own text, and its members go under attributes', async () => {
    const event = { action: 'login', user: { id: 7 }, severity: 'warn', msg: 5 };
    assert.deepEqual(await recordOf({ event }), {
      message: '{"action":"login","user":{"id":7},"severity":"warn","msg":5}',
      service: 'unknown_service',
      level: 'warn',
      attributes: { action: 'login', user: { id: 7 }, msg: 5 },
    });
    const values = await Promise.all([42, true, false, [1, 'a'], {}].map((value) => recordOf({ event: value })));
    assert.deepEqual(
      values.map((record) => record?.['message']),
      ['42', 'true', 'false', '[1,"a"]', '{}'],
    );
  });

  it('text that is such an object is read like one: Docker, Fluent Bit, Splunk loggers for JavaScript', async () => {
    const base = { service: 'unknown_service', level: 'info' };
    assert.deepEqual(await recordOf({ event: '{"msg":"m","level":50}' }), { ...base, message: 'm', level: 'error' });
    const docker = { line: 'hello', source: 'stdout', tag: 'abc' };
    assert.deepEqual(await recordOf({ event: docker }), {
      ...base,
      message: 'hello',
      attributes: { source: 'stdout', tag: 'abc' },
    });
    const fluentBit = { log: 'hello\n', stream: 'stderr' };
    assert.deepEqual(await recordOf({ event: fluentBit }), {
      ...base,
      message: 'hello\n',
      attributes: { stream: 'stderr' },
    });
    const splunkLogging = { message: 'hello', severity: 'warn' };
    assert.deepEqual(await recordOf({ event: splunkLogging }), { ...base, message: 'hello', level: 'warn' });
    const inMessage = { message: { message: 'hello', order: 1, severity: 'x' }, severity: 'warn' };
    assert.deepEqual(await recordOf({ event: inMessage }), {
      ...base,
      message: 'hello',
      attributes: { order: 1, severity: 'x', 'event.severity': 'warn' },
    });
    const dockerJson = { line: { msg: 'hello', level: 'warn', source: 'own' }, source: 'stdout', tag: 'abc' };
    assert.deepEqual(await recordOf({ event: dockerJson }), {
      ...base,
      message: 'hello',
      level: 'warn',
      attributes: { source: 'own', 'event.source': 'stdout', tag: 'abc' },
    });
    const meta = { level: 'error', message: 'hello', service: 'checkout', order: 1 };
    const winston = { message: { msg: 'hello', meta }, severity: 'error' };
    assert.deepEqual(await recordOf({ event: winston, source: 'winston' }), {
      message: 'hello',
      service: 'checkout',
      level: 'error',
      attributes: { order: 1, severity: 'error', source: 'winston' },
    });
  });

  it('an event is never refused for what it says about itself', async () => {
    const events = [
      { message: 'm', http: 'GET /' },
      { message: 'm', attributes: 'none', payment: 'p1' },
      { message: 'm', request_id: 42 },
      { http: 5 },
    ];
    for (const event of events) assert.equal((await recordOf({ event }))?.['message'], JSON.stringify(event));
    assert.deepEqual((await recordOf({ event: { message: 'm', level: 'http', trace_id: 'x' } }))?.['attributes'], {
      level: 'http',
      trace_id: 'x',
    });
  });

  it('numbers keep their digits, card data is redacted', async () => {
    await using server = await startIngestServer();
    await send(
      server,
      '{"event":{"message":"m","amount":9007199254740993},"fields":{"rate":1.10,"pan":"4111111111111111"}}',
    );
    const stored = server.publisher.messages[0]?.value.toString() ?? '';
    assert.match(stored, /"rate":1\.10,"pan":"411111\*{6}1111"/);
    assert.match(stored, /"amount":9007199254740993/);
  });

  it('time in seconds with decimals, number or string, to the last digit', async () => {
    assert.equal(await timeOf('1763625600.123456789'), '2025-11-20T08:00:00.123456789Z');
    assert.equal(await timeOf('"1763625600.123"'), '2025-11-20T08:00:00.123000000Z');
    assert.equal(await timeOf('1763625600'), '2025-11-20T08:00:00.000000000Z');
    assert.equal(await timeOf('1.763625600123E9'), '2025-11-20T08:00:00.123000000Z');
    assert.equal(
      await timeOf('1763625600123'),
      '2025-11-20T08:00:00.123000000Z',
      'milliseconds, as some loggers send them',
    );
    for (const absent of ['null', '""', '" "']) assert.match((await timeOf(absent)) ?? '', /^20\d\d-/, absent);
  });

  it('the query string speaks for events that do not say it themselves', async () => {
    const path = `${EVENT}?source=src&sourcetype=st&host=h1&index=i&channel=c0ffee`;
    assert.deepEqual(await recordOf({ event: 'm', source: 'own' }, path), {
      message: 'm',
      service: 'own',
      level: 'info',
      host: 'h1',
      attributes: { source: 'own', sourcetype: 'st', index: 'i' },
    });
  });
});

describe('Splunk HEC: bodies', () => {
  it('objects one behind the other, with anything white between, or in an array', async () => {
    for (const between of ['', ' ', '\n', '\r\n\r\n', '\t']) {
      const body = [1, 2, 3].map((n) => `{"event":"${n} } { \\" \\\\"}`).join(between);
      assert.deepEqual(
        (await recordsOf(body)).map(({ message }) => message),
        ['1 } { " \\', '2 } { " \\', '3 } { " \\'],
      );
    }
    const body = ' [ {"event":"1"}, {"event":"2"} ] ';
    assert.deepEqual(
      (await recordsOf(body)).map(({ message }) => message),
      ['1', '2'],
    );
    assert.equal((await recordsOf('\ufeff{"event":{\n  "message": "m"\n}}\n'))[0]?.['message'], 'm');
  });

  it('all paths of the collector; gzip', async () => {
    for (const path of ['', '/1.0', '/event', '/event/1.0']) {
      assert.equal((await recordOf({ event: 'm' }, `/services/collector${path}`))?.['message'], 'm');
    }
    await using server = await startIngestServer();
    const response = await server.post(EVENT, gzipSync('{"event":"m"}'), { 'content-encoding': 'gzip' });
    assert.deepEqual(await response.json(), { text: 'Success', code: 0 });
    assert.equal((await server.post('/services/collector/nothing', '')).status, 404);
  });

  it('raw lines', async () => {
    const body = 'one\r\n\n   \n  at Checkout.pay (pay.js:1)\n{"msg":"two","level":"warn"}\nlast';
    const records = await recordsOf(body, `${RAW}?source=checkout&sourcetype=text&host=h1`);
    assert.deepEqual(
      records.map(({ message, level }) => [message, level]),
      [
        ['one', 'info'],
        ['  at Checkout.pay (pay.js:1)', 'info'],
        ['two', 'warn'],
        ['last', 'info'],
      ],
    );
    assert.deepEqual(records[0]?.['attributes'], { source: 'checkout', sourcetype: 'text' });
    assert.deepEqual([records[0]['service'], records[0]['host']], ['checkout', 'h1']);
    assert.equal((await recordsOf('one', `${RAW}/1.0`)).length, 1);
  });

  it('an Idempotency-Key makes a retry say the same ids', async () => {
    await using server = await startIngestServer();
    const headers = { 'idempotency-key': 'batch-1' };
    for (let time = 0; time < 2; time += 1)
      await (await server.post(EVENT, '{"event":"a"}{"event":"b"}', headers)).text();
    const ids = server.publisher.records().map(({ id }) => id);
    assert.deepEqual(ids.slice(0, 2), ids.slice(2));
    assert.equal(new Set(ids).size, 2);
  });
});

describe('Splunk HEC: what is refused', () => {
  it('events, each with its number and reason; the others are stored', async () => {
    const events = [
      '{"event":"good"}',
      '{"host":"h"}',
      '{"event":""}',
      '{"event":"m","fields":1}',
      '{"event":"m","time":"noon"}',
      '{"event":null}',
      `{"event":"${'x'.repeat(70_000)}"}`,
      '{"event":"good too"}',
    ];
    const { status, answer, stored } = await refusal(events.join(''));
    assert.equal(status, 400);
    const { text, code, 'invalid-event-number': number, accepted, rejected, errors } = answer;
    assert.deepEqual([text, code, number, accepted, rejected], ['Event field is required', 12, 1, 2, 6]);
    assert.deepEqual(
      errors?.map((error) => [error['event-number'], error.code, error.field]),
      [
        [1, 'missing_field', 'event'],
        [2, 'invalid_value', 'event'],
        [3, 'invalid_type', 'fields'],
        [4, 'invalid_timestamp', 'time'],
        [5, 'missing_field', 'event'],
        [6, 'record_too_large', undefined],
      ],
    );
    assert.deepEqual(stored, ['good', 'good too']);
  });

  it('with the codes of Splunk', async () => {
    const codes: readonly (readonly [body: string, code: number])[] = [
      ['{"event":"m"}{}', 12],
      ['{"event":"m"}{"event":""}', 13],
      ['{"event":"m"}{"event":"m","fields":"f"}', 15],
      ['{"event":"m"}{"event":}', 6],
      ['{"event":"m"}nonsense', 6],
      ['{"event":"m"}{"event":"m","time":true}', 6],
      ['{"event":"m"}{"event":"m","time":4111111111111111}', 6],
    ];
    for (const [body, code] of codes) {
      const { status, answer, stored } = await refusal(body);
      assert.deepEqual([status, answer.code, answer['invalid-event-number'], stored], [400, code, 1, ['m']], body);
    }
    for (const body of ['', ' \n ', '[]'])
      assert.deepEqual((await refusal(body)).answer, { text: 'No data', code: 5 }, body);
    assert.deepEqual((await refusal('\n\n', RAW)).answer, { text: 'No data', code: 5 });
  });

  it('broken events harm no neighbor that stands on a line of its own', async () => {
    const cases: readonly (readonly [broken: string, faults: number])[] = [
      ['{"event":"no end', 1],
      ['{"event":{"a":1}', 1],
      ['nonsense', 1],
      ['{"event":"m"}}', 1],
      ['{"event":"caf\xe9"}', 1],
      ['{"event":"back\\', 1],
      ['[1,2]', 1],
    ];
    for (const [broken, faults] of cases) {
      const body = Buffer.from(`{"event":"first"}\n${broken}\n{"event":"second"}\n{"event":"third"}`, 'latin1');
      const { status, answer, stored } = await refusal(body);
      assert.deepEqual([status, answer.rejected], [400, faults], broken);
      assert.deepEqual(
        stored.filter((message) => message !== 'm'),
        ['first', 'second', 'third'],
        broken,
      );
    }
  });

  it('whole requests; acknowledgments', async () => {
    const many = '{"event":"m"}'.repeat(11);
    for (const [body, path] of [
      [many, EVENT],
      ['m\n'.repeat(11), RAW],
      ['{\n'.repeat(11), EVENT],
    ] as const) {
      const { status, answer } = await refusal(body, path, { maxRecords: 10 });
      assert.deepEqual([status, answer.text, answer.code], [413, 'Request entity too large', 27]);
    }
    const tooLong = await refusal('{"event":"m"}', `${EVENT}?source=${'x'.repeat(300)}`);
    assert.deepEqual([tooLong.status, tooLong.answer.code], [400, 6]);
    const ack = await refusal('{"acks":[1,2]}', '/services/collector/ack?channel=c0ffee');
    assert.deepEqual([ack.status, ack.answer], [400, { text: 'ACK is disabled', code: 14 }]);
  });

  it('what may be sent again is 503 with code 9', async () => {
    await using server = await startIngestServer({ maxInflightBytes: 1000 });
    server.publisher.outcome = { status: 'retryable', reason: 'unavailable', message: 'no broker answers' };
    const unavailable = await send(server, '{"event":"m"}');
    assert.deepEqual(
      [unavailable.status, unavailable.answer.text, unavailable.answer.code],
      [503, 'Server is busy', 9],
    );
    assert.equal(unavailable.retryAfter, '2');
    const overloaded = await send(server, `{"event":"${'x'.repeat(2000)}"}`);
    assert.deepEqual([overloaded.status, overloaded.answer.code, overloaded.retryAfter], [503, 9, '1']);
  });
});

describe('Splunk HEC: whatever comes', () => {
  const ROUNDS = Number(process.env['FUZZ_ROUNDS'] ?? 400);

  it('is answered, and blamed on nobody else', async () => {
    await using server = await startIngestServer();
    const random = new Random(57);
    const good =
      '{"time":1763625600.5,"host":"h","event":{"message":"m","level":"info","a":[1,{"b":"c\\n"}]},"fields":{"x":1}}\n';
    const statuses = new Map<number, number>();
    for (let round = 0; round < ROUNDS; round += 1) {
      const body = Buffer.from(good.repeat(3));
      for (let change = random.below(4); change >= 0; change -= 1) {
        body[random.below(good.length)] = random.chance(0.5)
          ? random.pick([...Buffer.from('{}[]",:\\\n 0')])
          : random.below(256);
      }
      const { status, answer } = await send(server, body, random.chance(0.8) ? EVENT : RAW);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      assert.ok(
        status === 200 || (status === 400 && (answer.accepted ?? 0) >= 1),
        `${status} ${JSON.stringify(answer)} ${body.toString()}`,
      );
      for (const { code } of answer.errors ?? []) assert.ok(code in RECORD_ERRORS, code);
    }
    assert.deepEqual(server.log.lines, []);
    assert.ok((statuses.get(200) ?? 0) > ROUNDS / 20 && (statuses.get(400) ?? 0) > ROUNDS / 20, 'both happened');
    for (const { value } of server.publisher.messages) JSON.parse(value.toString());
  });

  it('is divided in linear time', () => {
    for (const part of ['{', '}', '"', '{"', '\\', '{\n', '{"event":1}', '[', ',', ' ', 'x', '{"a":"\n']) {
      const started = performance.now();
      splitEvents(Buffer.from(part.repeat(500_000)), Number.POSITIVE_INFINITY);
      assert.ok(performance.now() - started < 2000, part);
    }
  });
});
