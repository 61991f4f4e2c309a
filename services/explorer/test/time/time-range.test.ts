import assert from 'node:assert/strict';
import {
  describeRange,
  formatTime,
  rangeBetween,
  readTyped,
  TIME_PRESETS,
  timeToMs,
  zoomedOut,
} from '../../src/time/time-range.ts';

const NOW = Date.parse('2026-11-23T12:00:00.000Z');
const MINUTE = 60_000;

describe('time ranges', () => {
  it('count relative times back from now', () => {
    assert.equal(timeToMs('now', NOW), NOW);
    assert.equal(timeToMs('-15m', NOW), NOW - 15 * MINUTE);
    assert.equal(timeToMs('now-1h30m', NOW), NOW - 90 * MINUTE);
    assert.equal(timeToMs('-1w', NOW), NOW - 7 * 24 * 60 * MINUTE);
    assert.equal(timeToMs('2026-11-23T12:00:00Z', NOW), NOW);
    assert.equal(timeToMs('', NOW), undefined);
    assert.equal(timeToMs('yesterday', NOW), undefined);
  });

  it('read what a person types, in the zone that is shown', () => {
    assert.equal(readTyped('2026-11-23', 'utc'), '2026-11-23T00:00:00.000Z');
    assert.equal(readTyped(' 2026-11-23 10:05 ', 'utc'), '2026-11-23T10:05:00.000Z');
    assert.equal(readTyped('2026-11-23T10:05:06.7', 'utc'), '2026-11-23T10:05:06.700Z');
    assert.equal(readTyped('2026-11-23T10:00:00+02:00', 'utc'), '2026-11-23T08:00:00.000Z');
    assert.equal(readTyped('-15m', 'utc'), '-15m');
    assert.equal(readTyped('', 'utc'), '');
    const local = readTyped('2026-11-23 10:05', 'local');
    assert.equal(local, new Date(2026, 10, 23, 10, 5).toISOString());
  });

  it('refuse what is no time', () => {
    for (const typed of ['2026-02-30', '2026-11-23 25:00', '2026-13-01', 'tomorrow', '15m', '23.11.2026', '1']) {
      assert.equal(readTyped(typed, 'utc'), undefined, typed);
    }
  });

  it('show a time as it can be typed', () => {
    assert.equal(formatTime(NOW + 123, 'utc'), '2026-11-23 12:00:00.123');
    assert.equal(formatTime(NOW, 'utc', { short: true }), '2026-11-23 12:00');
    for (const ms of [NOW, NOW + 1, NOW + 5000]) {
      for (const zone of ['utc', 'local'] as const) {
        assert.equal(readTyped(formatTime(ms, zone, { short: true }), zone), new Date(ms).toISOString());
      }
    }
  });

  it('have names', () => {
    for (const preset of TIME_PRESETS) assert.equal(describeRange(preset, 'utc'), preset.label);
    assert.equal(describeRange({ from: '-3h', to: '' }, 'utc'), 'Last 3 hours');
    assert.equal(describeRange({ from: '-1d', to: '' }, 'utc'), 'Last 1 day');
    const from = '2026-11-23T10:00:00Z';
    assert.equal(describeRange({ from, to: '2026-11-23T11:30:00Z' }, 'utc'), '2026-11-23 10:00 to 11:30');
    assert.equal(describeRange({ from, to: '2026-11-24T11:30:00Z' }, 'utc'), '2026-11-23 10:00 to 2026-11-24 11:30');
    assert.equal(describeRange({ from, to: '' }, 'utc'), 'Since 2026-11-23 10:00');
    assert.equal(describeRange({ from: '', to: from }, 'utc'), 'Until 2026-11-23 10:00');
    assert.equal(describeRange({ from: '-2h', to: '-1h' }, 'utc'), '-2h to -1h');
  });

  it('grow to twice their length, but not beyond now', () => {
    const past = { fromMs: NOW - 100 * MINUTE, toMs: NOW - 80 * MINUTE };
    assert.deepEqual(zoomedOut(past, NOW), {
      from: new Date(NOW - 110 * MINUTE).toISOString(),
      to: new Date(NOW - 70 * MINUTE).toISOString(),
    });
    const recent = { fromMs: NOW - 20 * MINUTE, toMs: NOW };
    assert.deepEqual(zoomedOut(recent, NOW), { from: new Date(NOW - 40 * MINUTE).toISOString(), to: '' });
  });

  it('come from two points in any order', () => {
    assert.deepEqual(rangeBetween(NOW, NOW - MINUTE), rangeBetween(NOW - MINUTE, NOW));
  });
});
