import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { MAX_NUMBERS_BYTES } from '../../src/record/envelope.ts';
import { prepareRecord, RecordPreparer } from '../../src/record/prepare.ts';
import { accepted, contextOf, kept, LIMITS, prepare, preparer, RECEIVED_AT, refused } from './support.ts';

const BASE = { message: 'm', service: 's', id: 'i', timestamp: '2026-11-20T08:00:00.000Z', level: 'info' };
const text = (members: string): string => `{"message":"m","service":"s","id":"i",${members}}`;
const numOf = (record: unknown): unknown =>
  (JSON.parse(accepted(record).prefix + accepted(record).body) as { num?: unknown }).num;
const attributesOf = (record: unknown): unknown => kept(record)['attributes'];

describe('prepare: the fast path', () => {
  it('keeps the bytes of a canonical record and puts the prefix in front', () => {
    const record = JSON.stringify({ ...BASE, attributes: { a: { b: 12.5 }, c: 7, d: 'x' } });
    const prepared = accepted(record);
    assert.equal(prepared.body, record.slice(1));
    assert.equal(prepared.unchanged, true);
    assert.equal(
      prepared.prefix,
      `{"v":1,"@timestamp":"2026-11-20T08:00:00.000000000Z","received_at":"${RECEIVED_AT}","data_set":"main","num":{"a.b":12.5,"c":7},`,
    );
    const { ok, index, id, service, timestamp, pan, cvv } = prepared;
    assert.deepEqual(
      { ok, index, id, service, timestamp, pan, cvv },
      { ok: true, index: 0, id: 'i', service: 's', timestamp: '2026-11-20T08:00:00.000000000Z', pan: 0, cvv: 0 },
    );
  });

  it('keeps numbers, spaces and escapes as they were sent', () => {
    for (const value of [
      '9007199254740993',
      '1e400',
      '-0',
      '1E5',
      '1.0',
      '0.10',
      '-1e-400',
      '1e20',
      '100000000000000000001',
    ]) {
      const record = text(`"attributes":{"x":${value}}`);
      assert.equal(accepted(record).body, record.slice(1), value);
    }
    const escaped = text('"attributes":{"e":"\\u00e9\\n\\t\\"\\/ \\ud83d\\ude00 é 😀"}');
    assert.equal(accepted(escaped).body, escaped.slice(1));
    const spaced = '{ "message" : "m" , "service" : "s" }';
    assert.equal(accepted(spaced).body, spaced.slice(1));
  });

  it('adds what the record does not bring', () => {
    const trace = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };
    const prepared = preparer.prepare('{"message":"m"}', 15, 3, contextOf({ service: 'a"b', trace }));
    assert.ok(prepared.ok);
    assert.deepEqual(JSON.parse(prepared.prefix + prepared.body), {
      v: 1,
      '@timestamp': '2026-11-20T08:00:01.234000000Z',
      received_at: RECEIVED_AT,
      data_set: 'main',
      id: 'minted-3',
      level: 'info',
      timestamp: RECEIVED_AT,
      service: 'a"b',
      trace_id: trace.traceId,
      span_id: trace.spanId,
      message: 'm',
    });
    assert.equal(prepared.id, 'minted-3');
    assert.equal(prepared.service, 'a"b');
    // A record with its own trace keeps it, and gets no span of another one.
    const own = kept({ ...BASE, trace_id: 'a'.repeat(32) }, { trace });
    assert.deepEqual([own['trace_id'], own['span_id']], ['a'.repeat(32), undefined]);
    const span = kept({ ...BASE, span_id: 'b'.repeat(16) }, { trace });
    assert.deepEqual([span['trace_id'], span['span_id']], [trace.traceId, 'b'.repeat(16)]);
  });

  it('puts a pretty-printed record on one line', () => {
    const record = { ...BASE, attributes: { a: 'x\ny', list: [1, [2]] } };
    for (const pretty of [
      JSON.stringify(record, null, 2),
      `\r\n\t${JSON.stringify(record, null, '\t').replaceAll('\n', '\r\n')}\n`,
    ]) {
      const { prefix, body } = accepted(pretty);
      assert.ok(!/[\n\r\t]/.test(prefix + body));
      assert.deepEqual(kept(pretty), record);
    }
  });

  it('is not fooled by duplicates that numbers in short spelling make up for', () => {
    // 1e20 is 17 characters shorter than 100000000000000000000.
    const duplicate = text('"attributes":{"x":1e20,"y":1,"y":22222222222}');
    assert.deepEqual(accepted(duplicate).body.match(/"y"/g)?.length, 1);
    for (const [number, spaces] of [
      ['1e20', 17],
      ['1e3', 1],
      ['1e-3', 1],
      ['1e21', 1],
      ['9999999999999999999', 1],
      ['1e400', 3],
      ['12e-4', 1],
    ] as const) {
      const line = `{"message":"m","service":"s",${'\n'.repeat(spaces)}"attributes":{"x":[${number}],"n":${number}}${'\n'.repeat(spaces)}}`;
      const { prefix, body } = accepted(line);
      assert.ok(!(prefix + body).includes('\n'), number);
      assert.ok(body.includes(`[${number}]`));
    }
  });
});

describe('prepare: names and duplicates', () => {
  it('takes the last of duplicate members, at every level and however they are spelled', () => {
    assert.equal(kept('{"message":"a","service":"s","message":"b"}')['message'], 'b');
    assert.equal(kept('{"message":"a","service":"s","\\u006dessage":"b"}')['message'], 'b');
    assert.deepEqual(attributesOf(text('"attributes":{"a":1,"a":2,"b":{"c":1,"\\u0063":{"d":1,"d":2}}}')), {
      a: 2,
      b: { c: { d: 2 } },
    });
    const twice = accepted(text('"attributes":{"a":1},"attributes":{"a":2}'));
    assert.equal(twice.body.match(/attributes/g)?.length, 1);
  });

  it('treats names of built-in members as data', () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'];
    for (const name of names) {
      const nested = kept(text(`"attributes":{"${name}":{"polluted":1}}`));
      assert.deepEqual(Object.entries(nested['attributes'] as object), [[name, { polluted: 1 }]]);
      const top = kept(text(`"${name}":{"polluted":1}`));
      assert.deepEqual(Object.entries(top['attributes'] as object), [[name, { polluted: 1 }]]);
      const number = kept(text(`"${name}":5`));
      assert.deepEqual(Object.entries(number['attributes'] as object), [[name, 5]]);
      refused(`{"${name}":{"message":"m","service":"s"}}`);
    }
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
  });

  it('moves unknown members under attributes, beside those that are there', () => {
    const record = { ...BASE, amount: 5, attributes: { a: 1 }, nested: { b: [1] }, nothing: null };
    const expected = { a: 1, amount: 5, nested: { b: [1] }, nothing: null };
    assert.deepEqual(attributesOf(record), expected);
    assert.deepEqual(numOf(record), { a: 1, amount: 5 });
  });

  it('keeps both of two members that want one name under attributes', () => {
    assert.deepEqual(attributesOf({ ...BASE, a: 'top', attributes: { a: 'own' } }), { a: 'own', 'top.a': 'top' });
    assert.deepEqual(attributesOf({ ...BASE, 'a$&b': 1, attributes: { 'a$&b': 2 } }), { 'a$&b': 2, 'top.a$&b': 1 });
    assert.deepEqual(attributesOf({ ...BASE, a: 1, 'top.a': 2, attributes: { a: 3 } }), {
      a: 3,
      'top.a': 2,
      'top.a~2': 1,
    });
    assert.deepEqual(attributesOf({ ...BASE, a: 1, attributes: { a: 3, 'top.a': 4 } }), {
      a: 3,
      'top.a': 4,
      'top.a~2': 1,
    });
  });

  it('keeps members apart whose names are the same once they are clean', () => {
    const record = text(
      '"attributes":{"4111111111111111":1,"4111 1111 1111 1111":2,"4111-1111-1111-1111":3,"\\ud800":4,"\\ud801":5,"\\u0000":6}',
    );
    assert.deepEqual(attributesOf(record), {
      '411111******1111': 1,
      '411111******1111~2': 2,
      '411111******1111~3': 3,
      '\ufffd': 4,
      '\ufffd~2': 5,
      '\ufffd~3': 6,
    });
  });

  it('lets nobody forge the names that the server sets', () => {
    const forged = { v: 9, received_at: 'x', data_set: 'other', num: { a: 1 }, '@timestamp': '2026-01-01T00:00:00Z' };
    const { prefix, body, timestamp } = accepted({ ...BASE, ...forged });
    const record = JSON.parse(prefix + body) as Record<string, unknown>;
    assert.equal(timestamp, '2026-11-20T08:00:00.000000000Z');
    assert.deepEqual(
      [record['v'], record['received_at'], record['data_set'], record['num']],
      [1, RECEIVED_AT, 'main', { 'num.a': 1, v: 9 }],
    );
    assert.deepEqual(record['attributes'], forged);
    assert.equal(
      kept({ message: 'm', service: 's', '@timestamp': '2026-01-01T00:00:00Z' })['timestamp'],
      '2026-01-01T00:00:00Z',
    );
  });
});

describe('prepare: text', () => {
  it('replaces lone surrogates, in values and names, and keeps pairs', () => {
    const own = kept(
      text(
        '"attributes":{"a":"x\\ud800y","b":"\\udc00","c":"\\ud83d\\ude00","d\\udfff":1,"e":"\\ud800\\ud83d\\ude00"}',
      ),
    );
    assert.deepEqual(own['attributes'], { a: 'x\ufffdy', b: '\ufffd', c: '😀', 'd\ufffd': 1, e: '\ufffd😀' });
    assert.equal(kept('{"message":"\\udead","service":"\\ud800"}')['service'], '\ufffd');
  });

  it('takes NUL out of names, not out of values', () => {
    const own = kept(text('"attributes":{"a\\u0000b":"c\\u0000d"}'));
    assert.deepEqual(own['attributes'], { 'a\ufffdb': 'c\0d' });
  });

  it('refuses control characters within strings, and a byte order mark within a request', () => {
    for (const broken of [
      '{"message":"a\nb","service":"s"}',
      '{"message":"a\0b","service":"s"}',
      '\ufeff{"message":"m","service":"s"}',
    ])
      assert.equal(refused(broken).code, 'invalid_json');
  });

  it('says where JSON is broken without quoting it', () => {
    assert.equal(refused('{"message":"m",}').message, 'not valid JSON at character 15');
    const pan = '4111111111111111';
    const broken = [
      `position ${pan}`,
      `{position ${pan}}`,
      `{"message":"${pan}"`,
      `{"message":"at position ${pan}"x}`,
      `{"message":${pan}x}`,
      pan + 'x',
      `["position ${pan}`,
    ];
    for (const record of broken) {
      const fault = refused(record);
      assert.equal(fault.code, 'invalid_json');
      assert.match(fault.message, /^not valid JSON(?: at character \d{1,3})?$/);
    }
  });
});

describe('prepare: limits', () => {
  const nest = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

  it('counts depth as sent, the record being level 1', () => {
    for (const name of ['attributes', 'unknown']) {
      const levels = name === 'attributes' ? LIMITS.maxDepth - 2 : LIMITS.maxDepth - 1;
      const inner = (count: number): string => (name === 'attributes' ? `{"a":${nest(count)}}` : nest(count));
      accepted(text(`"${name}":${inner(levels)}`));
      assert.equal(refused(text(`"${name}":${inner(levels + 1)}`)).code, 'too_deep');
    }
  });

  it('refuses deep nesting fast, without running out of stack', () => {
    const began = performance.now();
    const wide = new RecordPreparer({ ...LIMITS, maxBytes: 10_000_000 });
    for (const deep of [
      text(`"a":${nest(500_000)}`),
      text(`"attributes":{"a":${nest(500_000)}}`),
      '{"a":'.repeat(500_000) + '1' + '}'.repeat(500_000),
    ]) {
      const fault = wide.prepare(deep, deep.length, 0, contextOf());
      assert.ok(!fault.ok);
      assert.equal(fault.code, 'too_deep');
    }
    const array = nest(500_000);
    const fault = wide.prepare(array, array.length, 0, contextOf());
    assert.ok(!fault.ok && fault.code === 'not_an_object');
    assert.ok(performance.now() - began < 3000);
  });

  it('counts members as sent, duplicates each time', () => {
    const members = (count: number, name: (index: number) => string): string =>
      Array.from({ length: count }, (_, index) => `"${name(index)}":1`).join(',');
    const rest = LIMITS.maxKeys - 3;
    accepted(text(members(rest, (index) => `k${index}`)));
    assert.equal(refused(text(members(rest + 1, (index) => `k${index}`))).code, 'too_many_keys');
    accepted(text(`"attributes":{${members(rest - 1, (index) => `k${index}`)}}`));
    assert.equal(refused(text(`"attributes":{${members(rest, (index) => `k${index}`)}}`)).code, 'too_many_keys');
    accepted(text(members(rest, () => 'same')));
    assert.equal(refused(text(members(rest + 1, () => 'same'))).code, 'too_many_keys');
  });

  it('counts bytes, not characters', () => {
    const overhead = Buffer.byteLength('{"message":"","service":"s"}');
    const record = (bytes: number): string => `{"message":"${'é'.repeat((bytes - overhead) / 2)}","service":"s"}`;
    accepted(record(LIMITS.maxBytes));
    assert.equal(refused(record(LIMITS.maxBytes + 2)).code, 'record_too_large');
  });

  it('bounds the numeric copies', () => {
    const many = Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`n${index}`, index]));
    assert.equal(Object.keys(numOf({ ...BASE, attributes: many }) as object).length, 64);
    const long = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`${'n'.repeat(120)}${index}`, index]));
    const prepared = accepted({ ...BASE, attributes: long });
    const num = (JSON.parse(prepared.prefix + prepared.body) as { num: object }).num;
    assert.ok(JSON.stringify(num).length <= MAX_NUMBERS_BYTES);
    assert.equal(numOf({ ...BASE, attributes: { ['x'.repeat(129)]: 1 } }), undefined);
  });
});

describe('prepare: numeric attributes', () => {
  it('copies finite numbers by dotted path, each path once', () => {
    assert.deepEqual(numOf(text('"attributes":{"a":{"b":1},"a.b":2,"c":1e400,"d":[3],"e":"4","f":{"g":{"h":-0.5}}}')), {
      'a.b': 1,
      'f.g.h': -0.5,
    });
    assert.deepEqual(numOf(text('"attributes":{"a.b":2,"a":{"b":1}}')), { 'a.b': 2 });
    assert.deepEqual(numOf(text('"attributes":{"a.b":{"c":1},"a":{"b":{"c":2}}}')), { 'a.b.c': 1 });
    assert.deepEqual(numOf(text('"attributes":{"xa.b":1,"a.b":2}')), { 'xa.b': 1, 'a.b': 2 });
  });

  it('leaves names that are no field names', () => {
    for (const name of ['a}b', '{', 'a b', '', '.', 'a..b', 'a.', '.a', 'é', 'a"b', '*', 'a,b'])
      assert.equal(numOf({ ...BASE, attributes: { [name]: 1 } }), undefined, name);
    assert.deepEqual(numOf({ ...BASE, attributes: { 'a-b': 1, a_b: 2, 'a/b': 3, 'a:b': 4, '@a': 5 } }), {
      'a-b': 1,
      a_b: 2,
      'a/b': 3,
      'a:b': 4,
      '@a': 5,
    });
  });
});

describe('prepare: faults', () => {
  const PAN = '4111111111111111';
  const faults: readonly (readonly [record: unknown, code: string, field?: string])[] = [
    ['[]', 'not_an_object'],
    ['null', 'not_an_object'],
    ['"text"', 'not_an_object'],
    [PAN, 'not_an_object'],
    ['', 'invalid_json'],
    [{ service: 's' }, 'missing_field', 'message'],
    [{ message: null, service: 's' }, 'missing_field', 'message'],
    [{ message: 'm' }, 'missing_field', 'service'],
    [{ message: 5, service: 's' }, 'invalid_type', 'message'],
    [{ msg: { a: PAN }, service: 's' }, 'missing_field', 'message'],
    [{ msg: [PAN], service: 's' }, 'invalid_type', 'msg'],
    [{ ...BASE, service: '' }, 'invalid_value', 'service'],
    [{ ...BASE, service: [PAN] }, 'invalid_type', 'service'],
    [{ message: 'm', service: { name: 5 } }, 'invalid_type', 'service.name'],
    [{ ...BASE, service: `${PAN}${'x'.repeat(300)}` }, 'too_long', 'service'],
    [{ ...BASE, id: '' }, 'invalid_value', 'id'],
    [{ ...BASE, id: 'x'.repeat(257) }, 'too_long', 'id'],
    [{ ...BASE, id: true }, 'invalid_type', 'id'],
    [{ ...BASE, id: PAN }, 'sensitive_id', 'id'],
    [{ ...BASE, id: `a 4111-1111-1111-1111` }, 'sensitive_id', 'id'],
    [{ message: 'm', service: 's', 'event.id': PAN }, 'sensitive_id', 'event.id'],
    [{ ...BASE, timestamp: PAN }, 'invalid_timestamp', 'timestamp'],
    [{ ...BASE, timestamp: Number(PAN) }, 'invalid_timestamp', 'timestamp'],
    [`{"message":"m","service":"s","time":4.111111111111111E15}`, 'invalid_timestamp', 'time'],
    [{ ...BASE, timestamp: 'yesterday' }, 'invalid_timestamp', 'timestamp'],
    [{ message: 'm', service: 's', '@timestamp': '1969-01-01T00:00:00Z' }, 'invalid_timestamp', '@timestamp'],
    [{ ...BASE, timestamp: true }, 'invalid_type', 'timestamp'],
    [{ ...BASE, level: PAN }, 'invalid_level', 'level'],
    [{ ...BASE, level: 99 }, 'invalid_level', 'level'],
    [{ ...BASE, level: [PAN] }, 'invalid_level', 'level'],
    [{ message: 'm', service: 's', log: { level: 'loud' } }, 'invalid_level', 'log.level'],
    [{ ...BASE, trace_id: PAN }, 'invalid_value', 'trace_id'],
    [{ ...BASE, trace_id: 5 }, 'invalid_type', 'trace_id'],
    [{ ...BASE, span: { id: 'xyz' } }, 'invalid_value', 'span.id'],
    [{ ...BASE, environment: 5 }, 'invalid_type', 'environment'],
    [{ ...BASE, host: 'x'.repeat(257) }, 'too_long', 'host'],
    [{ ...BASE, duration_ms: PAN }, 'invalid_type', 'duration_ms'],
    [{ ...BASE, duration_ms: Number(PAN) }, 'invalid_type', 'duration_ms'],
    [{ ...BASE, error: { type: 5 } }, 'invalid_type', 'error.type'],
    [{ ...BASE, error: { stack_trace: [PAN] } }, 'invalid_type', 'error.stack_trace'],
    [{ ...BASE, http: PAN }, 'invalid_type', 'http'],
    [{ ...BASE, http: { status_code: 'ok' } }, 'invalid_type', 'http.status_code'],
    [{ ...BASE, http: { status_code: 1000 } }, 'invalid_value', 'http.status_code'],
    [{ ...BASE, http: { response: { status_code: 1.5 } } }, 'invalid_type', 'http.response.status_code'],
    [{ ...BASE, payment: [PAN] }, 'invalid_type', 'payment'],
    [{ ...BASE, payment: { amount_minor: 1.5 } }, 'invalid_type', 'payment.amount_minor'],
    [{ ...BASE, payment: { amount_minor: 1e19 } }, 'invalid_value', 'payment.amount_minor'],
    [{ ...BASE, payment: { amount_minor: Number(PAN) } }, 'invalid_type', 'payment.amount_minor'],
    [{ ...BASE, attributes: [PAN] }, 'invalid_type', 'attributes'],
    [{ ...BASE, attributes: PAN }, 'invalid_type', 'attributes'],
  ];

  for (const [record, code, field] of faults) {
    it(`${code} of ${field ?? 'the record'}: ${JSON.stringify(record).slice(0, 60)}`, () => {
      const fault = refused(record);
      assert.deepEqual([fault.code, fault.field], [code, field]);
      if (field !== undefined) assert.ok(fault.message.includes(field), fault.message);
      assert.ok(!JSON.stringify(fault).includes(PAN.slice(6)), fault.message);
    });
  }

  it('masks a card number where a text was expected, and keeps the record when it is text then', () => {
    assert.equal(kept({ message: Number(PAN), service: 's' })['message'], '411111******1111');
  });

  it('takes null for absent', () => {
    const names =
      'id timestamp level trace_id span_id environment host logger request_id duration_ms error http payment attributes';
    const nulls = Object.fromEntries(names.split(' ').map((name) => [name, null]));
    assert.deepEqual(kept({ message: 'm', service: 's', ...nulls }), {
      id: 'minted-0',
      level: 'info',
      timestamp: RECEIVED_AT,
      message: 'm',
      service: 's',
    });
    const inner = kept({ ...BASE, error: { type: null, message: 'e' }, payment: { id: null } });
    assert.deepEqual(inner, { ...BASE, error: { message: 'e' } });
    assert.equal(kept({ ...BASE, level: null, log: { level: 'warn' } })['level'], 'warn');
  });
});

describe('prepare: exact times', () => {
  const timeOf = (value: string): string => accepted(`{"message":"m","service":"s","timestamp":${value}}`).timestamp;

  it('reads the digits of a number, not its double', () => {
    assert.equal(timeOf('1763900000.123456789'), '2025-11-23T12:13:20.123456789Z');
    assert.equal(timeOf('1763900000123456789'), '2025-11-23T12:13:20.123456789Z');
    assert.equal(timeOf('"1763900000.123456789"'), '2025-11-23T12:13:20.123456789Z');
    assert.equal(timeOf('1763900000123.4567'), '2025-11-23T12:13:20.123456700Z');
    assert.equal(timeOf('1763900000123'), '2025-11-23T12:13:20.123000000Z');
    assert.equal(timeOf('1.763900000123E12'), '2025-11-23T12:13:20.123000000Z');
    assert.equal(timeOf('1.7639000001234567E15'), '2025-11-23T12:13:20.123456700Z');
    assert.equal(timeOf('0'), '1970-01-01T00:00:00.000000000Z');
  });

  it('reads them alike under a synonym', () => {
    for (const value of ['1763900000.5', '1.763900000123E12', '1763900000123456789']) {
      const synonym = accepted(`{"message":"m","service":"s","time":${value}}`);
      assert.equal(synonym.timestamp, timeOf(value));
    }
  });
});

describe('prepareRecord', () => {
  const context = { dataSet: 'main', receivedAtMs: 1763900000123, fallbackId: 'logs.direct-0-7' };

  it('gives the same bytes for the same message', () => {
    const bytes = Buffer.from('{"msg":"é","service":{"name":"s"},"level":30}');
    const one = prepareRecord(preparer, bytes, context);
    const two = prepareRecord(new RecordPreparer(LIMITS), Buffer.from(bytes), { ...context });
    assert.deepEqual(one, two);
    assert.ok(one.ok);
    assert.equal(
      one.value.toString(),
      '{"v":1,"@timestamp":"2025-11-23T12:13:20.123000000Z","received_at":"2025-11-23T12:13:20.123Z","data_set":"main",' +
        '"id":"logs.direct-0-7","timestamp":"2025-11-23T12:13:20.123Z","message":"é","service":"s","level":"info"}',
    );
    assert.deepEqual(
      [one.id, one.service, one.receivedAt, one.dataSet],
      ['logs.direct-0-7', 's', '2025-11-23T12:13:20.123Z', 'main'],
    );
  });

  it('takes whatever time Kafka gave', () => {
    for (const receivedAtMs of [-1, 0, 2 ** 63, -(2 ** 63), 8.64e15 + 1]) {
      const prepared = prepareRecord(preparer, Buffer.from('{"message":"m","service":"s"}'), {
        ...context,
        receivedAtMs,
      });
      assert.ok(prepared.ok, String(receivedAtMs));
      assert.equal(prepared.receivedAt.length, 24);
      assert.equal(prepared.timestamp.length, 30);
    }
  });

  it('refuses bytes that are not UTF-8, and skips a byte order mark', () => {
    for (const bytes of [
      '{"message":"\xff","service":"s"}',
      '{"message":"\xc3","service":"s"}',
      '{"message":"\xed\xa0\x80","service":"s"}',
    ]) {
      const prepared = prepareRecord(preparer, Buffer.from(bytes, 'latin1'), context);
      assert.ok(!prepared.ok);
      assert.equal(prepared.code, 'invalid_utf8');
    }
    assert.ok(prepareRecord(preparer, Buffer.from('\ufeff{"message":"m","service":"s"}'), context).ok);
    assert.ok(!prepareRecord(preparer, Buffer.from('\ufeff\ufeff{"message":"m","service":"s"}'), context).ok);
    const empty = prepareRecord(preparer, Buffer.alloc(0), context);
    assert.ok(!empty.ok && empty.code === 'invalid_json');
  });
});

describe('prepare: the result of a refused record', () => {
  it('is the same when it is asked again', () => {
    for (const record of ['{', '{"message":5}', '{"message":"m","service":"s","level":"x"}']) {
      assert.deepEqual(prepare(record), prepare(record));
    }
  });
});
