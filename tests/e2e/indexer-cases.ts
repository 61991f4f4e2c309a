import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { after, before, describe, it, type Context } from 'mocha';
import type { StoreWriter, WriteOutcome } from '@paylog/shared/ports/store';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { IndexerWorld, idsOf, type IndexerStack, type RunningIndexer } from './indexer-world.ts';

const WAIT_MS = 60_000;

/** A store that can be switched off: what it answers then is what a full or unreachable one answers. */
function switchable(): { decorate: (writer: StoreWriter) => StoreWriter; down: boolean; refused: number } {
  const outage: WriteOutcome = { status: 'retryable', type: 'outage', reason: 'switched off by the test' };
  const control = {
    down: false,
    refused: 0,
    decorate: (inner: StoreWriter): StoreWriter => ({
      start: () => inner.start(),
      stop: () => inner.stop(),
      state: () => inner.state(),
      enforceRetention: (nowMs) => inner.enforceRetention(nowMs),
      write: async (documents, options) => {
        if (!control.down) return inner.write(documents, options);
        control.refused += 1;
        return documents.map(() => outage);
      },
    }),
  };
  return control;
}

function settledTotal(...indexers: readonly RunningIndexer[]): number {
  let total = 0;
  for (const { settled } of indexers) total += settled('stored') + settled('duplicate') + settled('dead_lettered');
  return total;
}

async function waitForSettled(count: number, ...indexers: readonly RunningIndexer[]): Promise<void> {
  await waitUntil(
    () => settledTotal(...indexers) >= count,
    WAIT_MS,
    () => `${String(count)} settled records, have ${String(settledTotal(...indexers))}`,
  );
}

/** What the indexer promises, on any pair of real queue and store. */
export function describeIndexer(name: string, open: (context: Context) => Promise<IndexerStack>): void {
  describe(`indexer on ${name}`, function () {
    this.timeout(3 * WAIT_MS);
    let stack: IndexerStack | undefined;

    before(async function () {
      this.timeout(5 * WAIT_MS);
      stack = await open(this);
    });

    after(async () => {
      await stack?.close();
    });

    async function world(): Promise<IndexerWorld> {
      assert.ok(stack !== undefined);
      return IndexerWorld.create(stack);
    }

    it('stores each record of the topic once, and says that it is ready, live and without lag', async () => {
      await using here = await world();
      const ids = idsOf('once', 2500);
      await here.publishChecked(ids.slice(0, 1500));
      const running = await here.index();
      await here.publishChecked(ids.slice(1500));
      assert.deepEqual(await here.waitForStored(ids.length), ids);
      await waitForSettled(ids.length, running);
      assert.deepEqual([running.settled('stored'), running.settled('duplicate')], [ids.length, 0]);
      assert.deepEqual(
        running.indexer.dependencies.map((state) => state().state),
        ['up', 'up', 'up'],
      );
      assert.equal(running.indexer.stalled(), undefined);
      assert.equal(running.metrics.acceptToStoredSeconds.child({}).count, ids.length);
    });

    it('checks what direct producers sent: poison becomes dead letters with reasons, neighbors are stored', async () => {
      await using here = await world();
      const pan = '4111111111111111';
      const good = idsOf('direct', 300).map((id) => ({ message: `card ${pan} of ${id}`, service: here.service, id }));
      const poison: readonly (readonly [Buffer | string, string, string | undefined])[] = [
        ['{"message":"broken', 'invalid_json', undefined],
        ['[1,2]', 'not_an_object', undefined],
        [JSON.stringify({ message: `no service, card ${pan}` }), 'missing_field', 'service'],
        [JSON.stringify({ message: 'x', service: here.service, timestamp: 'soon' }), 'invalid_timestamp', 'timestamp'],
        [Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), 'invalid_utf8', undefined],
        [`{"a":${'['.repeat(200)}${']'.repeat(200)}}`, 'too_deep', undefined],
      ];
      const messages = good.map((record) => ({ key: 'any', value: Buffer.from(JSON.stringify(record)) }));
      for (const [i, [value]] of poison.entries()) {
        messages.splice(i * 40 + 7, 0, { key: 'any', value: Buffer.from(value) });
      }
      await here.publish(here.topics.direct, messages);
      const running = await here.index();
      const ids = await here.waitForStored(good.length);
      assert.deepEqual(
        ids,
        good.map(({ id }) => id),
      );
      await waitForSettled(messages.length, running);
      const letters = await here.deadLetters(poison.length);
      assert.equal(letters.length, poison.length);
      assert.deepEqual(
        letters.map(({ value }) => [value.error.type, value.error.field]).sort(),
        poison.map(([, type, field]) => [type, field]).sort(),
      );
      for (const { key, value } of letters) {
        const { topic, partition, offset } = value.origin;
        assert.equal(topic, here.topics.direct);
        assert.equal(key, `${topic}-${String(partition)}-${String(offset)}`);
        assert.equal(JSON.stringify(value).includes(pan), false);
      }
      const { hits } = await here.searcher.search(
        { services: [here.service], order: 'asc', limit: 1000, countUpTo: 1000 },
        { signal: new AbortController().signal },
      );
      assert.equal(hits.filter(({ source }) => source.includes(pan)).length, 0);
      assert.equal(running.metrics.redactions.child({ kind: 'pan' }).value, good.length);
    });

    it('buries what has no envelope or cannot share an address, and goes on behind it', async () => {
      await using here = await world();
      await here.publishChecked(['taken']);
      const running = await here.index();
      await here.waitForStored(1);
      await here.publish(here.topics.records, [{ key: 'k', value: Buffer.from('{"message":"no envelope"}') }]);
      await here.publishChecked(['taken', 'free'], 'same id, other content');
      assert.deepEqual(await here.waitForStored(2), ['free', 'taken']);
      const letters = await here.deadLetters(2);
      assert.deepEqual(letters.map(({ value }) => [value['stage'], value.error.type, value['attempts']]).sort(), [
        ['envelope', 'unreadable_envelope', 0],
        ['store', 'id_conflict', 1],
      ]);
      await waitForSettled(4, running);
    });

    it('loses nothing while the store is away, and stays live', async () => {
      await using here = await world();
      const store = switchable();
      const running = await here.index('outage', store.decorate);
      const ids = idsOf('outage', 1200);
      await here.publishChecked(ids.slice(0, 300));
      await here.waitForStored(300);
      store.down = true;
      await here.publishChecked(ids.slice(300, 900));
      await waitUntil(
        () => store.refused > 5,
        WAIT_MS,
        () => 'attempts on the store',
      );
      assert.equal(running.indexer.stalled(), undefined);
      assert.equal((await here.storedIds()).length, 300);
      store.down = false;
      await here.publishChecked(ids.slice(900));
      assert.deepEqual(await here.waitForStored(ids.length), ids);
      await waitForSettled(ids.length, running);
      assert.equal(running.settled('dead_lettered'), 0);
    });

    it('stops in time while the store is away; the next one stores what was left', async () => {
      await using here = await world();
      const store = switchable();
      store.down = true;
      const first = await here.index('stop', store.decorate);
      const ids = idsOf('stop', 400);
      await here.publishChecked(ids);
      await waitUntil(
        () => store.refused > 0,
        WAIT_MS,
        () => 'an attempt on the store',
      );
      const began = performance.now();
      await first.indexer.stop();
      assert.ok(performance.now() - began < 10_000);
      assert.equal(settledTotal(first), 0);
      const second = await here.index('stop');
      assert.deepEqual(await here.waitForStored(ids.length), ids);
      await waitForSettled(ids.length, second);
      assert.equal(second.settled('stored'), ids.length);
    });

    it('does not read again what was settled before a stop', async () => {
      await using here = await world();
      const ids = idsOf('again', 600);
      await here.publishChecked(ids.slice(0, 500));
      const first = await here.index('again');
      await waitForSettled(500, first);
      await first.indexer.stop();
      await here.publishChecked(ids.slice(500));
      const second = await here.index('again');
      await waitForSettled(100, second);
      await delay(300);
      assert.deepEqual([second.settled('stored'), second.settled('duplicate')], [100, 0]);
    });

    it('finds nothing but duplicates when a whole topic is read once more', async () => {
      await using here = await world();
      const ids = idsOf('twice', 1000);
      await here.publishChecked(ids);
      const direct = idsOf('unnamed', 200).map((text) => JSON.stringify({ message: text, service: here.service }));
      await here.publish(
        here.topics.direct,
        direct.map((value) => ({ key: 'any', value: Buffer.from(value) })),
      );
      const first = await here.index('first');
      await waitForSettled(1200, first);
      await first.indexer.stop();
      const before = await here.waitForStored(1200);
      const second = await here.index('second');
      await waitForSettled(1200, second);
      assert.deepEqual([second.settled('stored'), second.settled('duplicate')], [0, 1200]);
      assert.deepEqual(await here.storedIds(), before);
    });
  });
}
