import assert from 'node:assert/strict';
import type { Admin } from 'kafkajs';
import { describe, it } from 'mocha';
import { readLag } from '../../src/kafka/kafkajs-lag.ts';

describe('readLag', () => {
  const admin = {
    fetchOffsets: () => Promise.resolve([{ topic: 'logs', partitions: [{ partition: 0, offset: '40' }] }]),
    fetchTopicOffsets: () =>
      Promise.resolve([
        { partition: 0, offset: '100', high: '100', low: '0' },
        { partition: 1, offset: '100', high: '100', low: '30' },
      ]),
  } as unknown as Admin;

  it('is as old as what is known of a place: the time since it was taken over, or of what was read last', async () => {
    const nowMs = Date.now();
    const places = [
      { endedMs: nowMs - 5000, lastTimestampMs: 0, reachedEnd: true },
      { endedMs: nowMs - 5000, lastTimestampMs: nowMs - 300_000, reachedEnd: false },
    ];
    const lags = await readLag(admin, 'group', { logs: [0, 1] }, (_topic, partition) => places[partition]);
    assert.deepEqual(
      lags.map(({ partition, records }) => [partition, records]),
      [
        [0, 60],
        [1, 70],
      ],
    );
    const [taken = 0, read = 0] = lags.map(({ seconds }) => seconds);
    assert.ok(taken >= 5 && taken < 300, String(taken));
    assert.ok(read >= 300, String(read));
  });

  it('leaves out partitions that others own', async () => {
    assert.deepEqual(
      (await readLag(admin, 'group', { logs: [1] }, () => undefined)).map(({ partition }) => partition),
      [1],
    );
    assert.deepEqual(await readLag(admin, 'group', {}, () => undefined), []);
  });
});
