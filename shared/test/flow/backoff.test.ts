import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { backoffDelay, sleep } from '../../src/flow/backoff.ts';

describe('backoffDelay', () => {
  const options = { minMs: 100, maxMs: 30_000 };

  it('is random between the minimum and a ceiling that doubles', () => {
    assert.equal(
      backoffDelay(0, options, () => 0),
      100,
    );
    const almostOne = (): number => 1 - Number.EPSILON;
    const ceilings = [0, 1, 2, 3].map((retry) => Math.round(backoffDelay(retry, options, almostOne)));
    assert.deepEqual(ceilings, [200, 400, 800, 1600]);
  });

  it('stays between the bounds however often it is asked', () => {
    for (let retry = 0; retry < 5000; retry += 1) {
      const delay = backoffDelay(retry, options);
      assert.ok(delay >= 100 && delay <= 30_000, String(delay));
    }
    assert.equal(
      backoffDelay(3, { minMs: 500, maxMs: 200 }, () => 0.9),
      500,
    );
  });
});

describe('sleep', () => {
  it('ends early, without a timer left, when the signal is aborted', async () => {
    const controller = new AbortController();
    const began = performance.now();
    const sleeping = sleep(60_000, controller.signal);
    controller.abort();
    await sleeping;
    await sleep(60_000, controller.signal);
    assert.ok(performance.now() - began < 1000);
  });

  it('otherwise takes its time', async () => {
    const began = performance.now();
    await sleep(30, new AbortController().signal);
    assert.ok(performance.now() - began >= 29);
  });
});
