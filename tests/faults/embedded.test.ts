import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { createEmbeddedQueue } from '@paylog/shared/embedded/embedded-queue';
import { QueueProbe } from '@paylog/shared/testing/queue-probe';
import { silentLogger } from '../e2e/indexer-world.ts';
import { Service } from '../e2e/service.ts';
import { assertBalanced, readLetter, ROUNDS, waitForStored, type Entry } from './ledger.ts';
import { LoadProducer } from './load-producer.ts';

const BETWEEN = 150;
/** A start takes a second or two: the full number costs little here. */
const EMBEDDED_ROUNDS = Math.max(5, ROUNDS);

describe('faults on the embedded queue and store', function () {
  this.timeout(60_000 + EMBEDDED_ROUNDS * 60_000);
  let dataDir = '';

  beforeEach(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'paylog-faults-'));
  });

  afterEach(async () => {
    await rm(dataDir, { recursive: true });
  });

  /** Runs a fault under load; at the end all accounts must be settled. */
  async function underLoad(fault: (service: Service, load: LoadProducer) => Promise<void>): Promise<void> {
    await using standalone = await Service.create('standalone', { DATA_DIR: dataDir });
    await standalone.start();
    const service = 'embedded';
    const load = new LoadProducer({ url: () => standalone.url, service, prefix: 'e', lanes: 24, restMs: 20 });
    try {
      await load.more(BETWEEN);
      await fault(standalone, load);
      await load.more(BETWEEN);
    } finally {
      await load.finish();
    }
    const lag = (): Promise<number> => standalone.metric('paylog_queue_lag_records');
    const settled = (): Promise<number> => standalone.metric('paylog_records_settled_total');
    let before = -1;
    await waitUntil(
      async () => {
        const now = await settled();
        const isQuiet = now === before && (await lag()) === 0;
        before = now;
        if (!isQuiet) await delay(500);
        return isQuiet;
      },
      60_000,
      () => 'all to be settled',
    );
    const stored = await waitForStored(standalone.url, service, load.acknowledged.size - load.contested.size);
    assert.equal(await standalone.end('SIGTERM'), 0);
    assertBalanced(load, stored, await deadLetters(dataDir));
  }

  it(`kill -9 of the all-in-one process, ${EMBEDDED_ROUNDS} times`, () =>
    underLoad(async (standalone, load) => {
      for (let n = 0; n < EMBEDDED_ROUNDS; n += 1) {
        await load.more(BETWEEN);
        assert.equal(await standalone.end('SIGKILL'), 'SIGKILL');
        await standalone.start();
      }
    }));

  it('SIGTERM under load loses nothing and ends with 0', () =>
    underLoad(async (standalone, load) => {
      await load.more(BETWEEN);
      assert.equal(await standalone.end('SIGTERM'), 0);
      await standalone.start();
    }));
});

/** The records in the dead letters of a directory that no process uses. */
async function deadLetters(dataDir: string): Promise<Entry[]> {
  const queue = createEmbeddedQueue({ dataDir }, silentLogger);
  await queue.start();
  const probe = new QueueProbe();
  const consumer = queue.consumer({ group: 'reader', topics: ['logs.dlq'], drainTimeoutMs: 1000 });
  await consumer.start(probe.handler);
  await waitUntil(
    async () => consumer.progress().joined && (await consumer.lag()).every(({ records }) => records === 0),
    30_000,
    () => 'the end of the dead letters',
  );
  await consumer.stop();
  await queue.stop();
  return probe.deliveries.map(({ message }) => readLetter(message));
}
