import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { styleFor } from '../../src/output/style.ts';
import { table } from '../../src/output/table.ts';
import { jsonLine, visible } from '../../src/output/visible.ts';
import { recordLine } from '../../src/records/record-line.ts';
import { viewOf } from '../../src/records/record-view.ts';

const sink = (isTTY: boolean): { write: () => void; isTTY: boolean } => ({ write: () => undefined, isTTY });

describe('what others wrote', () => {
  it('cannot steer the terminal', () => {
    assert.equal(visible('a\u001b[2Jb\n\u009bc\u202ed\u0000é'), 'a\\u001b[2Jb\\n\\u009bc\\u202ed\\u0000é');
  });

  it('stays the same JSON on one line', () => {
    const text = '{\n\t"a": "x\u009by\u007f \u202e",\r\n "b": "\\n" }';
    const line = jsonLine(text);
    assert.ok(!/[\n\r\t\u0080-\u009f\u007f\u202e]/.test(line));
    assert.deepEqual(JSON.parse(line), JSON.parse(text));
  });
});

describe('colors', () => {
  it('are for terminals only, and not where NO_COLOR is set', () => {
    assert.equal(styleFor(sink(true), {})('bad', 'x'), '\u001b[31mx\u001b[0m');
    for (const [isTTY, env] of [
      [false, {}],
      [true, { NO_COLOR: '1' }],
      [true, { TERM: 'dumb' }],
    ] as const) {
      assert.equal(styleFor(sink(isTTY), env)('bad', 'x'), 'x');
    }
  });
});

describe('a table', () => {
  it('has numbers on the right', () => {
    assert.equal(
      table(
        ['TOPIC', 'LAG', 'NOTE'],
        [
          ['logs', 7, 'a'],
          ['logs.direct', 1234, ''],
        ],
      ),
      'TOPIC         LAG  NOTE\nlogs            7  a\nlogs.direct  1234\n',
    );
  });
});

describe('a record on one line', () => {
  const line = (record: object): string => recordLine(viewOf(JSON.stringify(record)), styleFor(sink(false), {}), 8);

  it('is read in whatever form it was sent', () => {
    const expected = '2026-11-20T08:00:00.123Z warn  checkout declined';
    for (const record of [
      { timestamp: '2026-11-20T08:00:00.123456Z', level: 'WARNING', service: 'checkout', message: 'declined' },
      {
        '@timestamp': '2026-11-20T09:00:00.123+01:00',
        'log.level': 'warn',
        service: { name: 'checkout' },
        message: 'declined',
      },
      { time: 1795161600123, level: 40, 'service.name': 'checkout', msg: 'declined' },
      { received_at: '2026-11-20T08:00:00.123Z', severity: 4, service: 'checkout', message: 'declined' },
    ]) {
      assert.equal(line(record), expected);
    }
  });

  it('survives a record with nothing in it', () => {
    assert.equal(line({}).trim(), 'info');
  });
});
