/**
 * A process to be killed: `queue <dir>` publishes, `store <dir>` writes, `hold <dir>` only holds the directory. Prints each id
 * that was acknowledged, one per line, after the acknowledgement. `replace <dir>` ends by itself: it gives up readers, and stops
 * stores, while their threads are searching, and prints what each round was.
 */
import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createEmbeddedQueue } from '@paylog/shared/embedded/embedded-queue';
import { createEmbeddedStore } from '@paylog/shared/embedded/embedded-store';
import { EmbeddedStoreSearcher } from '@paylog/shared/embedded/embedded-store-searcher';
import { EmbeddedStoreWriter } from '@paylog/shared/embedded/embedded-store-writer';
import { StoreCore } from '@paylog/shared/embedded/store-core';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { storeDocument, timeOf } from '@paylog/shared/testing/store-documents';
import { LOGS, silentLogger } from './embedded-support.ts';

const [, , mode = '', dataDir = '', round = '0'] = process.argv;

// writeSync: what was printed has left the process when it is killed.
function acknowledge(ids: readonly string[]): void {
  writeSync(1, `${ids.join('\n')}\n`);
}

async function publishForever(): Promise<void> {
  const queue = createEmbeddedQueue({ dataDir }, silentLogger);
  await queue.start();
  await queue.topicAdmin().ensureTopics([LOGS], true);
  const publisher = queue.publisher();
  const lane = async (name: string): Promise<void> => {
    for (let call = 0; ; call += 1) {
      const ids = Array.from({ length: 7 }, (_, n) => `${round}-${name}-${call}-${n}`);
      const messages = ids.map((key) => ({ key, value: Buffer.from(`{"id":"${key}"}`) }));
      if ((await publisher.publish('logs', messages)).status === 'stored') acknowledge(ids);
    }
  };
  await Promise.all(['a', 'b', 'c'].map(lane));
}

async function writeForever(): Promise<void> {
  const store = createEmbeddedStore({ dataDir }, silentLogger);
  await store.start();
  const writer = store.writer();
  const { signal } = new AbortController();
  const lane = async (name: string): Promise<void> => {
    for (let call = 0; ; call += 1) {
      const ids = Array.from({ length: 20 }, (_, n) => `${round}-${name}-${call}-${n}`);
      const documents = ids.map((id, n) => storeDocument({ id, timestamp: timeOf('2026-11-20', call % 86_400, n) }));
      const outcomes = await writer.write(documents, { signal });
      acknowledge(ids.filter((_, n) => outcomes[n]?.status === 'stored'));
    }
  };
  await Promise.all(['a', 'b'].map(lane));
}

async function hold(): Promise<void> {
  const queue = createEmbeddedQueue({ dataDir }, silentLogger);
  await queue.start();
  acknowledge(['held']);
  await new Promise((resolve) => {
    setTimeout(resolve, 60_000);
  });
}

async function replaceReaders(): Promise<void> {
  const { signal } = new AbortController();
  const request = { order: 'asc', limit: 1000, countUpTo: 1_000_000, words: ['common'] } as const;
  for (let stores = 0; stores < 3; stores += 1) {
    const core = new StoreCore({ dataDir }, silentLogger);
    await core.start();
    const searcher = new EmbeddedStoreSearcher(core);
    const search = (): Promise<unknown> => searcher.search(request, { signal }).catch((error: unknown) => error);
    const documents = Array.from({ length: 1000 }, (_, n) =>
      storeDocument({ id: `${stores}-${n}`, timestamp: timeOf('2026-11-20', n), message: 'common' }),
    );
    await new EmbeddedStoreWriter(core).write(documents, { signal });
    for (let readers = 0; readers < 4; readers += 1) {
      const searches = [search(), search(), search()];
      // The thread is somewhere in its work, each time somewhere else.
      await sleep(2 + readers);
      core.reader.restart();
      await Promise.all(searches);
      const reader = core.reader;
      await waitUntil(
        () => reader.ready,
        10_000,
        () => 'the reader to come back',
      );
    }
    const searches = [search(), search(), search()];
    await sleep(2 + stores);
    await core.stop();
    await Promise.all(searches);
    acknowledge([`replaced ${stores}`]);
  }
}

const modes: Record<string, () => Promise<void>> = {
  queue: publishForever,
  store: writeForever,
  hold,
  replace: replaceReaders,
};
await modes[mode]?.();
