import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { it } from 'mocha';
import { createEmbeddedQueue } from '@paylog/shared/embedded/embedded-queue';
import { QueueUnavailableError } from '@paylog/shared/errors/queue-unavailable-error';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { silentLogger } from '../e2e/indexer-world.ts';

it('the topic inspector of the embedded queue sees what is there, and makes no group known', async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'paylog-inspect-'));
  const queue = createEmbeddedQueue({ dataDir }, silentLogger);
  const inspector = queue.topicInspector();
  const publisher = queue.publisher();
  await queue.start();
  try {
    const settings = { topic: 'logs', partitions: 2, retentionMs: 60_000, maxMessageBytes: 100_000 };
    await queue.topicAdmin().ensureTopics([settings], true);
    const messages = Array.from({ length: 5 }, (_, i) => ({ key: String(i), value: Buffer.from('x') }));
    assert.deepEqual(await publisher.publish('logs', messages), { status: 'stored' });
    const [logs, none] = await inspector.describe(['logs', 'none']);
    assert.equal(logs?.maxMessageBytes, 100_000);
    assert.deepEqual(
      logs.partitions.map(({ partition, low }) => [partition, low]),
      [
        [0, 0],
        [1, 0],
      ],
    );
    assert.equal(
      logs.partitions.reduce((sum, { high }) => sum + high, 0),
      5,
    );
    assert.deepEqual(none?.partitions, []);
    const lag = async (): Promise<number> =>
      (await inspector.positions('g', ['logs', 'none'])).reduce((sum, { records }) => sum + records, 0);
    assert.equal(await lag(), 5);
    assert.ok((await inspector.positions('g', ['logs'])).every(({ committed }) => committed === undefined));
    const consumer = queue.consumer({ group: 'g', topics: ['logs'] });
    await consumer.start((batch) => {
      batch.settle(batch.messages.length);
      return Promise.resolve();
    });
    await waitUntil(
      async () => (await lag()) === 0,
      5000,
      () => 'no lag',
    );
    await consumer.stop();
  } finally {
    await publisher.stop();
    await queue.stop();
    await rm(dataDir, { recursive: true });
  }
  await assert.rejects(inspector.describe(['logs']), QueueUnavailableError);
});
