import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { DataSetGate } from '../../src/protocols/data-set-gate.ts';

describe('DataSetGate', () => {
  it('lets in so many distinct names, the default one always', () => {
    const gate = new DataSetGate('main', 2);
    assert.deepEqual(
      ['a', 'b', 'a', 'c', 'main', 'b'].map((name) => gate.admits(name)),
      [true, true, true, false, true, true],
    );
    assert.equal(gate.size, 2);
  });

  it('lets in names that can stand in an index name only', () => {
    const gate = new DataSetGate('main', 100);
    for (const name of ['', 'a-b', 'A', '.a', '_a', 'a b', 'a/b', 'a*', 'a"', 'x'.repeat(65), 'a\n']) {
      assert.equal(gate.admits(name), false, name);
    }
    for (const name of ['a', '0', 'a.b_c', 'x'.repeat(64)]) assert.equal(gate.admits(name), true, name);
  });

  it('may let in none', () => {
    const gate = new DataSetGate('main', 0);
    assert.deepEqual([gate.admits('a'), gate.admits('main')], [false, true]);
  });
});
