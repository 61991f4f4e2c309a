import assert from 'node:assert/strict';
import { histogramData } from '../../src/histogram/histogram-data.ts';

const bucket = (minute: number, count: number, split: Readonly<Record<string, number>>) => ({
  from: `2026-11-23T12:0${minute}:00.000Z`,
  to: `2026-11-23T12:0${minute + 1}:00.000Z`,
  count,
  split: Object.entries(split).map(([value, each]) => ({ value, count: each })),
});

const answer = {
  interval: '1m',
  time_zone: 'UTC',
  from: '2026-11-23T12:00:00Z',
  to: '2026-11-23T12:02:00Z',
  total: 11,
  took_ms: 1,
  buckets: [bucket(0, 6, { info: 4, error: 2 }), bucket(1, 5, { info: 3 })],
};

describe('the histogram', () => {
  it('stacks levels, the most severe at the bottom, with all of the count', () => {
    const { series, counts, startsMs, endsMs } = histogramData(answer);
    assert.deepEqual(
      series.map(({ level, total, tops }) => [level, total, tops]),
      [
        ['error', 2, [2, 0]],
        ['info', 7, [6, 3]],
        ['other', 2, [6, 5]],
      ],
    );
    assert.deepEqual(series.at(-1)?.tops, counts);
    assert.equal(startsMs[1], endsMs[0]);
  });

  it('has nothing to draw without records', () => {
    assert.deepEqual(histogramData({ ...answer, buckets: [] }).series, []);
  });
});
