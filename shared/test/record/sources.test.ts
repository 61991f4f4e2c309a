import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { accepted, kept, RECEIVED_AT } from './support.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const TIME = '2026-11-20T08:00:00.123Z';

/** What the loggers write by default, and what becomes of it (without `id`, which is minted, unless it is given). */
const OUTPUTS: readonly { readonly logger: string; readonly line: object | string; readonly expected: object }[] = [
  {
    logger: 'pino',
    line: {
      level: 30,
      time: 1763900000123,
      pid: 1,
      hostname: 'h1',
      msg: 'paid',
      service: 's',
      requestId: 'r1',
      amount: 5,
    },
    expected: {
      message: 'paid',
      service: 's',
      timestamp: 1763900000123,
      level: 'info',
      host: 'h1',
      request_id: 'r1',
      attributes: { pid: 1, amount: 5 },
    },
  },
  {
    logger: 'pino with an error',
    line: {
      level: 50,
      time: 1763900000123,
      msg: 'failed',
      service: 's',
      err: { type: 'TypeError', message: 'x is undefined', stack: 'TypeError: x\n    at a.js:1', code: 'E1' },
    },
    expected: {
      message: 'failed',
      service: 's',
      timestamp: 1763900000123,
      level: 'error',
      error: { type: 'TypeError', message: 'x is undefined', stack: 'TypeError: x\n    at a.js:1' },
      attributes: { err: { code: 'E1' } },
    },
  },
  {
    logger: 'bunyan',
    line: { name: 'app', hostname: 'h1', pid: 7, level: 40, msg: 'slow', time: TIME, v: 0, service: 's' },
    expected: {
      message: 'slow',
      service: 's',
      timestamp: TIME,
      level: 'warn',
      host: 'h1',
      attributes: { name: 'app', pid: 7, v: 0 },
    },
  },
  {
    logger: 'winston',
    line: { level: 'verbose', message: 'paid', timestamp: TIME, service: 's', orderId: 'o1' },
    expected: { message: 'paid', service: 's', timestamp: TIME, level: 'trace', attributes: { orderId: 'o1' } },
  },
  {
    logger: 'structlog',
    line: '{"event": "x", "message": "paid", "level": "warning", "timestamp": "2026-11-20T08:00:00.123456Z", "logger": "app.pay", "service": "s", "n": 1.0}',
    expected: {
      message: 'paid',
      service: 's',
      timestamp: '2026-11-20T08:00:00.123456Z',
      level: 'warn',
      logger: 'app.pay',
      attributes: { event: 'x', n: 1 },
    },
  },
  {
    logger: 'ecs-pino-format and ecs-winston-format',
    line: {
      'log.level': 'info',
      '@timestamp': TIME,
      'process.pid': 1,
      'host.hostname': 'h1',
      'ecs.version': '8.10.0',
      message: 'paid',
      service: { name: 's', environment: 'live' },
      trace: { id: TRACE },
      span: { id: SPAN },
      http: { request: { method: 'POST', id: 'r1' }, response: { status_code: 200 }, version: '1.1' },
      url: { path: '/pay', domain: 'example.org' },
      user_agent: { original: 'curl' },
      client: { ip: '10.0.0.1' },
      event: { id: 'e1', dataset: 'd' },
    },
    expected: {
      message: 'paid',
      service: 's',
      timestamp: TIME,
      level: 'info',
      id: 'e1',
      trace_id: TRACE,
      span_id: SPAN,
      environment: 'live',
      host: 'h1',
      request_id: 'r1',
      http: {
        method: 'POST',
        path: '/pay',
        status_code: 200,
        host: 'example.org',
        user_agent: 'curl',
        client_ip: '10.0.0.1',
      },
      attributes: { 'process.pid': 1, 'ecs.version': '8.10.0', http: { version: '1.1' }, event: { dataset: 'd' } },
    },
  },
  {
    logger: 'ecs-logging-java',
    line: {
      '@timestamp': TIME,
      'log.level': 'ERROR',
      message: 'failed',
      'service.name': 's',
      'event.dataset': 'd',
      'process.thread.name': 'main',
      'log.logger': 'com.example.Pay',
      'error.type': 'java.lang.IllegalStateException',
      'error.message': 'no',
      'error.stack_trace': 'java.lang.IllegalStateException: no\n\tat com.example.Pay.verify(Pay.java:1)',
    },
    expected: {
      message: 'failed',
      service: 's',
      timestamp: TIME,
      level: 'error',
      logger: 'com.example.Pay',
      error: {
        type: 'java.lang.IllegalStateException',
        message: 'no',
        stack: 'java.lang.IllegalStateException: no\n\tat com.example.Pay.verify(Pay.java:1)',
      },
      attributes: { 'event.dataset': 'd', 'process.thread.name': 'main' },
    },
  },
  {
    logger: 'ECS, nested and dotted and half of each',
    line: {
      message: 'm',
      'service.name': 's',
      service: { environment: 'live', version: '1' },
      'http.response': { status_code: 404 },
      http: { 'request.method': 'GET', response: { bytes: 7 } },
      log: { level: 'debug' },
      timestamp: TIME,
    },
    expected: {
      message: 'm',
      service: 's',
      timestamp: TIME,
      level: 'debug',
      environment: 'live',
      http: { method: 'GET', status_code: 404 },
      attributes: { service: { version: '1' }, http: { response: { bytes: 7 } } },
    },
  },
  {
    logger: 'OpenTelemetry',
    line: {
      severity_number: 17,
      msg: 'm',
      service_name: 's',
      traceId: TRACE.toUpperCase(),
      spanId: SPAN,
      ts: '1763900000.5',
    },
    expected: { message: 'm', service: 's', timestamp: '1763900000.5', level: 'error', trace_id: TRACE, span_id: SPAN },
  },
];

describe('records of common loggers', () => {
  for (const { logger, line, expected } of OUTPUTS) {
    it(`takes what ${logger} writes`, () => {
      const { id, ...own } = kept(line);
      assert.deepEqual(own, 'id' in expected ? own : expected);
      assert.deepEqual({ id, ...own }, { id: 'minted-0', ...expected });
    });
  }

  it('prefers the own name, then the synonyms in their order, and keeps the others', () => {
    const own = kept({ message: 'a', msg: 'b', service: 's', 'service.name': 't', level: 'warn', severity: 'error' });
    assert.deepEqual([own['message'], own['service'], own['level']], ['a', 's', 'warn']);
    assert.deepEqual(own['attributes'], { msg: 'b', 'service.name': 't', severity: 'error' });
    const dotted = kept({ message: 'm', 'service.name': 'dotted', service: { name: 'nested' } });
    assert.deepEqual([dotted['service'], dotted['attributes']], ['dotted', { service: { name: 'nested' } }]);
  });

  it('takes an error that is a text', () => {
    assert.deepEqual(kept({ message: 'm', service: 's', error: 'boom' })['error'], { message: 'boom' });
    assert.deepEqual(kept({ message: 'm', service: 's', err: 'boom' })['error'], { message: 'boom' });
  });

  it('takes numbers for ids, exactly', () => {
    assert.equal(kept('{"message":"m","service":"s","id":9007199254740993}')['id'], '9007199254740993');
  });

  it('takes an empty trace for none', () => {
    const own = kept({ message: 'm', service: 's', trace_id: '', span_id: '', id: 'i' });
    assert.deepEqual(own, { message: 'm', service: 's', id: 'i', level: 'info', timestamp: RECEIVED_AT });
  });

  it('keeps a span id that looks like a card number: it is an address of another system', () => {
    const own = kept({ message: 'm', service: 's', span_id: '4111111111111111', trace_id: TRACE });
    assert.equal(own['span_id'], '4111111111111111');
  });

  it('counts what it redacts', () => {
    const prepared = accepted({
      message: 'card 4111111111111111 cvv 123',
      service: 's',
      '5555 5555 5555 4444': 1,
      cvv: '123',
      attributes: { number: 4242424242424242, inner: { card_cvv: [1234, 'x'], cvc: { value: '999' } } },
    });
    assert.deepEqual([prepared.pan, prepared.cvv], [3, 4]);
    assert.deepEqual((JSON.parse(prepared.prefix + prepared.body) as { attributes: object }).attributes, {
      number: '424242******4242',
      inner: { card_cvv: ['[REDACTED]', 'x'], cvc: { value: '[REDACTED]' } },
      '555555******4444': 1,
      cvv: '[REDACTED]',
    });
  });
});
