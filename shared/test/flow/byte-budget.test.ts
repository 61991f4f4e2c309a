import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { ByteBudget } from '../../src/flow/byte-budget.ts';

describe('ByteBudget', () => {
  it('lets in what fits, refuses the rest without taking any of it', () => {
    const budget = new ByteBudget(10);
    assert.ok(budget.tryReserve(6));
    assert.ok(!budget.tryReserve(5));
    assert.equal(budget.usedBytes, 6);
    assert.ok(budget.tryReserve(4));
    assert.ok(!budget.tryReserve(1));
    assert.ok(budget.tryReserve(0));
    budget.release(6);
    assert.equal(budget.usedBytes, 4);
    assert.ok(budget.tryReserve(6));
    assert.equal(budget.limitBytes, 10);
  });
});
