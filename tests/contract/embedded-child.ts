/**
 * A process to be killed: `queue <dir>` publishes, `store <dir>` writes, `hold <dir>` only holds the directory. Prints each id
 * that was acknowledged, one per line, after the acknowledgement.
 */
import { writeSync } from 'node:fs';
import { createEmbeddedQueue } from '@paylog/shared/embedded/embedded-queue';
import { createEmbeddedStore } from '@paylog/shared/embedded/embedded-store';
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

await (mode === 'queue' ? publishForever() : mode === 'store' ? writeForever() : hold());
