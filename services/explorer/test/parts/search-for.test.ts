import assert from 'node:assert/strict';
import { parseQuery } from '@paylog/shared/query/parse-query';
import { fieldEquals, searchFor } from '../../src/parts/search-for.ts';

describe('search for a value', () => {
  for (const value of ['pay_1', 'a "quoted" one', String.raw`back\slash`, 'a:b (c) OR d*', '<script>']) {
    it(`finds exactly ${value}`, () => {
      const parsed = parseQuery(fieldEquals('payment.id', value), { nowMs: 0 });
      assert.ok(parsed.ok, JSON.stringify(parsed));
      assert.deepEqual(parsed.query, { op: 'equals', field: { type: 'keyword', name: 'payment.id' }, value });
    });
  }

  it('has times around the stretch', () => {
    const search = searchFor('q', '2026-11-20T08:00:00.000000000Z', '2026-11-20T08:10:00.000000000Z');
    assert.deepEqual([search.from, search.to], ['2026-11-20T07:59:30.000Z', '2026-11-20T08:10:30.000Z']);
  });

  it('is over all time when the stretch is not known', () => {
    assert.deepEqual([searchFor('q', '', '').from, searchFor('q', '', '').to], ['', '']);
  });
});
