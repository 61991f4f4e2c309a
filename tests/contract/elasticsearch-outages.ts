import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { createElasticsearchSearcher } from '@paylog/shared/elasticsearch/elasticsearch-searcher';
import { createElasticsearchWriter } from '@paylog/shared/elasticsearch/elasticsearch-writer';
import type { StoreSearcher, StoreWriter, WriteOutcome } from '@paylog/shared/ports/store';
import { storeDocument, timeOf } from '@paylog/shared/testing/store-documents';
import { NEVER, statuses } from '@paylog/shared/testing/store-harness';
import type { ElasticsearchNode } from '../stack/stack-service.ts';
import { callNode, ownPrefix, removePrefix, silentLogger, writerOptions } from './elasticsearch-harness.ts';

const TIMEOUT_MS = 5000;
const REQUEST = { order: 'asc', limit: 1000, countUpTo: 100_000 } as const;
const document = (id: string): ReturnType<typeof storeDocument> =>
  storeDocument({ id, timestamp: timeOf('2026-11-20', 36_000) });

/** What the adapter does while the node is gone or hangs; needs a node that may be killed. */
export function describeElasticsearchOutages(node: () => ElasticsearchNode): void {
  describe('outages', function () {
    this.timeout(240_000);
    let prefix: string;
    let writer: StoreWriter;
    let searcher: StoreSearcher;

    beforeEach(async () => {
      prefix = ownPrefix();
      const options = writerOptions(node().url, prefix, { timeoutMs: TIMEOUT_MS });
      writer = createElasticsearchWriter(options, silentLogger);
      searcher = createElasticsearchSearcher(options, silentLogger);
      await writer.start();
      await searcher.start();
    });
    afterEach(async () => {
      await writer.stop();
      await searcher.stop();
      await removePrefix(node().url, prefix);
    });

    async function within<T>(work: Promise<T>): Promise<T> {
      const started = Date.now();
      const result = await work;
      assert.ok(Date.now() - started < TIMEOUT_MS + 1000, 'took longer than its time limit');
      return result;
    }

    it('answers within its time limit while the node is down, and recovers by itself', async () => {
      assert.deepEqual(statuses(await writer.write([document('a')], { signal: NEVER })), ['stored']);
      await node().kill();
      const [outcome] = await within(writer.write([document('b')], { signal: NEVER }));
      assert.ok(outcome?.status === 'retryable');
      assert.equal(outcome.type, 'connection_error');
      await assert.rejects(within(searcher.search(REQUEST, { signal: NEVER })), { code: 'store_unavailable' });
      await assert.rejects(within(writer.start()), { code: 'store_unavailable' });
      await assert.rejects(
        createElasticsearchWriter(
          writerOptions(node().url, prefix, { retentionDays: 1, timeoutMs: TIMEOUT_MS }),
          silentLogger,
        ).enforceRetention(0),
        { code: 'store_unavailable' },
      );
      assert.deepEqual([writer.state().state, searcher.state().state], ['down', 'down']);
      await node().start();
      await callNode(node().url, 'GET', '/_cluster/health?wait_for_status=yellow&timeout=60s');
      assert.deepEqual(statuses(await writer.write([document('a'), document('b')], { signal: NEVER })), [
        'duplicate',
        'stored',
      ]);
      await callNode(node().url, 'POST', `/paylog-${prefix}/_refresh`);
      assert.equal((await searcher.search(REQUEST, { signal: NEVER })).hits.length, 2);
      assert.deepEqual([writer.state().state, searcher.state().state], ['up', 'up']);
    });

    it('notices the end of an outage without traffic', async () => {
      await node().kill();
      await assert.rejects(searcher.search(REQUEST, { signal: NEVER }), { code: 'store_unavailable' });
      await node().start();
      const deadline = Date.now() + 20_000;
      while (searcher.state().state === 'down' || writer.state().state === 'down') {
        assert.ok(Date.now() < deadline, 'still down');
        await delay(100);
      }
    });

    it('gives up within its time limit while the node hangs', async () => {
      await writer.write([document('a')], { signal: NEVER });
      await node().pause();
      try {
        const [outcome] = await within(writer.write([document('b')], { signal: NEVER }));
        assert.ok(outcome?.status === 'retryable');
        assert.equal(outcome.type, 'timeout');
        // The writer now looks for its template first; a caller that gives up does not wait for that.
        const giveUp = AbortSignal.timeout(200);
        const started = Date.now();
        assert.deepEqual(statuses(await writer.write([document('c')], { signal: giveUp })), ['retryable']);
        assert.ok(
          Date.now() - started < TIMEOUT_MS / 2,
          `gave up only ${Date.now() - started} ms after it was aborted`,
        );
        await assert.rejects(within(searcher.search(REQUEST, { signal: NEVER })), { code: 'store_timeout' });
        await assert.rejects(within(searcher.get('a', { signal: NEVER })), { code: 'store_timeout' });
        const controller = new AbortController();
        const searching = searcher.search(REQUEST, { signal: controller.signal });
        setTimeout(() => {
          controller.abort();
        }, 50);
        await assert.rejects(searching, { name: 'AbortError' });
      } finally {
        await node().resume();
      }
      // What was sent while it hung may have arrived: once in any case.
      const [outcome] = await writer.write([document('b')], { signal: NEVER });
      assert.ok(outcome?.status === 'stored' || outcome?.status === 'duplicate');
    });

    it('loses nothing that it called stored over five kills under load', async () => {
      const load = new Load(writer);
      const workers = [load.run(0), load.run(1)];
      try {
        for (let kills = 0; kills < 5; kills += 1) {
          await load.untilStored(load.stored.size + 300);
          await node().kill();
          await node().start();
        }
      } finally {
        load.stop();
      }
      await Promise.all(workers);
      assert.deepEqual(load.surprises, []);
      await callNode(node().url, 'GET', '/_cluster/health?wait_for_status=yellow&timeout=60s');
      const all = [...load.stored, ...load.unknown];
      const again = await writer.write(all.map(document), { signal: NEVER });
      for (const [n, id] of all.entries()) {
        if (load.stored.has(id)) assert.equal(again[n]?.status, 'duplicate', id);
      }
      await callNode(node().url, 'POST', `/paylog-${prefix}/_refresh`);
      const { total } = await searcher.search({ ...REQUEST, limit: 1 }, { signal: NEVER });
      assert.deepEqual(total, { value: all.length, relation: 'eq' });
    });
  });
}

/** Writes batch after batch, each until all of it is in the store, and notes what was answered. */
class Load {
  readonly stored = new Set<string>();
  /** Sent, but never answered with `stored`. */
  readonly unknown = new Set<string>();
  readonly surprises: string[] = [];
  readonly #writer: StoreWriter;
  #running = true;

  constructor(writer: StoreWriter) {
    this.#writer = writer;
  }

  stop(): void {
    this.#running = false;
  }

  /** A method, because `stop` is called while `run` waits, which the compiler cannot see. */
  isRunning(): boolean {
    return this.#running;
  }

  async untilStored(count: number): Promise<void> {
    const deadline = Date.now() + 60_000;
    while (this.stored.size < count) {
      assert.ok(Date.now() < deadline, `only ${this.stored.size} of ${count} documents were stored`);
      await delay(20);
    }
  }

  async run(worker: number): Promise<void> {
    for (let n = 0; this.isRunning(); n += 1) {
      let open = Array.from({ length: 20 }, (_, m) => document(`w${worker}-${n}-${m}`));
      for (const { id } of open) this.unknown.add(id);
      while (open.length > 0 && this.isRunning()) {
        const outcomes = await this.#writer.write(open, { signal: NEVER });
        open = open.filter(({ id }, m) => this.#isOpen(id, outcomes[m]));
        await delay(20);
      }
    }
  }

  #isOpen(id: string, outcome: WriteOutcome | undefined): boolean {
    if (outcome?.status === 'stored') {
      this.stored.add(id);
      this.unknown.delete(id);
    } else if (outcome?.status === 'rejected') this.surprises.push(`${id}: ${outcome.type}`);
    return outcome?.status === 'retryable';
  }
}
