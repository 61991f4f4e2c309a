import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { clock, counted, size } from '../../src/output/numbers.ts';
import { progressBar, type ProgressSnapshot, progressText, secondsLeft } from '../../src/send/progress-line.ts';

const SNAPSHOT: ProgressSnapshot = {
  doneBytes: 430_000,
  totalBytes: 1_000_000,
  lines: 43_000,
  rejected: 0,
  linesPerSecond: 12_345.6,
  bytesPerSecond: 57_000,
  waiting: undefined,
};

describe('the progress of a send', () => {
  it('has a rate and the time left', () => {
    assert.equal(progressText(SNAPSHOT), '43%  43,000 lines  12,346 lines/s  57.0 kB/s  ETA 0:10');
    assert.equal(secondsLeft(SNAPSHOT), 10);
  });

  it('does not guess where nothing is known', () => {
    assert.equal(progressText({ ...SNAPSHOT, totalBytes: undefined }), '43,000 lines  12,346 lines/s  57.0 kB/s');
    assert.equal(secondsLeft({ ...SNAPSHOT, bytesPerSecond: 0 }), undefined);
  });

  it('says what was rejected, and what it waits for', () => {
    assert.match(
      progressText({ ...SNAPSHOT, rejected: 3, waiting: 'waiting: it is down' }),
      / {2}3 rejected {2}waiting: it is down$/,
    );
  });

  it('has a bar that fits, or none', () => {
    assert.match(progressBar(SNAPSHOT, 120), /^\[={12}> {17}\] {2}43% /);
    assert.ok(progressBar(SNAPSHOT, 80).length < 80);
    assert.ok(!progressBar(SNAPSHOT, 60).includes('['));
    for (const columns of [1, 10, 40, 80, 200]) {
      for (const doneBytes of [0, 500_000, 1_000_000])
        assert.ok(progressBar({ ...SNAPSHOT, doneBytes }, columns).length <= columns);
    }
    assert.match(progressBar({ ...SNAPSHOT, doneBytes: 1_000_000 }, 120), /^\[={30}\] {2}100% /);
    assert.match(progressBar({ ...SNAPSHOT, doneBytes: 0, totalBytes: 0 }, 120), /^100% /);
  });
});

describe('numbers for people', () => {
  it('are short and exact', () => {
    assert.deepEqual([0, 7, 754, 3723].map(clock), ['0:00', '0:07', '12:34', '1:02:03']);
    assert.deepEqual([0, 999, 1000, 1_234_567].map(size), ['0 B', '999 B', '1.0 kB', '1.2 MB']);
    assert.deepEqual([counted(1, 'line'), counted(2000, 'line')], ['1 line', '2,000 lines']);
  });
});
