import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { LineThrottle } from '../../src/telemetry/line-throttle.ts';

const admitted = (throttle: LineThrottle, message: string, nowMs: number, times: number): number =>
  Array.from({ length: times }, () => throttle.admits(message, nowMs)).filter(Boolean).length;

describe('LineThrottle', () => {
  it('lets a burst of a message through, then its rate', () => {
    const throttle = new LineThrottle(0, { burst: 3, perMinute: 6 }, { burst: 100, perMinute: 100 });
    assert.equal(admitted(throttle, 'a', 0, 10), 3);
    assert.equal(admitted(throttle, 'a', 10_000, 10), 1);
    assert.equal(admitted(throttle, 'b', 10_000, 10), 3);
    assert.equal(admitted(throttle, 'a', 600_000, 10), 3, 'silence earns a burst, not more');
    assert.equal(admitted(throttle, 'a', 0, 10), 0, 'a clock that goes back');
  });

  it('bounds all messages together, and how many it remembers', () => {
    const throttle = new LineThrottle(0, { burst: 1, perMinute: 1 }, { burst: 10_000, perMinute: 1 });
    const distinct = Array.from({ length: 2000 }, (_, i) => admitted(throttle, `m${String(i)}`, 0, 1));
    assert.equal(distinct.filter((count) => count === 1).length, 501, 'five hundred of their own and one shared');
    const together = new LineThrottle(0, { burst: 5, perMinute: 5 }, { burst: 7, perMinute: 1 });
    assert.equal(admitted(together, 'a', 0, 10) + admitted(together, 'b', 0, 10), 7);
  });
});
