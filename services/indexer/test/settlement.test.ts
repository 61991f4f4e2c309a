import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Settlement } from '../src/settlement.ts';
import { batchOf } from './support/batches.ts';

describe('Settlement', () => {
  it('tells the queue the prefix without gaps only, and only when it grew', () => {
    const { batch, settled } = batchOf(['a', 'b', 'c', 'd', 'e']);
    const settlement = new Settlement(batch);
    settlement.mark(1);
    settlement.flush();
    assert.deepEqual(settled, []);
    settlement.mark(0);
    settlement.flush();
    settlement.flush();
    assert.deepEqual(settled, [2]);
    settlement.mark(4);
    settlement.mark(2);
    settlement.flush();
    settlement.mark(3);
    settlement.flush();
    assert.deepEqual(settled, [2, 3, 5]);
  });

  it('takes a message that holds several records as settled when all of them are', () => {
    const { batch, settled } = batchOf(['a', 'b', 'c']);
    const settlement = new Settlement(batch);
    settlement.expect(1, 3);
    for (const position of [0, 1, 2, 1]) settlement.mark(position);
    settlement.flush();
    assert.deepEqual(settled, [1]);
    settlement.mark(1);
    settlement.flush();
    assert.deepEqual(settled, [1, 3]);
  });
});
