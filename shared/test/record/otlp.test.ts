import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { decodeOtlpJson } from '../../src/record/otlp-json.ts';
import { otlpPath } from '../../src/record/otlp-logs.ts';
import { decodeOtlpProtobuf } from '../../src/record/otlp-protobuf.ts';
import { otlpTime, otlpTimeFromDigits } from '../../src/record/otlp-time.ts';
import { quoteLongIntegers } from '../../src/record/quote-long-integers.ts';
import {
  double,
  fromJson,
  fromProtobuf,
  int,
  LIMITS,
  type OtlpJson,
  referenceBytes,
  requestOf,
  resultOf,
  text,
  textsOf,
} from './otlp-support.ts';
import { accepted } from './support.ts';

/** Decodes both encodings, which must agree; the records as JSON text. */
function both(request: OtlpJson): string[] {
  const texts = textsOf(fromProtobuf(referenceBytes(request)));
  assert.deepEqual(textsOf(fromJson(request)), texts);
  return texts;
}

/** The one record of a request. */
function only(record: object, resource: readonly unknown[] = [], scope: object = {}): Record<string, unknown> {
  const [one = '', ...others] = both(requestOf([record], resource, scope));
  assert.deepEqual(others, []);
  const parsed = JSON.parse(one) as Record<string, unknown>;
  if (parsed['service'] === 'unknown_service') delete parsed['service'];
  return parsed;
}

const attributesOf = (...attributes: readonly object[]): unknown => only({ attributes })['attributes'];

describe('OTLP log records', () => {
  it('become records of the simple form, which take the fast path', () => {
    const [record = ''] = both(
      requestOf(
        [
          {
            timeUnixNano: '1795161600123456789',
            observedTimeUnixNano: '1795161600200000000',
            severityNumber: 13,
            severityText: 'Warning',
            body: { stringValue: 'payment declined' },
            traceId: '0AF7651916CD43DD8448EB211C80319C',
            spanId: 'b7ad6b7169203331',
            flags: 1,
            eventName: 'payment.declined',
            droppedAttributesCount: 2,
            attributes: [
              text('log.record.uid', 'evt-1'),
              text('exception.type', 'Declined'),
              text('exception.message', 'insufficient funds'),
              text('exception.stacktrace', 'at pay'),
              text('http.request.method', 'POST'),
              text('url.path', '/pay'),
              int('http.response.status_code', 402),
              text('url.domain', 'shop.example'),
              text('user_agent.original', 'curl'),
              text('client.address', '192.0.2.1'),
              double('duration_ms', 12.5),
              text('payment.id', 'p-1'),
              int('payment.amount_minor', 1999),
              text('payment.currency', 'EUR'),
              double('payment.latency_ms', 3.5),
              int('attempt', 2),
            ],
          },
        ],
        [
          text('service.name', 'checkout'),
          text('deployment.environment.name', 'prod'),
          text('host.name', 'web-1'),
          text('service.version', '1.2'),
        ],
        { name: 'shop.pay', version: '3', attributes: [text('a', 'b')] },
      ),
    );
    assert.equal(accepted(record).unchanged, true);
    assert.deepEqual(JSON.parse(record), {
      message: 'payment declined',
      service: 'checkout',
      timestamp: '2026-11-20T08:00:00.123456789Z',
      level: 'warn',
      id: 'evt-1',
      trace_id: '0af7651916cd43dd8448eb211c80319c',
      span_id: 'b7ad6b7169203331',
      environment: 'prod',
      host: 'web-1',
      logger: 'shop.pay',
      duration_ms: 12.5,
      error: { type: 'Declined', message: 'insufficient funds', stack: 'at pay' },
      http: {
        method: 'POST',
        path: '/pay',
        status_code: 402,
        host: 'shop.example',
        user_agent: 'curl',
        client_ip: '192.0.2.1',
      },
      payment: { id: 'p-1', amount_minor: 1999, currency: 'EUR', latency_ms: 3.5 },
      attributes: {
        attempt: 2,
        event_name: 'payment.declined',
        severity_text: 'Warning',
        observed_timestamp: '2026-11-20T08:00:00.200000000Z',
        flags: 1,
        dropped_attributes_count: 2,
        resource: { 'service.version': '1.2' },
        scope: { version: '3', attributes: { a: 'b' } },
      },
    });
  });

  it('may be empty', () => {
    assert.deepEqual(both(requestOf([{}])), ['{"message":"","service":"unknown_service"}']);
    assert.deepEqual(only({ eventName: 'started' }), { message: 'started', attributes: { event_name: 'started' } });
    for (const request of [{}, { resourceLogs: [] }, { resourceLogs: [{}] }, { resourceLogs: [{ scopeLogs: [{}] }] }]) {
      assert.deepEqual(both(request), []);
    }
  });

  it('have a level by number, else by text; what it does not say is kept', () => {
    const levelOf = (severityNumber?: number, severityText?: string): unknown[] => {
      const { level, attributes } = only({
        ...(severityNumber !== undefined && { severityNumber }),
        ...(severityText !== undefined && { severityText }),
      });
      return [level, attributes];
    };
    assert.deepEqual(
      [1, 5, 9, 13, 17, 21].map((number) => levelOf(number)),
      ['trace', 'debug', 'info', 'warn', 'error', 'fatal'].map((level) => [level, undefined]),
    );
    assert.deepEqual(levelOf(24), ['fatal', { severity_number: 24 }]);
    assert.deepEqual(levelOf(17, 'ERROR'), ['error', undefined]);
    assert.deepEqual(levelOf(9, 'Notice'), ['info', { severity_text: 'Notice' }]);
    assert.deepEqual(levelOf(0, 'critical'), ['fatal', { severity_text: 'critical' }]);
    assert.deepEqual(levelOf(undefined, 'odd'), [undefined, { severity_text: 'odd' }]);
    assert.deepEqual(levelOf(99, 'error'), ['error', { severity_number: 99 }]);
  });

  it('have a body of any kind', () => {
    const bodyOf = (body: object): unknown[] => {
      const { message, attributes } = only({ body });
      return [message, (attributes as { body?: unknown } | undefined)?.body];
    };
    assert.deepEqual(bodyOf({ stringValue: 'é "q"\n' }), ['é "q"\n', undefined]);
    assert.deepEqual(bodyOf({ intValue: '42' }), ['42', 42]);
    assert.deepEqual(bodyOf({ boolValue: false }), ['false', false]);
    assert.deepEqual(bodyOf({ doubleValue: 0.5 }), ['0.5', 0.5]);
    assert.deepEqual(bodyOf({ arrayValue: { values: [{ intValue: 1 }, {}] } }), ['[1,null]', [1, null]]);
    const map = { kvlistValue: { values: [text('m', 'x'), int('n', 1)] } };
    assert.deepEqual(bodyOf(map), ['{"m":"x","n":1}', { m: 'x', n: 1 }]);
    assert.deepEqual(bodyOf({ bytesValue: Buffer.from('plain é').toString('base64') }), ['plain é', undefined]);
    assert.deepEqual(bodyOf({ bytesValue: '/+8=' }), ['/+8=', '/+8=']);
    assert.deepEqual(bodyOf({}), ['', undefined]);
  });

  it('take the observed time where there is no other', () => {
    const times = (record: object): unknown => only(record)['timestamp'];
    assert.equal(times({ observedTimeUnixNano: '1795161600000000001' }), '2026-11-20T08:00:00.000000001Z');
    assert.equal(times({ timeUnixNano: '0', observedTimeUnixNano: '5' }), '1970-01-01T00:00:00.000000005Z');
    assert.equal(times({}), undefined);
  });

  it('belong to no trace when an id is empty, all zeros or no id; what is no id is kept', () => {
    for (const [traceId, spanId] of [
      ['', ''],
      ['0'.repeat(32), '0'.repeat(16)],
    ]) {
      assert.deepEqual(only({ traceId, spanId }), { message: '' });
    }
    assert.deepEqual(JSON.parse(textsOf(fromJson(requestOf([{ traceId: 'abc', spanId: 'x'.repeat(16) }])))[0] ?? ''), {
      message: '',
      service: 'unknown_service',
      attributes: { trace_id: 'abc', span_id: 'x'.repeat(16) },
    });
    const short = referenceBytes(requestOf([{ traceId: 'abcd' }]));
    assert.match(textsOf(fromProtobuf(short))[0] ?? '', /"attributes":\{"trace_id":"q80="\}/);
  });

  it('keep values exactly', () => {
    const [record = ''] = both(
      requestOf([
        {
          attributes: [
            int('max', '9223372036854775807'),
            int('min', '-9223372036854775808'),
            int('odd', '-9007199254740993'),
          ],
        },
      ]),
    );
    assert.match(record, /"max":9223372036854775807,"min":-9223372036854775808,"odd":-9007199254740993/);
    assert.match(accepted(record).body, /"max":9223372036854775807/);
    assert.deepEqual(
      attributesOf(
        double('nan', 'NaN'),
        double('up', 'Infinity'),
        double('down', '-Infinity'),
        double('tiny', 5e-324),
        { key: 'raw', value: { bytesValue: 'AAH/' } },
        { key: 'none' },
        { key: 'deep', value: { arrayValue: { values: [{ kvlistValue: { values: [int('a', 1)] } }] } } },
        text('日本', 'é'),
        text('__proto__', 'x'),
      ),
      JSON.parse(
        '{"nan":"NaN","up":"Infinity","down":"-Infinity","tiny":5e-324,"raw":"AAH/","none":null,"deep":[{"a":1}],"日本":"é","__proto__":"x"}',
      ),
    );
  });

  it('keep attributes whose type does not fit a field', () => {
    const misfits = [
      int('payment.currency', 978),
      text('payment.amount_minor', '1999'),
      double('payment.amount_minor', 19.99),
      text('payment.latency_ms', 'fast'),
      double('duration_ms', 'NaN'),
      text('http.response.status_code', '200'),
      int('http.response.status_code', 99_999),
      int('log.record.uid', 7),
      text('log.record.uid', ''),
      text('payment.id', 'x'.repeat(257)),
      int('exception.type', 1),
    ];
    for (const misfit of misfits) {
      const record = only({ attributes: [misfit] });
      assert.deepEqual(Object.keys(record), ['message', 'attributes'], JSON.stringify(misfit));
    }
    const resource = [int('service.name', 5), text('host.name', 'h'.repeat(300)), text('service.name', '')];
    const { service, host, attributes } = only({}, resource);
    assert.deepEqual([service, host], [undefined, undefined]);
    assert.ok(typeof attributes === 'object' && attributes !== null && 'resource' in attributes);
  });

  it('prefer the newer of two conventions and keep the older', () => {
    const old = text('http.method', 'PUT');
    const recent = text('http.request.method', 'GET');
    for (const attributes of [
      [old, recent],
      [recent, old],
    ]) {
      assert.deepEqual(only({ attributes }), {
        message: '',
        http: { method: 'GET' },
        attributes: { 'http.method': 'PUT' },
      });
    }
    const environments = [text('deployment.environment', 'a'), text('deployment.environment.name', 'b')];
    for (const resource of [environments, environments.toReversed()]) {
      assert.deepEqual(only({}, resource), {
        message: '',
        environment: 'b',
        attributes: { resource: { 'deployment.environment': 'a' } },
      });
    }
  });

  it('take service and host of their own only where the resource names none', () => {
    const attributes = [text('service.name', 'mine'), text('host.name', 'my-host')];
    assert.deepEqual(only({ attributes }), { message: '', service: 'mine', host: 'my-host' });
    assert.deepEqual(only({ attributes }, [text('service.name', 'theirs')]), {
      message: '',
      service: 'theirs',
      host: 'my-host',
      attributes: { 'service.name': 'mine' },
    });
  });

  it('keep attributes beside what has their name', () => {
    const record = {
      eventName: 'e',
      flags: 3,
      attributes: [text('event_name', 'mine'), text('flags', 'mine'), text('body', 'mine'), text('resource', 'mine')],
    };
    assert.deepEqual(only(record, [text('a', 'b')])['attributes'], {
      'record.event_name': 'mine',
      'record.flags': 'mine',
      body: 'mine',
      'record.resource': 'mine',
      event_name: 'e',
      flags: 3,
      resource: { a: 'b' },
    });
  });

  it('do not hide card data in bytes', () => {
    const bytesValue = Buffer.from('card 4111111111111111').toString('base64');
    assert.deepEqual(attributesOf({ key: 'raw', value: { bytesValue } }), { raw: '[REDACTED]' });
    const [record = ''] = both(requestOf([{ body: { bytesValue } }]));
    const prepared = accepted(record);
    assert.equal(prepared.pan, 1);
    assert.match(prepared.body, /card 411111\*{6}1111/);
  });

  it('know where they stand', () => {
    const scopes = (count: number): object[] => Array.from({ length: count }, () => ({ logRecords: [{}, {}] }));
    const logs = fromJson({ resourceLogs: [{ scopeLogs: scopes(2) }, {}, { scopeLogs: [{}, ...scopes(1)] }] });
    assert.equal(otlpPath(logs, 0), 'resource_logs[0].scope_logs[0].log_records[0]');
    assert.equal(otlpPath(logs, 3), 'resource_logs[0].scope_logs[1].log_records[1]');
    assert.equal(otlpPath(logs, 5), 'resource_logs[2].scope_logs[1].log_records[1]');
  });
});

describe('OTLP log records that cannot be read', () => {
  const faultsOf = (logs: ReturnType<typeof fromJson>): unknown[] =>
    logs.records.map((record) => ('text' in record ? 'ok' : [record.code, record.field]));

  it('are faults of their own', () => {
    const logs = fromJson(
      requestOf([
        { body: { stringValue: 'good' } },
        { timeUnixNano: '9223372036854775808' },
        { timeUnixNano: '12:00' },
        { timeUnixNano: -1 },
        { attributes: {} },
        { attributes: [{ key: 1 }] },
        { attributes: [{ key: 'a', value: { intValue: '9223372036854775808' } }] },
        { attributes: [{ key: 'a', value: { intValue: 1.5 } }] },
        { attributes: [{ key: 'a', value: { doubleValue: 'x' } }] },
        { attributes: [{ key: 'a', value: { boolValue: 'true' } }] },
        { attributes: [{ key: 'a', value: { arrayValue: [] } }] },
        { attributes: [{ key: 'a', value: 'plain' }] },
        { body: 'plain' },
        { severityNumber: 'loud' },
        { severityText: 1 },
        { traceId: 1 },
        { flags: -1 },
        7,
        { severityNumber: 'SEVERITY_NUMBER_WARN2' },
      ]),
    );
    assert.deepEqual(faultsOf(logs), [
      'ok',
      ['invalid_timestamp', 'time_unix_nano'],
      ['invalid_timestamp', 'time_unix_nano'],
      ['invalid_timestamp', 'time_unix_nano'],
      ['invalid_type', 'attributes'],
      ['invalid_type', 'attributes'],
      ['invalid_type', 'attributes'],
      ['invalid_type', 'attributes'],
      ['invalid_type', 'attributes'],
      ['invalid_type', 'attributes'],
      ['invalid_type', 'attributes'],
      ['invalid_type', 'attributes'],
      ['invalid_type', 'body'],
      ['invalid_type', 'severity_number'],
      ['invalid_type', 'severity_text'],
      ['invalid_type', 'trace_id'],
      ['invalid_type', 'flags'],
      ['not_an_object', undefined],
      'ok',
    ]);
    const [, late] = logs.records;
    assert.ok(late && !('text' in late));
    assert.equal(late.source?.toString(), '{"timeUnixNano":"9223372036854775808"}');
  });

  it('do not hurt their neighbors in protobuf', () => {
    const request = requestOf([
      { body: { stringValue: 'good' } },
      { body: { stringValue: 'XXXX' } },
      { timeUnixNano: '18446744073709551615' },
      { body: { stringValue: 'good' } },
    ]);
    const bytes = referenceBytes(request);
    bytes.writeUInt8(0xff, bytes.indexOf('XXXX'));
    const logs = fromProtobuf(bytes);
    assert.deepEqual(faultsOf(logs), ['ok', ['invalid_utf8', 'body'], ['invalid_timestamp', 'time_unix_nano'], 'ok']);
    const [, bad] = logs.records;
    assert.ok(bad && !('text' in bad) && bad.source);
    assert.deepEqual([...bad.source.subarray(-4)], [0xff, 0x58, 0x58, 0x58]);
  });

  it('are all those of a resource or scope that cannot be read', () => {
    const request = requestOf([{}, {}], [text('a', 'XXXX')]);
    const bytes = referenceBytes({
      resourceLogs: [...(request['resourceLogs'] as object[]), { scopeLogs: [{ logRecords: [{}] }] }],
    });
    bytes.writeUInt8(0xff, bytes.indexOf('XXXX'));
    assert.deepEqual(faultsOf(fromProtobuf(bytes)), [['invalid_utf8', 'resource'], ['invalid_utf8', 'resource'], 'ok']);
    const bad = { resourceLogs: [{ scopeLogs: [{ scope: { name: 1 }, logRecords: [{}] }, { logRecords: [{}] }] }] };
    assert.deepEqual(faultsOf(fromJson(bad)), [['invalid_type', 'scope.name'], 'ok']);
  });

  it('are refused when they nest deeper than a stack should go', () => {
    let value: object = { intValue: 1 };
    for (let depth = 0; depth < 150; depth += 1) value = { arrayValue: { values: [value] } };
    const request = requestOf([{ body: value }, {}]);
    assert.deepEqual(faultsOf(fromJson(request)), [['too_deep', 'body'], 'ok']);
    assert.deepEqual(faultsOf(fromProtobuf(referenceBytes(request))), [['too_deep', 'body'], 'ok']);
    const abyss = `${'{"arrayValue":{"values":['.repeat(100_000)}${']}}'.repeat(100_000)}`;
    assert.deepEqual(faultsOf(fromJson(`{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":${abyss}},{}]}]}]}`)), [
      ['too_deep', 'body'],
      'ok',
    ]);
  });
});

describe('OTLP requests that cannot be used', () => {
  it('are refused as a whole', () => {
    const errorOf = (body: string | Buffer): unknown => {
      const result = resultOf(() => decodeOtlpJson(Buffer.from(body), LIMITS));
      return result instanceof Error ? result.code : result;
    };
    for (const body of ['', '[]', '7', '{', '{"resourceLogs":{}}', '{"resourceLogs":[1]}', Buffer.from([0xff])]) {
      assert.equal(errorOf(body), 'malformed', String(body));
    }
    for (const inner of ['{"scopeLogs":1}', '{"scopeLogs":[null]}', '{"scopeLogs":[{"logRecords":{}}]}']) {
      assert.equal(errorOf(`{"resourceLogs":[${inner}]}`), 'malformed', inner);
    }
    for (const bytes of [
      [0x0a],
      [0x0a, 0x05],
      [0x08, 0x01],
      [0x0b],
      [0x0c],
      [0x00],
      [0x0a, 0x02, 0x0b, 0x0c],
      [0x82],
    ]) {
      const result = resultOf(() => fromProtobuf(Buffer.from(bytes)));
      assert.ok(result instanceof Error && result.code === 'malformed', bytes.join());
    }
  });

  it('have limits on what they may become', () => {
    const request = requestOf(
      Array.from({ length: 11 }, () => ({})),
      [text('big', 'x'.repeat(1000))],
    );
    for (const decode of [
      (limits: typeof LIMITS) => decodeOtlpProtobuf(referenceBytes(request), limits),
      (limits: typeof LIMITS) => decodeOtlpJson(Buffer.from(JSON.stringify(request)), limits),
    ] as ((limits: object) => ReturnType<typeof fromJson>)[]) {
      const codeOf = (limits: object): unknown => {
        const result = resultOf(() => decode(limits));
        return result instanceof Error ? result.code : result.records.length;
      };
      assert.equal(codeOf({ maxRecords: 11, maxTextLength: 20_000 }), 11);
      assert.equal(codeOf({ maxRecords: 10, maxTextLength: 20_000 }), 'too_many_records');
      assert.equal(codeOf({ maxRecords: 11, maxTextLength: 9000 }), 'too_large');
    }
  });
});

describe('otlpTime', () => {
  it('is exact over its whole range, in both forms', () => {
    const expected = (ns: bigint): string =>
      `${new Date(Number(ns / 1_000_000_000n) * 1000).toISOString().slice(0, 20)}${String(ns % 1_000_000_000n).padStart(9, '0')}Z`;
    const samples = [1n, 999_999_999n, 1_000_000_000n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n + 1n, 2n ** 63n - 1n];
    let state = 88_172_645_463_325_252n;
    for (let i = 0; i < 20_000; i += 1) {
      state = (state * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n) % 2n ** 64n;
      samples.push(state >> (1n + (state % 40n)));
    }
    for (const ns of samples) {
      assert.equal(otlpTime(Number(ns >> 32n), Number(ns & 0xffff_ffffn)), expected(ns), String(ns));
      assert.equal(otlpTimeFromDigits(String(ns)), expected(ns), String(ns));
    }
    assert.equal(otlpTime(0x8000_0000, 0), undefined);
    assert.equal(otlpTimeFromDigits(String(2n ** 63n)), undefined);
    for (const bad of ['', '-1', '1e9', ' 1', '1.5']) assert.equal(otlpTimeFromDigits(bad), undefined, bad);
  });
});

describe('quoteLongIntegers', () => {
  it('quotes integers that a double may not hold, outside of strings only', () => {
    const cases = [
      ['{"a":1795161600123456789}', '{"a":"1795161600123456789"}'],
      ['[-9223372036854775808, 1]', '["-9223372036854775808", 1]'],
      [
        '{"a":" 1795161600123456789 \\" 1795161600123456789","b":1795161600123456789}',
        '{"a":" 1795161600123456789 \\" 1795161600123456789","b":"1795161600123456789"}',
      ],
      ['[1.1234567890123456789, 1234567890123456789.5, 1234567890123456789e2, 1e-1234567890123456]', undefined],
      ['{"a":"\\\\", "b": 1234567890123456789}', '{"a":"\\\\", "b": "1234567890123456789"}'],
      ['{"a": 1234567890123456789, "b": "open', '{"a": "1234567890123456789", "b": "open'],
    ] as const;
    for (const [source, expected] of cases) assert.equal(quoteLongIntegers(source), expected ?? source);
    const time = fromJson('{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":1795161600123456789}]}]}]}');
    assert.match(textsOf(time)[0] ?? '', /\.123456789Z/);
  });
});
