import assert from 'node:assert/strict';
import { createEmbeddedQueue } from '@paylog/shared/embedded/embedded-queue';
import { createEmbeddedStore } from '@paylog/shared/embedded/embedded-store';
import type { SearchHit } from '@paylog/shared/ports/store';
import { QueueProbe, waitUntil } from '@paylog/shared/testing/queue-probe';
import { describe, it } from 'mocha';
import { EmbeddedChild, silentLogger, withDataDir } from './embedded-support.ts';

const ROUNDS = 5;
const REQUEST = { order: 'asc', limit: 1000, countUpTo: 1_000_000, services: ['payments'] } as const;

/** Starts the child `ROUNDS` times on one directory, kills it under load each time; returns what it acknowledged. */
async function killAgainAndAgain(mode: 'queue' | 'store', dataDir: string): Promise<string[]> {
  const acknowledged: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const child = new EmbeddedChild([mode, dataDir, String(round)]);
    await waitUntil(
      () => child.lines.length >= 300 + 100 * round,
      30_000,
      () => `acknowledgements in round ${round}`,
    );
    await child.kill();
    acknowledged.push(...child.lines);
  }
  return acknowledged;
}

describe('embedded adapter under kill -9', function () {
  this.timeout(120_000);

  it('delivers every acknowledged message once', () =>
    withDataDir(async (dataDir) => {
      const acknowledged = await killAgainAndAgain('queue', dataDir);
      const queue = createEmbeddedQueue({ dataDir }, silentLogger);
      await queue.start();
      const probe = new QueueProbe();
      const consumer = queue.consumer({ group: 'check', topics: ['logs'] });
      await consumer.start(probe.handler);
      await waitUntil(
        async () => (await consumer.lag()).every(({ records }) => records === 0),
        30_000,
        () => 'zero lag',
      );
      await consumer.stop();
      await queue.stop();
      const keys = probe.keys();
      const delivered = new Set(keys);
      assert.equal(delivered.size, keys.length, 'nothing twice');
      assert.deepEqual(
        acknowledged.filter((id) => !delivered.has(id)),
        [],
      );
    }));

  it('holds every stored document once, and finds it', () =>
    withDataDir(async (dataDir) => {
      const acknowledged = await killAgainAndAgain('store', dataDir);
      const store = createEmbeddedStore({ dataDir }, silentLogger);
      await store.start();
      const searcher = store.searcher();
      const { signal } = new AbortController();
      const found: SearchHit[] = [];
      for (;;) {
        const last = found.at(-1);
        const page = last === undefined ? {} : { after: { timestamp: last.timestamp, id: last.id } };
        const { hits, total } = await searcher.search({ ...REQUEST, ...page }, { signal });
        found.push(...hits);
        if (hits.length > 0) continue;
        assert.equal(total.value, found.length, 'the count is that of the hits');
        break;
      }
      await store.stop();
      const all = new Set(found.map(({ id }) => id));
      assert.equal(all.size, found.length, 'nothing twice');
      assert.deepEqual(
        acknowledged.filter((id) => !all.has(id)),
        [],
      );
    }));
});
