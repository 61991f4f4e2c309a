import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEmbeddedStore } from '@paylog/shared/embedded/embedded-store';
import { describeStoreContract } from '@paylog/shared/testing/store-contract';
import { silentLogger } from './embedded-support.ts';

describeStoreContract('embedded', async ({ retentionDays }) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'paylog-store-'));
  const open = async () => {
    const store = createEmbeddedStore({ dataDir, retentionDays }, silentLogger);
    await store.start();
    return { store, writer: store.writer(), searcher: store.searcher() };
  };
  let current = await open();
  return {
    get writer() {
      return current.writer;
    },
    get searcher() {
      return current.searcher;
    },
    // What a write stored is visible to the next search.
    refresh: () => Promise.resolve(),
    restart: async () => {
      await current.store.stop();
      current = await open();
    },
    // The store lives in this process: embedded-kill.test.ts kills a child process instead.
    kill: undefined,
    stop: async () => {
      await current.store.stop();
      await rm(dataDir, { recursive: true });
    },
  };
});
