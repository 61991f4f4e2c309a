import assert from 'node:assert/strict';
import { parseQuery } from '@paylog/shared/query/parse-query';
import { hasFilter, withExists, withFilter, withoutFilter } from '../../src/query/query-edits.ts';

const service = { field: 'service', value: 'checkout' };

describe('filters by a click', () => {
  it('are added to the query', () => {
    assert.equal(withFilter('', service), 'service:checkout');
    assert.equal(withFilter('level:error', service), 'level:error service:checkout');
    assert.equal(withFilter('', { ...service, not: true }), '-service:checkout');
    assert.equal(withExists('a', 'error.stack'), 'a error.stack:*');
  });

  it('are not said twice', () => {
    const once = withFilter('level:error', service);
    assert.equal(withFilter(once, service), once);
    assert.equal(withExists(withExists('', 'host'), 'host'), 'host:*');
  });

  it('replace their opposite', () => {
    assert.equal(withFilter('-service:checkout level:error', service), 'level:error service:checkout');
    assert.equal(
      withFilter('level:error service:checkout', { ...service, not: true }),
      'level:error -service:checkout',
    );
  });

  it('hold for all of an alternative', () => {
    assert.equal(withFilter('a OR b', service), '(a OR b) service:checkout');
    assert.equal(withFilter('(a OR b)', service), '(a OR b) service:checkout');
  });

  it('can be taken away again', () => {
    for (const query of ['', 'level:error', '(a OR b)', 'x -y']) {
      assert.equal(withoutFilter(withFilter(query, service), service), query);
    }
    assert.equal(withoutFilter('level:error AND service:checkout', service), 'level:error');
    assert.equal(withoutFilter('service:checkout AND level:error', service), 'level:error');
  });

  it('are told from text that looks alike', () => {
    const lookalikes = [
      '"service:checkout"',
      'x.service:checkout',
      'service:checkout2',
      '-service:checkout',
      'NOT service:checkout',
      '(service:checkout)',
      'a OR service:checkout',
    ];
    for (const query of lookalikes) {
      assert.equal(hasFilter(query, service), false, query);
      assert.equal(withoutFilter(query, service), query);
    }
    assert.equal(hasFilter('a service:checkout', service), true);
  });

  it('are queries for any value and any name', () => {
    const values = ['', ' ', 'a b', '"', '\\', 'a\nb', '(x)', '*', 'AND', 'ü', '-5', '[1 TO 2]', '>1', 'a:b', '\u2028'];
    for (const value of values) {
      for (const field of ['service', 'attributes.a b', 'attributes.x:y', 'message']) {
        const query = withFilter('', { field, value });
        const parsed = parseQuery(query, { nowMs: 0 });
        assert.ok(parsed.ok, `${query}: ${parsed.ok ? '' : parsed.fault.message}`);
        assert.ok(hasFilter(query, { field, value }), query);
      }
    }
  });
});
