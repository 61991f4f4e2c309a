import assert from 'node:assert/strict';
import { sameRecord } from '../../src/record/same-record.ts';

const ENVELOPE =
  '"v":1,"@timestamp":"2026-11-20T08:00:00.100000000Z","received_at":"2026-11-20T08:00:00.200Z","data_set":"main"';
const canonical = (rest: string, envelope = ENVELOPE): string => `{${envelope},${rest}}`;
const receivedAt = (time: string): string =>
  `"v":1,"@timestamp":"${time}000000Z","received_at":"${time}Z","data_set":"main","timestamp":"${time}Z"`;

describe('sameRecord', () => {
  it('leaves aside what the server set', () => {
    const other =
      '"v":2,"@timestamp":"2026-11-20T08:00:00.100000000Z","received_at":"2026-11-21T00:00:00.000Z","data_set":"x"';
    const own = '"id":"a","attributes":{"n":[1,{"x":null}]}';
    assert.ok(sameRecord(canonical(own), canonical(`"num":{"n":1},${own}`, other)));
    assert.ok(
      sameRecord(canonical(`${own},"trace_id":"t","span_id":"1"`), canonical(`${own},"trace_id":"t","span_id":"2"`)),
    );
  });

  it('leaves aside the time of records that have none of their own', () => {
    const [first, second] = [receivedAt('2026-11-20T08:00:00.100'), receivedAt('2026-11-20T08:00:05.000')];
    assert.ok(sameRecord(canonical('"id":"a"', first), canonical('"id":"a"', second)));
    assert.ok(!sameRecord(canonical('"id":"a"', first), canonical('"id":"a","message":"x"', second)));
    assert.ok(
      !sameRecord(canonical('"timestamp":"2026-11-20T08:00:00.1Z"'), canonical('"timestamp":"2026-11-20T08:00:00.2Z"')),
    );
  });

  it('does not mind order, escapes and white space', () => {
    assert.ok(
      sameRecord(canonical('"a":"\\u0041\\/","b":{"x":1,"y":2}'), canonical('"b": { "y":2, "x":1 } ,"a":"A/"')),
    );
  });

  it('sees every other difference', () => {
    const pairs = [
      ['"n":9007199254740993', '"n":9007199254740992'],
      ['"n":1', '"n":"1"'],
      ['"n":null', '"n":false'],
      ['"n":null', '"m":null'],
      ['"n":[1,2]', '"n":[2,1]'],
      ['"n":[1,2]', '"n":[1]'],
      ['"n":{"a":1}', '"n":{"a":1,"b":1}'],
      ['"n":{}', '"n":[]'],
      ['"n":"a"', '"n":"A"'],
      ['"attributes":{"v":1}', '"attributes":{"v":2}'],
    ];
    for (const [left = '', right = ''] of pairs) {
      assert.ok(!sameRecord(canonical(left), canonical(right)), `${left} ${right}`);
      assert.ok(!sameRecord(canonical(right), canonical(left)), `${right} ${left}`);
    }
  });

  it('holds nothing for the same that it cannot read', () => {
    assert.ok(!sameRecord('{"a":1', '{"a":1}'));
    assert.ok(!sameRecord('[1]', '[2]'));
    assert.ok(!sameRecord(`{"a":${'['.repeat(5000)}1${']'.repeat(5000)}}`, '{"a":1}'));
  });
});
