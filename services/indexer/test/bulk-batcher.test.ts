import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, it } from 'mocha';
import type { RetriedOutcome } from '@paylog/shared/flow/retrying-writer';
import type { StoreDocument } from '@paylog/shared/ports/store';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { BulkBatcher, type BulkJob, type BulkLimits, type BulkReport } from '../src/bulk-batcher.ts';

/** Keeps each bulk until the test lets it go: what travels together is a matter of timing. */
class HeldWriter {
  readonly bulks: { readonly ids: string[]; readonly signal: AbortSignal; readonly release: () => void }[] = [];
  running = 0;
  peak = 0;

  async write(documents: readonly StoreDocument[], { signal }: { signal: AbortSignal }): Promise<RetriedOutcome[]> {
    this.running += 1;
    this.peak = Math.max(this.peak, this.running);
    await new Promise<void>((release) => this.bulks.push({ ids: documents.map(({ id }) => id), signal, release }));
    this.running -= 1;
    return documents.map(({ id }) => ({ status: 'rejected', type: id, reason: '', attempts: 1 }));
  }
}

class Job implements BulkJob {
  readonly documents: readonly StoreDocument[];
  readonly signal: AbortSignal;
  /** The outcomes by document, as they were mapped back: here each outcome's type is its document's id. */
  readonly mapped: string[];

  constructor(ids: readonly string[], size = 10, signal = new AbortController().signal) {
    this.documents = ids.map((id) => ({
      id,
      dataSet: 'main',
      timestamp: '',
      receivedAt: '',
      source: Buffer.alloc(size),
    }));
    this.signal = signal;
    this.mapped = ids.map(() => '');
  }

  onOutcomes(from: number, count: number, outcomes: readonly RetriedOutcome[], offset: number): void {
    for (let i = 0; i < count; i += 1) {
      const outcome = outcomes[offset + i];
      this.mapped[from + i] = outcome?.status === 'rejected' ? outcome.type : '?';
    }
  }
}

function setUp(limits: Partial<BulkLimits> = {}) {
  const writer = new HeldWriter();
  const reports: BulkReport[] = [];
  const batcher = new BulkBatcher(writer, { maxBytes: 100, maxDelayMs: 20, concurrency: 2, ...limits }, (report) => {
    reports.push(report);
  });
  return { writer, batcher, reports };
}

async function turns(): Promise<void> {
  for (let i = 0; i < 3; i += 1) await new Promise(setImmediate);
}

function releaseAll(writer: HeldWriter): void {
  for (const bulk of writer.bulks) bulk.release();
}

describe('BulkBatcher', () => {
  it('sends at once when nothing is running, and together what arrives in one turn', async () => {
    const { writer, batcher } = setUp({ maxDelayMs: 60_000 });
    const jobs = [new Job(['a1', 'a2']), new Job(['b1']), new Job(['c1', 'c2'])];
    const done = Promise.all(jobs.map((job) => batcher.write(job)));
    await turns();
    assert.deepEqual(
      writer.bulks.map(({ ids }) => ids),
      [['a1', 'a2', 'b1', 'c1', 'c2']],
    );
    releaseAll(writer);
    await done;
    for (const job of jobs) {
      assert.deepEqual(
        job.mapped,
        job.documents.map(({ id }) => id),
      );
    }
  });

  it('collects while a bulk is running, until the delay is over', async () => {
    const { writer, batcher } = setUp();
    const first = batcher.write(new Job(['a']));
    await turns();
    const second = batcher.write(new Job(['b']));
    const third = batcher.write(new Job(['c']));
    await turns();
    assert.equal(writer.bulks.length, 1);
    await waitUntil(
      () => writer.bulks.length > 1,
      10_000,
      () => 'the second bulk',
    );
    assert.deepEqual(writer.bulks[1]?.ids, ['b', 'c']);
    releaseAll(writer);
    await Promise.all([first, second, third]);
  });

  it('sends what was collected as soon as the store is idle, before the delay is over', async () => {
    const { writer, batcher } = setUp({ maxDelayMs: 60_000 });
    const first = batcher.write(new Job(['a']));
    await turns();
    const second = batcher.write(new Job(['b']));
    writer.bulks[0]?.release();
    await first;
    await turns();
    assert.deepEqual(writer.bulks[1]?.ids, ['b']);
    releaseAll(writer);
    await second;
  });

  it('splits by bytes, lets a document that is larger than a bulk pass alone, keeps within the concurrency', async () => {
    const { writer, batcher, reports } = setUp({ maxDelayMs: 0 });
    const small = new Job(
      Array.from({ length: 25 }, (_, i) => `s${String(i)}`),
      10,
    );
    const large = new Job(['huge1', 'huge2'], 500);
    const done = Promise.all([batcher.write(small), batcher.write(large)]);
    while (reports.length < 5) {
      releaseAll(writer);
      await delay(1);
    }
    await done;
    assert.deepEqual(
      writer.bulks.map(({ ids }) => ids.length),
      [10, 10, 5, 1, 1],
    );
    assert.equal(writer.peak, 2);
    assert.deepEqual(
      [...small.mapped, ...large.mapped],
      [...small.documents, ...large.documents].map(({ id }) => id),
    );
    assert.deepEqual(
      reports.map(({ bytes }) => bytes),
      [100, 100, 50, 500, 500],
    );
  });

  it('gives a bulk up when all of its jobs were aborted, and mixes no new job into one that was', async () => {
    const { writer, batcher } = setUp({ maxDelayMs: 60_000, concurrency: 1 });
    const [one, two] = [new AbortController(), new AbortController()];
    const done = [batcher.write(new Job(['a'], 10, one.signal)), batcher.write(new Job(['b'], 10, two.signal))];
    await turns();
    done.push(batcher.write(new Job(['c'], 10, one.signal)));
    one.abort();
    assert.equal(writer.bulks[0]?.signal.aborted, false, 'the other job still wants it');
    two.abort();
    assert.equal(writer.bulks[0].signal.aborted, true);
    done.push(batcher.write(new Job(['d'])));
    for (let i = 0; i < 3; i += 1) {
      await turns();
      writer.bulks[i]?.release();
    }
    await Promise.all(done);
    assert.deepEqual(
      writer.bulks.map(({ ids, signal }) => [ids, signal.aborted]),
      [
        [['a', 'b'], true],
        [['c'], true],
        [['d'], false],
      ],
    );
  });

  it('rejects every job of a bulk whose writer throws, and goes on', async () => {
    let broken = true;
    const batcher = new BulkBatcher(
      {
        write: (documents) =>
          broken ? Promise.reject(new Error('bug')) : Promise.resolve(documents.map(() => ({ status: 'stored' }))),
      },
      { maxBytes: 100, maxDelayMs: 1, concurrency: 1 },
      () => {},
    );
    const results = await Promise.allSettled([batcher.write(new Job(['a'])), batcher.write(new Job(['b']))]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    broken = false;
    await batcher.write(new Job(['c']));
  });
});
