import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import type { StoreDocument } from '../ports/store.ts';
import { storeDocument, timeOf } from './store-documents.ts';
import { allPages, idsOf, search, store, write, type MakeStoreHarness, type StoreHarness } from './store-harness.ts';

/** Cases about what stays: retention and kill -9. */
export function describeStoreDurability(makeHarness: MakeStoreHarness): void {
  describe('keeping', () => {
    let harness: StoreHarness | undefined;
    afterEach(async () => {
      await harness?.stop();
      harness = undefined;
    });

    it('drops whole days that are older than the retention and nothing else', async () => {
      harness = await makeHarness({ retentionDays: 7 });
      const days = ['2026-11-10', '2026-11-12', '2026-11-13', '2026-11-20'];
      const documents = days.flatMap((day) =>
        ['main', 'other'].flatMap((dataSet) =>
          [0, 86_399].map((second) =>
            storeDocument({ id: `${day}-${dataSet}-${second}`, timestamp: timeOf(day, second), dataSet }),
          ),
        ),
      );
      // The year says it is old, but it is kept with the day on which it was received.
      const wild = storeDocument({
        id: 'wild',
        timestamp: timeOf('2001-01-01', 0),
        receivedAt: '2026-11-20T08:00:00.000Z',
      });
      await store(harness, [...documents, wild]);
      const dropped = await harness.writer.enforceRetention(Date.parse('2026-11-20T12:00:00Z'));
      assert.ok(dropped.length > 0);
      await harness.refresh();
      const kept = documents.map((document) => document.id).filter((id) => id >= '2026-11-13');
      assert.deepEqual(await idsOf(harness), ['wild', ...kept.sort(byTime)]);
      assert.deepEqual(await harness.writer.enforceRetention(Date.parse('2026-11-20T12:00:00Z')), []);
    });

    it('keeps everything when the retention is 0', async () => {
      harness = await makeHarness({ retentionDays: 0 });
      await store(harness, [storeDocument({ id: 'old', timestamp: timeOf('2026-01-01', 0) })]);
      assert.deepEqual(await harness.writer.enforceRetention(Date.parse('2036-01-01T00:00:00Z')), []);
      assert.deepEqual(await idsOf(harness), ['old']);
    });

    it('has everything that it called stored after kill -9 under load', async function () {
      harness = await makeHarness({ retentionDays: 0 });
      if (harness.kill === undefined) {
        this.skip();
      }
      await survivesKill(harness, harness.kill);
    });
  });
}

/** Ids of equal times sort by id; the data set stands in the id, the time in its last part. */
function byTime(a: string, b: string): number {
  const key = (id: string): string => {
    const [day, clock] = [id.slice(0, 10), id.split('-').at(-1) ?? ''];
    return `${day} ${clock.padStart(5, '0')} ${id}`;
  };
  return key(a) < key(b) ? -1 : 1;
}

async function survivesKill(harness: StoreHarness, kill: () => Promise<void>): Promise<void> {
  const batches = Array.from({ length: 60 }, (_, batch) =>
    Array.from({ length: 100 }, (__, n) =>
      storeDocument({ id: `k${batch}-${n}`, timestamp: timeOf('2026-11-20', batch, n) }),
    ),
  );
  const stored = new Set<string>();
  let restarting: Promise<void> | undefined;
  for (const [n, batch] of batches.entries()) {
    // The kill runs beside the writes that follow it.
    if (n === 10) restarting = kill();
    await writeAndNote(harness, batch, stored);
  }
  await restarting;
  assert.ok(stored.size >= 1000, `only ${stored.size} documents were stored`);
  await harness.refresh();
  const found = new Set((await allPages(harness, {})).map((hit) => hit.id));
  assert.deepEqual(
    [...stored].filter((id) => !found.has(id)),
    [],
  );
  const all = batches.flat();
  const again = await write(harness, all);
  for (const [n, document] of all.entries()) {
    const status = again[n]?.status;
    assert.ok(status === 'duplicate' || (status === 'stored' && !stored.has(document.id)), `${document.id}: ${status}`);
  }
  await harness.refresh();
  assert.deepEqual((await search(harness, { limit: 1 })).total, { value: all.length, relation: 'eq' });
}

async function writeAndNote(
  harness: StoreHarness,
  batch: readonly StoreDocument[],
  stored: Set<string>,
): Promise<void> {
  // A store that dies in the middle answers `retryable`; one whose process is gone with it cannot answer at all.
  const outcomes = await write(harness, batch).catch(() => []);
  for (const [n, outcome] of outcomes.entries()) {
    const id = batch[n]?.id;
    if (outcome.status === 'stored' && id !== undefined) stored.add(id);
  }
}
