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

  it('has no age right after a rebalance, when nothing was read yet, and tells the records all the same', async () => {
    const lags = await readLag(admin, 'group', { logs: [0, 1] }, () => undefined);
    assert.deepEqual(lags, [
      { topic: 'logs', partition: 0, records: 60, seconds: 0 },
      { topic: 'logs', partition: 1, records: 70, seconds: 0 },
    ]);
  });

  it('leaves out partitions that others own', async () => {
    assert.deepEqual(
      (await readLag(admin, 'group', { logs: [1] }, () => undefined)).map(({ partition }) => partition),
      [1],
    );
    assert.deepEqual(await readLag(admin, 'group', {}, () => undefined), []);
  });
});
