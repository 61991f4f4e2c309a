import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { InflightBudget } from '../src/inflight-budget.ts';

const never = new AbortController().signal;

/** Lets promises that can settle do so. */
async function turn(): Promise<void> {
  await new Promise(setImmediate);
}

describe('InflightBudget', () => {
  it('lets wait what does not fit, first come first served', async () => {
    const budget = new InflightBudget(100);
    const granted: string[] = [];
    assert.equal(await budget.acquire(80, never), true);
    void budget.acquire(50, never).then(() => granted.push('first'));
    void budget.acquire(10, never).then(() => granted.push('second'));
    await turn();
    assert.deepEqual(granted, [], 'what is small does not overtake what is large');
    budget.release(80);
    await turn();
    assert.deepEqual(granted, ['first', 'second']);
    assert.equal(budget.used, 60);
  });

  it('lets pass what is larger than the whole budget, alone', async () => {
    const budget = new InflightBudget(100);
    assert.equal(await budget.acquire(10, never), true);
    const large = budget.acquire(5000, never);
    await turn();
    assert.equal(budget.used, 10);
    budget.release(10);
    assert.equal(await large, true);
    assert.equal(budget.used, 5000);
  });

  it('takes nothing for what gives up, and lets those behind it go', async () => {
    const budget = new InflightBudget(100);
    assert.equal(await budget.acquire(60, AbortSignal.abort()), false);
    assert.equal(await budget.acquire(60, never), true);
    const controller = new AbortController();
    const givesUp = budget.acquire(90, controller.signal);
    const behind = budget.acquire(30, never);
    controller.abort();
    assert.deepEqual(await Promise.all([givesUp, behind]), [false, true]);
    budget.release(60);
    budget.release(30);
    assert.equal(budget.used, 0);
  });
});
