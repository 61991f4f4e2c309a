import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { IngestRate } from '../../src/status/ingest-rate.ts';

describe('IngestRate', () => {
  it('is the rate of the last whole seconds', () => {
    let nowMs = 1_000_000;
    const rate = new IngestRate({ now: () => nowMs });
    for (let second = 0; second < 30; second += 1) {
      rate.add('accepted', 70);
      rate.add('accepted', 30);
      if (second % 10 === 0) rate.add('rejected', 5);
      nowMs += 1000;
      assert.equal(rate.perSecond('accepted'), 100, `second ${String(second)}`);
    }
    assert.equal(rate.perSecond('rejected'), 0.5);
    assert.equal(rate.perSecond('refused'), 0);
    nowMs += 5000;
    assert.equal(rate.perSecond('accepted'), 50);
    nowMs += 60_000;
    assert.equal(rate.perSecond('accepted'), 0);
  });
});
