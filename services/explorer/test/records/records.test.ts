import assert from 'node:assert/strict';
import { isRawNumber, parseExactly } from '../../src/exact-json.ts';
import { gridTemplate, moveColumn, toggleColumn } from '../../src/records/columns.ts';
import { levelOf } from '../../src/records/level-of.ts';
import { isNearEnd, itemOfRow, listItems, rowOfItem } from '../../src/records/list-window.ts';
import { recordFields, recordTimeMs, searchedText, textOf, valueAt } from '../../src/records/record-values.ts';
import { foldStack } from '../../src/records/stack-frames.ts';

const record = {
  id: 'r1',
  received_at: '2026-11-23T12:00:01.000Z',
  message: 'm',
  service: 's',
  payment: { id: 'pay_1', amount_minor: 100 },
  attributes: { a: { b: [1, 2] }, 'dotted.name': 'x', empty: {}, nothing: null },
};

describe('values of a record', () => {
  it('stand under the names by which they are searched', () => {
    const names = recordFields(record).map(({ name }) => name);
    assert.deepEqual(names.slice(0, 4), ['service', 'message', 'payment.amount_minor', 'payment.id']);
    for (const name of ['attributes.a.b', 'attributes.dotted.name', 'attributes.empty', 'attributes.nothing']) {
      assert.ok(names.includes(name), name);
    }
    for (const { name, value } of recordFields(record)) assert.deepEqual(valueAt(record, name), value, name);
  });

  it('are found by the short name of an attribute, too', () => {
    assert.deepEqual(valueAt(record, 'a.b'), [1, 2]);
    assert.equal(valueAt(record, 'no.such'), undefined);
    assert.equal(valueAt(record, 'constructor'), undefined);
  });

  it('are texts', () => {
    assert.equal(textOf('x'), 'x');
    assert.equal(textOf([1, 'a']), '[1,"a"]');
    assert.equal(textOf(undefined), '');
    assert.equal(searchedText(5), '5');
    assert.equal(searchedText(''), undefined);
    assert.equal(searchedText([1]), undefined);
    assert.equal(searchedText('x'.repeat(1025)), undefined);
  });

  it('keep numbers that a double cannot hold, where the engine can', () => {
    const value = parseExactly('{"a":9007199254740993,"b":0.1,"c":123456789012345678}') as Record<string, never>;
    assert.equal(value['b'], 0.1);
    if (!isRawNumber(value['a'])) return;
    assert.equal(JSON.stringify(value), '{"a":9007199254740993,"b":0.1,"c":123456789012345678}');
    assert.equal(searchedText(value['a']), '9007199254740993');
  });

  it('have a time in whatever unit it was sent', () => {
    const ms = Date.parse('2026-11-23T12:00:00.000Z');
    const at = (timestamp: string | number) => recordTimeMs({ ...record, timestamp });
    for (const sent of [ms / 1000, ms, ms * 1000, '2026-11-23T13:00:00.000000000+01:00']) assert.equal(at(sent), ms);
    assert.equal(Math.round(at(ms * 1e6)), ms);
    assert.equal(recordTimeMs(record), Date.parse(record.received_at));
    assert.equal(at('nonsense'), Date.parse(record.received_at));
  });

  it('have a level, whatever it is called', () => {
    assert.deepEqual(['WARNING', 'Error', undefined, 'odd', 60].map(levelOf), [
      'warn',
      'error',
      'info',
      'info',
      'fatal',
    ]);
  });
});

describe('columns', () => {
  it('come before the message and go again', () => {
    const columns = ['level', 'message'];
    assert.deepEqual(toggleColumn(columns, 'host'), ['level', 'host', 'message']);
    assert.deepEqual(toggleColumn(['message', 'level'], 'host'), ['message', 'level', 'host']);
    assert.deepEqual(toggleColumn(toggleColumn(columns, 'host'), 'host'), columns);
    assert.deepEqual(toggleColumn(['message'], 'message'), ['message']);
  });

  it('move by one place', () => {
    assert.deepEqual(moveColumn(['a', 'b', 'c'], 'b', -1), ['b', 'a', 'c']);
    assert.deepEqual(moveColumn(['a', 'b', 'c'], 'b', 1), ['a', 'c', 'b']);
    assert.deepEqual(moveColumn(['a', 'b'], 'a', -1), ['a', 'b']);
    assert.deepEqual(moveColumn(['a', 'b'], 'x', 1), ['a', 'b']);
  });

  it('fill the width', () => {
    for (const columns of [['message'], ['level', 'message', 'host'], ['host', 'x']]) {
      assert.equal(gridTemplate(columns).match(/1fr/g)?.length, 1, columns.join());
    }
  });
});

describe('the window of the list', () => {
  it('has one item more for the record that is open', () => {
    assert.deepEqual(listItems(3, -1), { count: 3, detail: -1 });
    assert.deepEqual(listItems(3, 5), { count: 3, detail: -1 });
    const items = listItems(4, 1);
    assert.deepEqual(items, { count: 5, detail: 2 });
    assert.deepEqual(
      [0, 1, 2, 3, 4].map((item) => rowOfItem(item, items)),
      [0, 1, 1, 2, 3],
    );
    assert.deepEqual(
      [0, 1, 2, 3].map((row) => itemOfRow(row, items)),
      [0, 1, 3, 4],
    );
  });

  it('asks for more before its end is seen', () => {
    assert.equal(isNearEnd(30, 200, 30), false);
    assert.equal(isNearEnd(120, 200, 30), true);
    assert.equal(isNearEnd(10, 20, 20), true);
  });
});

describe('stack traces', () => {
  const own = '    at pay (/app/src/pay.ts:1:2)';
  const foreign = ['    at a (/app/node_modules/x/i.js:1:1)', '    at b (node:internal/process/task_queues:95:5)'];

  it('fold runs of foreign frames and lose nothing', () => {
    const stack = ['Error: no', own, ...foreign, own, foreign[0], own].join('\n');
    const parts = foldStack(stack);
    assert.deepEqual(
      parts.map(({ kind, lines }) => `${kind} ${lines.length}`),
      ['shown 2', 'folded 2', 'shown 3'],
    );
    assert.equal(parts.flatMap(({ lines }) => lines).join('\n'), stack);
  });

  it('know frames of the JVM and of Python', () => {
    const jvm = [
      'java.lang.Error: no',
      '\tat com.shop.Pay.run(Pay.java:1)',
      '\tat java.base/x',
      '\tat java.lang.Thread.run(T:1)',
      '\tat org.springframework.A.b(A:1)',
    ];
    assert.deepEqual(
      foldStack(jvm.join('\n')).map(({ kind }) => kind),
      ['shown', 'folded'],
    );
    const python = [
      'Traceback',
      '  File "/usr/lib/python3.12/site-packages/a.py", line 1',
      '  File "/usr/lib/python3.12/b.py", line 1',
      'ValueError',
    ];
    assert.deepEqual(
      foldStack(python.join('\n')).map(({ kind }) => kind),
      ['shown', 'folded', 'shown'],
    );
  });
});
