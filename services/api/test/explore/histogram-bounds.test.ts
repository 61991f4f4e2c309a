import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { alignedBounds, niceBounds } from '../../src/explore/histogram-bounds.ts';
import { formatInterval, niceIntervals, parseInterval } from '../../src/explore/histogram-interval.ts';
import { momentOf, timeZoneOf, type TimeZone } from '../../src/explore/time-zone.ts';

const zone = (name: string): TimeZone => {
  const found = timeZoneOf(name);
  assert.ok(found, name);
  return found;
};
const UTC = zone('UTC');

/** Bounds as minutes of the day and the hour, `2026-03-29T01:00`. */
function bounds(from: string, to: string, interval: string, name: string): string[] {
  const range = { fromMs: Date.parse(from), toMs: Date.parse(to) };
  const found = alignedBounds(range, parseInterval(interval) ?? Number.NaN, zone(name), 1000);
  assert.ok(found);
  return found.atMs.map((ms) => new Date(ms).toISOString().slice(0, 16));
}

const hours = (texts: readonly string[]): number[] =>
  texts.slice(1).map((text, index) => (Date.parse(`${text}Z`) - Date.parse(`${texts[index]!}Z`)) / 3_600_000);

describe('intervals of a histogram', () => {
  for (const [text, ms] of [
    ['1ms', 1],
    ['250ms', 250],
    ['30s', 30_000],
    ['90s', 90_000],
    ['5m', 300_000],
    ['24h', 86_400_000],
    ['1d', 86_400_000],
    ['2w', 14 * 86_400_000],
    ['366d', 366 * 86_400_000],
  ] as const) {
    it(`reads ${text}`, () => {
      assert.equal(parseInterval(text), ms);
    });
  }

  for (const text of [
    '',
    '0s',
    '-1s',
    '7m',
    '5h',
    '36h',
    '367d',
    '53w',
    '1.5h',
    '1M',
    '1y',
    'auto',
    '999999999s',
    '1',
  ]) {
    it(`refuses "${text}"`, () => {
      assert.equal(parseInterval(text), undefined);
    });
  }

  it('are written as they are read', () => {
    for (const ms of [...niceIntervals()].filter((each) => each <= 364 * 86_400_000)) {
      assert.equal(parseInterval(formatInterval(ms)), ms);
    }
    assert.deepEqual([1, 500, 15_000, 3_600_000, 7 * 86_400_000].map(formatInterval), [
      '1ms',
      '500ms',
      '15s',
      '1h',
      '7d',
    ]);
  });
});

describe('bounds of a histogram', () => {
  it('lie on multiples of the interval and hold the range', () => {
    assert.deepEqual(bounds('2026-11-20T08:02:10Z', '2026-11-20T08:16:00Z', '5m', 'UTC'), [
      '2026-11-20T08:00',
      '2026-11-20T08:05',
      '2026-11-20T08:10',
      '2026-11-20T08:15',
      '2026-11-20T08:20',
    ]);
    // The upper bound is exclusive: a range that ends on a bound needs no further interval.
    assert.deepEqual(bounds('2026-11-20T08:00:00Z', '2026-11-20T08:05:00Z', '5m', 'UTC'), [
      '2026-11-20T08:00',
      '2026-11-20T08:05',
    ]);
  });

  it('begin days at midnight of the zone', () => {
    assert.deepEqual(bounds('2026-11-20T08:00:00Z', '2026-11-21T08:00:00Z', '1d', 'Asia/Kolkata'), [
      '2026-11-19T18:30',
      '2026-11-20T18:30',
      '2026-11-21T18:30',
    ]);
    assert.deepEqual(bounds('2026-11-20T08:00:00Z', '2026-11-20T10:00:00Z', '1h', 'Asia/Kathmandu').slice(0, 2), [
      '2026-11-20T07:15',
      '2026-11-20T08:15',
    ]);
    assert.deepEqual(bounds('2026-11-20T08:00:00Z', '2026-11-20T19:00:00Z', '6h', '-03:00'), [
      '2026-11-20T03:00',
      '2026-11-20T09:00',
      '2026-11-20T15:00',
      '2026-11-20T21:00',
    ]);
  });

  it('begin weeks on Mondays', () => {
    const weeks = bounds('2026-11-20T08:00:00Z', '2026-12-01T00:00:00Z', '7d', 'Europe/Berlin');
    assert.deepEqual(weeks, ['2026-11-15T23:00', '2026-11-22T23:00', '2026-11-29T23:00', '2026-12-06T23:00']);
    assert.equal(new Date('2026-11-16').getUTCDay(), 1);
  });

  it('make a day of 23 and one of 25 hours where the clocks are changed', () => {
    const spring = bounds('2026-03-28T12:00:00Z', '2026-03-30T12:00:00Z', '1d', 'Europe/Berlin');
    assert.deepEqual(hours(spring), [24, 23, 24]);
    const autumn = bounds('2026-10-24T12:00:00Z', '2026-10-26T12:00:00Z', '1d', 'Europe/Berlin');
    assert.deepEqual(hours(autumn), [24, 25, 24]);
    assert.deepEqual(hours(bounds('2026-10-20T12:00:00Z', '2026-10-30T12:00:00Z', '7d', 'Europe/Berlin')), [169, 168]);
  });

  it('count the hour that comes twice as two, and leave out the one that is skipped', () => {
    const spring = bounds('2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z', '1h', 'Europe/Berlin');
    assert.ok(hours(spring).every((each) => each === 1));
    assert.equal(spring.length, 24);
    const autumn = bounds('2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z', '1h', 'Europe/Berlin');
    assert.ok(hours(autumn).every((each) => each === 1));
    assert.equal(autumn.length, 26);
    // A range that begins in the second of the two hours begins there.
    assert.equal(bounds('2026-10-25T01:20:00Z', '2026-10-25T03:00:00Z', '1h', 'Europe/Berlin')[0], '2026-10-25T01:00');
    assert.equal(bounds('2026-10-25T01:20:00Z', '2026-10-25T03:00:00Z', '15m', 'Europe/Berlin')[0], '2026-10-25T01:15');
  });

  it('keep longer parts of a day on its clock', () => {
    const wall = (texts: readonly string[]): number[] =>
      texts.map((text) => {
        const ms = Date.parse(`${text}Z`);
        return new Date(ms + zone('Europe/Berlin').offsetMs(ms)).getUTCHours();
      });
    for (const day of ['2026-03-29', '2026-10-25']) {
      const halves = bounds(`${day}T00:30:00Z`, `${day}T20:00:00Z`, '12h', 'Europe/Berlin');
      assert.deepEqual(wall(halves), [0, 12, 0]);
      const quarters = bounds(`${day}T00:30:00Z`, `${day}T20:00:00Z`, '6h', 'Europe/Berlin');
      assert.deepEqual(wall(quarters), [0, 6, 12, 18, 0]);
    }
  });

  it('survive zones that change at midnight, by half an hour, or skip a day', () => {
    for (const [name, from, to] of [
      ['Africa/Cairo', '2026-04-20T00:00:00Z', '2026-05-01T00:00:00Z'],
      ['America/Havana', '2026-03-01T00:00:00Z', '2026-03-15T00:00:00Z'],
      ['Australia/Lord_Howe', '2026-03-30T00:00:00Z', '2026-04-10T00:00:00Z'],
      ['Pacific/Apia', '2011-12-25T00:00:00Z', '2012-01-05T00:00:00Z'],
      ['Africa/Monrovia', '1971-12-25T00:00:00Z', '1972-01-20T00:00:00Z'],
      ['America/Santiago', '2026-09-01T00:00:00Z', '2026-09-10T00:00:00Z'],
    ] as const) {
      for (const interval of ['15m', '1h', '2h', '12h', '1d', '7d', '3d']) {
        const range = { fromMs: Date.parse(from), toMs: Date.parse(to) };
        const { atMs } = alignedBounds(range, parseInterval(interval)!, zone(name), 5000)!;
        assert.ok(atMs[0]! <= range.fromMs && atMs[1]! > range.fromMs, `${name} ${interval} begins`);
        assert.ok(atMs.at(-1)! >= range.toMs && atMs.at(-2)! < range.toMs, `${name} ${interval} ends`);
        for (const [index, ms] of atMs.slice(1).entries()) {
          const length = (ms - atMs[index]!) / parseInterval(interval)!;
          assert.ok(length > 0 && length <= 2.1, `${name} ${interval}: ${new Date(ms).toISOString()} ${length}`);
        }
      }
    }
  });

  it('are refused when there would be too many', () => {
    const range = { fromMs: 0, toMs: 60_000 };
    assert.equal(alignedBounds(range, 1000, UTC, 60)?.atMs.length, 61);
    assert.equal(alignedBounds(range, 1000, UTC, 59), undefined);
  });
});

describe('automatic intervals', () => {
  const auto = (from: string, to: string, most: number, name = 'UTC'): [string, number] => {
    const range = { fromMs: Date.parse(from), toMs: Date.parse(to) };
    const { intervalMs, atMs } = niceBounds(range, zone(name), most);
    return [formatInterval(intervalMs), atMs.length - 1];
  };

  for (const [from, to, most, expected] of [
    ['2026-11-20T08:00:00Z', '2026-11-20T08:01:00Z', 60, ['1s', 60]],
    ['2026-11-20T08:00:00.500Z', '2026-11-20T08:01:00.500Z', 60, ['2s', 31]],
    ['2026-11-20T08:00:00Z', '2026-11-20T08:15:00Z', 60, ['15s', 60]],
    ['2026-11-20T08:00:00Z', '2026-11-20T09:00:00Z', 60, ['1m', 60]],
    ['2026-11-20T00:00:00Z', '2026-11-21T00:00:00Z', 60, ['30m', 48]],
    ['2026-11-13T00:00:00Z', '2026-11-20T00:00:00Z', 60, ['3h', 56]],
    ['2026-10-21T00:00:00Z', '2026-11-20T00:00:00Z', 60, ['12h', 60]],
    ['2025-11-20T00:00:00Z', '2026-11-20T00:00:00Z', 60, ['7d', 53]],
    ['2026-11-20T08:00:00.000Z', '2026-11-20T08:00:00.001Z', 60, ['1ms', 1]],
    ['2026-11-20T08:00:00.000Z', '2026-11-20T08:00:00.500Z', 60, ['10ms', 50]],
  ] as const) {
    it(`are ${expected[0]} from ${from} to ${to}`, () => {
      assert.deepEqual(auto(from, to, most), expected);
    });
  }

  it('hold any range in any number of buckets', () => {
    for (const name of ['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'America/St_Johns']) {
      for (const most of [1, 2, 7, 60, 1000]) {
        for (const [from, to] of [
          ['1970-01-01T00:00:00Z', '2262-04-11T23:47:16.854Z'],
          ['2026-11-22T23:59:59.999Z', '2026-11-23T00:00:00.001Z'],
          ['2026-10-25T00:59:00Z', '2026-10-25T01:01:00Z'],
        ] as const) {
          const [, count] = auto(from, to, most, name);
          assert.ok(count >= 1 && count <= most, `${name} ${most} ${from}: ${count}`);
        }
      }
    }
  });
});

describe('time zones', () => {
  it('are known by name and by offset', () => {
    assert.equal(zone('Europe/Berlin').offsetMs(Date.parse('2026-07-01T00:00:00Z')), 7_200_000);
    assert.equal(zone('europe/berlin').offsetMs(Date.parse('2026-12-01T00:00:00Z')), 3_600_000);
    assert.equal(zone('-03:30').offsetMs(0), -12_600_000);
    assert.equal(zone('+14:00').offsetMs(0), 50_400_000);
    assert.equal(zone('Africa/Monrovia').offsetMs(0.5), -2_670_000);
    for (const name of ['', 'Berlin', '+2', '02:00', '+25:00', 'Europe/Berlin; --', 'x'.repeat(300)]) {
      assert.equal(timeZoneOf(name), undefined, name);
    }
  });

  it('tell the first moment of a wall time', () => {
    const berlin = zone('Europe/Berlin');
    const moment = (wall: string): string => new Date(momentOf(berlin, Date.parse(wall))).toISOString().slice(0, 16);
    assert.equal(moment('2026-07-01T12:00:00Z'), '2026-07-01T10:00');
    assert.equal(moment('2026-10-25T02:30:00Z'), '2026-10-25T00:30');
    assert.equal(moment('2026-03-29T02:00:00Z'), '2026-03-29T01:00');
    assert.equal(moment('2026-03-29T03:00:00Z'), '2026-03-29T01:00');
  });
});
