import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createEmbeddedQueue, type EmbeddedQueue } from '@paylog/shared/embedded/embedded-queue';
import { createEmbeddedStore } from '@paylog/shared/embedded/embedded-store';
import { EmbeddedStoreSearcher } from '@paylog/shared/embedded/embedded-store-searcher';
import { EmbeddedStoreWriter } from '@paylog/shared/embedded/embedded-store-writer';
import { StoreCore } from '@paylog/shared/embedded/store-core';
import { StoreUnavailableError } from '@paylog/shared/errors/store-unavailable-error';
import { storeDocument, timeOf } from '@paylog/shared/testing/store-documents';
import { QueueCore } from '@paylog/shared/embedded/queue-core';
import { EmbeddedPublisher } from '@paylog/shared/embedded/embedded-publisher';
import { QueueProbe, waitUntil } from '@paylog/shared/testing/queue-probe';
import { describe, it } from 'mocha';
import { scriptArguments } from '../stack/node-arguments.ts';
import { EmbeddedChild, LOGS, silentLogger, StartedThreads, withDataDir } from './embedded-support.ts';

const STORED = { status: 'stored' } as const;
const message = (key: string, bytes = 100) => ({ key, value: Buffer.alloc(bytes, 0x61) });

async function openQueue(dataDir: string, options = {}): Promise<EmbeddedQueue> {
  const queue = createEmbeddedQueue({ dataDir, retentionIntervalMs: 50, ...options }, silentLogger);
  await queue.start();
  await queue.topicAdmin().ensureTopics([LOGS, { ...LOGS, topic: 'logs.dlq', partitions: 1 }], true);
  return queue;
}

async function sizeOf(dataDir: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(dataDir)) bytes += (await stat(join(dataDir, name))).size;
  return bytes;
}

describe('embedded adapter: directory and files', function () {
  this.timeout(60_000);

  it('refuses a directory that another process holds, names both, and takes it after kill -9', () =>
    withDataDir(async (dataDir) => {
      const child = new EmbeddedChild(['hold', dataDir]);
      await waitUntil(
        () => child.lines.length > 0,
        30_000,
        () => 'the child to hold the directory',
      );
      const second = createEmbeddedQueue({ dataDir }, silentLogger);
      await assert.rejects(
        second.start(),
        (error: Error) => error.message.includes(dataDir) && error.message.includes(`process ${child.process.pid}`),
      );
      await second.stop();
      await child.kill();
      const third = createEmbeddedQueue({ dataDir }, silentLogger);
      await third.start();
      await third.stop();
    }));

  for (const [name, create] of [
    ['queue', createEmbeddedQueue],
    ['store', createEmbeddedStore],
  ] as const) {
    it(`names the damaged file of the ${name} and what to do`, () =>
      withDataDir(async (dataDir) => {
        const path = join(dataDir, `${name}.db`);
        await writeFile(path, Buffer.alloc(16_384, 'not a database '));
        const part = create({ dataDir }, silentLogger);
        await assert.rejects(
          part.start(),
          (error: Error) => error.message.includes(path) && error.message.includes('Move'),
        );
        await part.stop();
      }));
  }

  it('makes the directory, and stops without having been started', () =>
    withDataDir(async (dataDir) => {
      const deep = join(dataDir, 'a', 'b');
      await createEmbeddedQueue({ dataDir: deep }, silentLogger).stop();
      const store = createEmbeddedStore({ dataDir: deep }, silentLogger);
      await store.start();
      await store.stop();
      await store.stop();
    }));
});

describe('embedded queue: bounds', function () {
  this.timeout(60_000);

  it('commits concurrent calls together', () =>
    withDataDir(async (dataDir) => {
      const core = new QueueCore({ dataDir }, silentLogger);
      await core.start();
      await core.makeTopics([LOGS]);
      let transactions = 0;
      core.listen(() => {
        transactions += 1;
      });
      const publisher = new EmbeddedPublisher(core);
      const outcomes = await Promise.all(
        Array.from({ length: 500 }, (_, n) => publisher.publish('logs', [message(`k${n}`)])),
      );
      assert.ok(outcomes.every(({ status }) => status === 'stored'));
      assert.ok(transactions <= 3, `${transactions} transactions`);
      await core.stop();
    }));

  it('refuses more than maxBytes, still takes dead letters, and goes on when the consumer has caught up', () =>
    withDataDir(async (dataDir) => {
      const maxBytes = 4 * 1024 * 1024;
      const queue = await openQueue(dataDir, { maxBytes, retentionIntervalMs: 60_000 });
      const publisher = queue.publisher();
      const idle = queue.consumer({ group: 'g', topics: ['logs'] });
      await idle.start(async ({ signal }) => {
        await new Promise((resolve) => {
          signal.addEventListener('abort', resolve);
        });
      });
      let refused;
      for (let n = 0; n < 200 && refused === undefined; n += 1) {
        const outcome = await publisher.publish('logs', [message(`k${n}`, 100_000)]);
        if (outcome.status !== 'stored') refused = outcome;
      }
      assert.ok(refused?.status === 'retryable');
      assert.equal(refused.reason, 'overloaded');
      assert.deepEqual(await publisher.publish('logs.dlq', [message('dead', 100_000)]), STORED);
      await idle.stop();
      const probe = new QueueProbe();
      const consumer = queue.consumer({ group: 'g', topics: ['logs'] });
      await consumer.start(probe.handler);
      await waitUntil(
        async () => (await publisher.publish('logs', [message('again', 100_000)])).status === 'stored',
        10_000,
        () => 'space',
      );
      // Ten times the limit flows through, and the files stay small.
      for (let n = 0; n < 400; n += 1) {
        await waitUntil(
          async () => (await publisher.publish('logs', [message(`m${n}`, 100_000)])).status === 'stored',
          10_000,
          () => 'space',
        );
      }
      await consumer.stop();
      assert.ok((await sizeOf(dataDir)) < 30 * 1024 * 1024, `${await sizeOf(dataDir)} bytes of files`);
      await queue.stop();
    }));

  it('keeps what a group has not settled, and dead letters for their own retention', () =>
    withDataDir(async (dataDir) => {
      const queue = await openQueue(dataDir, { settledRetentionMs: 0 });
      const publisher = queue.publisher();
      const group = queue.consumer({ group: 'slow', topics: ['logs'] });
      await group.start(async () => sleep(20));
      await publisher.publish('logs', [message('unsettled')]);
      await publisher.publish('logs.dlq', [message('dead')]);
      await sleep(400);
      await group.stop();
      const probe = new QueueProbe();
      const later = queue.consumer({ group: 'slow', topics: ['logs'] });
      const dead = queue.consumer({ group: 'replay', topics: ['logs.dlq'] });
      await later.start(probe.handler);
      await dead.start(probe.handler);
      await probe.waitForKeys(2);
      await Promise.all([later.stop(), dead.stop()]);
      await queue.stop();
    }));

  it('hands over at once what is published while a handler runs', () =>
    withDataDir(async (dataDir) => {
      const queue = await openQueue(dataDir);
      const publisher = queue.publisher();
      let slowestMs = 0;
      const sentMs = new Map<string, number>();
      const consumer = queue.consumer({ group: 'g', topics: ['logs'] });
      const probe = new QueueProbe(async (batch) => {
        for (const { key } of batch.messages) {
          slowestMs = Math.max(slowestMs, performance.now() - (sentMs.get(key?.toString() ?? '') ?? 0));
        }
        await sleep(5);
        batch.settle(batch.messages.length);
      });
      await consumer.start(probe.handler);
      for (let n = 0; n < 100; n += 1) {
        sentMs.set(`k${n}`, performance.now());
        await publisher.publish('logs', [message(`k${n}`)]);
        await sleep(n % 10);
      }
      await probe.waitForKeys(100);
      await consumer.stop();
      await queue.stop();
      // The fallback poll runs once a second.
      assert.ok(slowestMs < 600, `${slowestMs} ms`);
    }));

  it('settles every call within the publish timeout while the thread is gone', () =>
    withDataDir(async (dataDir) => {
      const core = new QueueCore({ dataDir, publishTimeoutMs: 200, maxWaitingBytes: 1000 }, silentLogger);
      await core.start();
      await core.makeTopics([LOGS]);
      await core.link.stop();
      const publisher = new EmbeddedPublisher(core);
      const startMs = performance.now();
      const outcomes = await Promise.all([1, 2, 3, 4].map((n) => publisher.publish('logs', [message(`k${n}`, 400)])));
      assert.ok(performance.now() - startMs < 1000);
      assert.deepEqual(
        outcomes.map((outcome) => (outcome.status === 'retryable' ? outcome.reason : outcome.status)),
        ['unavailable', 'unavailable', 'overloaded', 'overloaded'],
      );
      await core.stop();
    }));

  it('survives the death of its thread: down, up again, nothing acknowledged lost', () =>
    withDataDir(async (dataDir) => {
      using threads = new StartedThreads();
      const core = new QueueCore({ dataDir }, silentLogger);
      await core.start();
      await core.makeTopics([LOGS]);
      const publisher = new EmbeddedPublisher(core);
      const acknowledged: string[] = [];
      for (let n = 0; n < 300; n += 1) {
        if (n % 100 === 50) {
          // The calls under way end with the thread: some of them may be in the queue all the same.
          const underWay = publisher.publish('logs', [message(`u${n}`)]);
          await threads.killNewest();
          assert.equal(core.state().state, 'down');
          if ((await underWay).status === 'stored') acknowledged.push(`u${n}`);
        }
        const outcome = await publisher.publish('logs', [message(`k${n}`)]);
        if (outcome.status === 'stored') acknowledged.push(`k${n}`);
      }
      assert.ok(acknowledged.length >= 300);
      assert.equal(core.state().state, 'up');
      await core.stop();
      const queue = await openQueue(dataDir);
      const probe = new QueueProbe();
      const consumer = queue.consumer({ group: 'g', topics: ['logs'] });
      await consumer.start(probe.handler);
      await probe.waitForKeys(acknowledged.length);
      await consumer.stop();
      await queue.stop();
      const keys = new Set(probe.keys());
      assert.deepEqual(
        acknowledged.filter((key) => !keys.has(key)),
        [],
      );
    }));
});

describe('embedded adapter: full disk', function () {
  this.timeout(60_000);

  it('answers retryable, says why, and recovers when there is space', async function () {
    const script = fileURLToPath(new URL('./embedded-full-disk.ts', import.meta.url));
    await withDataDir(async (dataDir) => {
      await mkdir(join(dataDir, 'disk'));
      const mount = `mount -t tmpfs -o size=3m tmpfs "$0/disk"`;
      const probe = spawnSync('unshare', ['-m', 'sh', '-c', mount, dataDir], { encoding: 'utf8' });
      if (probe.status !== 0) {
        console.log('      skipped: mounting a small tmpfs needs "unshare -m" and the right to mount (root)');
        this.skip();
      }
      const run = spawnSync(
        'unshare',
        ['-m', 'sh', '-c', `${mount} && exec "$@" "$0/disk"`, dataDir, process.execPath, ...scriptArguments(script)],
        { encoding: 'utf8', timeout: 50_000 },
      );
      assert.equal(run.stderr, '');
      assert.equal(run.stdout.trim(), 'ok');
    });
  });
});

describe('embedded store: searches and writes side by side', function () {
  this.timeout(60_000);

  it('answers writes while it searches, times out, and replaces a reader that does not come back', () =>
    withDataDir(async (dataDir) => {
      const core = new StoreCore({ dataDir }, silentLogger);
      await core.start();
      const [writer, searcher] = [new EmbeddedStoreWriter(core), new EmbeddedStoreSearcher(core)];
      const { signal } = new AbortController();
      const request = { order: 'asc', limit: 1000, countUpTo: 1_000_000, words: ['common'] } as const;
      const searches: Promise<unknown>[] = [];
      for (let call = 0; call < 10; call += 1) {
        // All in one slice of time: the worst case for the order inside of it.
        const documents = Array.from({ length: 500 }, (_, n) =>
          storeDocument({ id: `d${call}-${n}`, timestamp: timeOf('2026-11-20', 0), message: 'common' }),
        );
        const [outcomes] = await Promise.all([
          writer.write(documents, { signal }),
          searcher.search(request, { signal }),
        ]);
        assert.ok(outcomes.every(({ status }) => status === 'stored'));
        searches.push(searcher.search(request, { signal }).catch((error: unknown) => error));
      }
      core.reader.restart();
      assert.equal(searcher.state().state, 'down');
      const answers = await Promise.all(searches);
      assert.ok(
        answers.every((answer) => answer instanceof StoreUnavailableError || Object.hasOwn(Object(answer), 'hits')),
      );
      await waitUntil(
        () => searcher.state().state === 'up',
        10_000,
        () => 'the reader to come back',
      );
      const page = await searcher.search(request, { signal });
      assert.deepEqual(page.total, { value: 5000, relation: 'eq' });
      assert.equal(page.hits.length, 1000);
      await core.stop();
      await assert.rejects(searcher.search(request, { signal }), { code: 'store_unavailable' });

      const hasty = new StoreCore({ dataDir, searchTimeoutMs: 1 }, silentLogger);
      await hasty.start();
      await assert.rejects(new EmbeddedStoreSearcher(hasty).search(request, { signal }), { code: 'store_timeout' });
      const controller = new AbortController();
      const aborted = new EmbeddedStoreSearcher(hasty).search(request, { signal: controller.signal });
      controller.abort();
      await assert.rejects(aborted, { name: 'AbortError' });
      await hasty.stop();
    }));

  it('gives up readers and stops while threads are inside of SQLite, and the process goes on', () =>
    withDataDir(async (dataDir) => {
      const child = new EmbeddedChild(['replace', dataDir]);
      assert.equal(await child.exited, 0);
      assert.deepEqual(child.lines, ['replaced 0', 'replaced 1', 'replaced 2']);
    }));
});
