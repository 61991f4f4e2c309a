import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it } from 'mocha';
import { createLogger } from '../../src/telemetry/logger.ts';
import { readVersion } from '../../src/telemetry/version.ts';

interface Line {
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

function logged(write: (logger: ReturnType<typeof createLogger>) => void, level: 'debug' | 'info' | 'error' = 'debug') {
  const destination = new PassThrough();
  write(createLogger({ level, service: 'paylog-test', destination }));
  const text = String(destination.read() ?? '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}

describe('createLogger', () => {
  it('writes one JSON object on each line, in the form of a record', () => {
    const [line, ...rest] = logged((logger) => {
      logger.info('two\nlines', { topic: 'logs', records: 3 });
    });
    assert.equal(rest.length, 0);
    assert.ok(line);
    const { timestamp, ...others } = line;
    assert.match(String(timestamp), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.deepEqual(others, {
      level: 'info',
      message: 'two\nlines',
      service: 'paylog-test',
      version: readVersion(),
      topic: 'logs',
      records: 3,
    });
  });

  it('writes from its level on', () => {
    const all = (logger: ReturnType<typeof createLogger>): void => {
      for (const level of ['debug', 'info', 'warn', 'error'] as const) logger[level](level);
    };
    assert.deepEqual(
      logged(all).map(({ level }) => level),
      ['debug', 'info', 'warn', 'error'],
    );
    assert.deepEqual(
      logged(all, 'info').map(({ level }) => level),
      ['info', 'warn', 'error'],
    );
    assert.deepEqual(
      logged(all, 'error').map(({ level }) => level),
      ['error'],
    );
  });

  it('shows an error with its code, stack and causes', () => {
    const root = Object.assign(new Error('connect failed'), { code: 'ECONNREFUSED' });
    const [line] = logged((logger) => {
      logger.error('Publish failed', {
        error: new TypeError('no broker', { cause: new Error('outer', { cause: root }) }),
        root,
      });
    });
    const error = line?.['error'] as { type: string; message: string; stack: string };
    assert.equal(error.type, 'TypeError');
    assert.equal(error.message, 'no broker');
    assert.match(
      error.stack,
      /TypeError: no broker[\s\S]*caused by: Error: outer[\s\S]*caused by: Error: connect failed/,
    );
    assert.match((line?.['root'] as { message: string }).message, /^connect failed \(ECONNREFUSED\)$/);
  });

  it('masks members that are named like secrets, at any depth', () => {
    const [line] = logged((logger) => {
      logger.info('x', {
        options: { sasl: { username: 'u', password: 'hunter2' }, headers: { Authorization: 'hunter3' } },
      });
    });
    assert.doesNotMatch(JSON.stringify(line), /hunter/);
    assert.match(JSON.stringify(line), /"username":"u"/);
  });

  it('keeps its own members when a field has the same name', () => {
    const [line] = logged((logger) => {
      logger.info('mine', { message: 'theirs', level: 'x' });
    });
    assert.equal(line?.message, 'mine');
    assert.equal(line['message_'], 'theirs');
    assert.equal(line['level_'], 'x');
  });

  it('bounds what it writes', () => {
    const deep = JSON.parse('{"a":'.repeat(5000) + '1' + '}'.repeat(5000)) as object;
    const [line] = logged((logger) => {
      logger.info('x'.repeat(10), {
        text: 'y'.repeat(1e6),
        list: new Array(1e5).fill(1),
        deep,
        wide: Object.fromEntries(new Array(1e4).fill(0).map((_, i) => [`k${i}`, i])),
        bytes: Buffer.alloc(1e6),
      });
    });
    assert.ok(JSON.stringify(line).length < 20_000);
    assert.equal(line?.['bytes'], '[1000000 bytes]');
  });

  it('never throws, whatever it is given', () => {
    const cyclic: Record<string, unknown> = { name: 'cyclic' };
    cyclic['self'] = cyclic;
    const angry = Object.defineProperty({ fine: 1 }, 'bad', {
      enumerable: true,
      get: () => {
        throw new Error('no');
      },
    });
    const mute = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('no');
        },
      },
    );
    const odd = Object.assign(new Error('odd'), { cause: cyclic });
    const [line] = logged((logger) => {
      logger.warn('odd', {
        cyclic,
        angry,
        mute,
        odd,
        big: 2n ** 70n,
        nan: NaN,
        fn: () => 1,
        date: new Date(NaN),
        map: new Map([[1, 2]]),
        ['__proto__']: { polluted: true },
      });
    });
    assert.ok(line);
    assert.deepEqual(line['cyclic'], { name: 'cyclic', self: '[circular]' });
    assert.deepEqual(line['angry'], { fine: 1, bad: '[unreadable]' });
    assert.equal(line['mute'], '[unreadable]');
    assert.equal(line['big'], String(2n ** 70n));
    assert.equal(line['nan'], 'NaN');
    assert.deepEqual(line['map'], [[1, 2]]);
    assert.equal(({} as { polluted?: boolean }).polluted, undefined);
  });
});
