import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEmbeddedQueue } from '@paylog/shared/embedded/embedded-queue';
import { createEmbeddedStore } from '@paylog/shared/embedded/embedded-store';
import { describeIndexer } from './indexer-cases.ts';
import { silentLogger } from './indexer-world.ts';

describeIndexer('the embedded queue and store', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'paylog-indexer-'));
  const queue = createEmbeddedQueue({ dataDir }, silentLogger);
  const store = createEmbeddedStore({ dataDir }, silentLogger);
  await queue.start();
  await store.start();
  return {
    publisher: () => queue.publisher(),
    consumer: (group, topics) => queue.consumer({ group, topics, drainTimeoutMs: 4000 }),
    topicAdmin: () => queue.topicAdmin(),
    writer: () => store.writer(),
    searcher: () => store.searcher(),
    close: async () => {
      await queue.stop();
      await store.stop();
      await rm(dataDir, { recursive: true });
    },
  };
});
