import assert from 'node:assert/strict';
import type { LogRecord } from '../../src/api-types.ts';
import { TailBuffer } from '../../src/tail/tail-buffer.ts';

const record = (id: string): LogRecord => ({ id, received_at: '2026-11-20T08:00:00.000Z', message: id, service: 's' });
const many = (from: number, count: number): LogRecord[] =>
  Array.from({ length: count }, (_, index) => record(`r${from + index}`));

describe('buffer of a live tail', () => {
  it('shows the newest first', () => {
    const buffer = new TailBuffer();
    buffer.add(many(0, 2), 0);
    buffer.add(many(2, 1), 0);
    assert.deepEqual(
      buffer.shown(0).rows.map((row) => row.id),
      ['r2', 'r1', 'r0'],
    );
  });

  it('is bounded, and says what had to make room', () => {
    const buffer = new TailBuffer(10);
    buffer.add(many(0, 8), 0);
    buffer.add(many(8, 25), 0);
    const shown = buffer.shown(0);
    assert.equal(shown.rows.length, 10);
    assert.equal(shown.rows[0]?.id, 'r32');
    assert.equal(shown.dropped, 23);
    assert.equal(shown.received, 33);
  });

  it('keeps what arrives while it is paused, and counts it', () => {
    const buffer = new TailBuffer(10);
    buffer.add(many(0, 2), 0);
    buffer.pause();
    buffer.add(many(2, 14), 0);
    assert.deepEqual([buffer.shown(0).rows.length, buffer.shown(0).waiting, buffer.shown(0).isPaused], [2, 14, true]);
    buffer.resume();
    const shown = buffer.shown(0);
    assert.deepEqual([shown.rows.length, shown.rows[0]?.id, shown.waiting, shown.isPaused], [10, 'r15', 0, false]);
    assert.equal(shown.received, shown.rows.length + shown.dropped);
  });

  it('shows a record once that comes again after a reconnect', () => {
    const buffer = new TailBuffer();
    buffer.add(many(0, 3), 0);
    buffer.add([...many(1, 2), ...many(3, 1)], 0);
    assert.deepEqual([buffer.shown(0).rows.length, buffer.shown(0).received], [4, 4]);
  });

  it('knows the rate of the last seconds', () => {
    const buffer = new TailBuffer();
    for (let second = 0; second < 10; second += 1) buffer.add(many(second * 20, 20), second * 1_000);
    assert.equal(buffer.shown(9_900).perSecond, 20);
    assert.equal(buffer.shown(60_000).perSecond, 0);
  });

  it('adds up what was left out', () => {
    const buffer = new TailBuffer();
    buffer.leaveOut(5, 'eq');
    assert.deepEqual(buffer.shown(0).leftOut, { count: 5, relation: 'eq' });
    buffer.leaveOut(10, 'gte');
    assert.deepEqual(buffer.shown(0).leftOut, { count: 15, relation: 'gte' });
  });

  it('forgets when it is cleared', () => {
    const buffer = new TailBuffer();
    buffer.add(many(0, 3), 0);
    buffer.clear();
    assert.equal(buffer.shown(0).rows.length, 0);
  });
});
