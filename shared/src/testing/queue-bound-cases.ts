import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { STORED, messagesOf, settingsOf, type QueueBench, type QueueCases } from './queue-bench.ts';
import { QueueProbe, aborted, waitUntil } from './queue-probe.ts';

/** Bounds, lifecycle and durability of every adapter. */
export const boundCases: QueueCases = {
  'keeps deliveries bounded while handlers are blocked': async (bench) => {
    const topic = await bench.topic(3);
    const publisher = await bench.publisher();
    const probe = new QueueProbe((batch) => aborted(batch.signal));
    const consumer = await bench.consume(topic, probe);
    for (let call = 0; call < 50; call += 1)
      assert.deepEqual(await publisher.publish(topic, messagesOf(1000, `c${String(call)}`, 1024)), STORED);
    await sleep(1000);
    assert.ok(probe.deliveries.length > 0);
    assert.ok(
      probe.peakBytesInHandlers <= bench.harness.maxDeliveredBytes,
      `${String(probe.peakBytesInHandlers)} bytes with handlers`,
    );
    assert.equal(probe.overlaps, 0);
    await consumer.stop();
  },

  'stop is legal before start, idempotent, and aborts the signals of running batches': async (bench) => {
    const { harness } = bench;
    await harness.publisher().stop();
    await harness.consumer({ groupId: randomUUID(), topics: ['never-started'] }).stop();
    const topic = await bench.topic(1);
    const publisher = await bench.publisher();
    await publisher.publish(topic, messagesOf(1, 'k'));
    let signalAborted = false;
    const probe = new QueueProbe(async (batch) => {
      await aborted(batch.signal);
      signalAborted = true;
    });
    const consumer = await bench.consume(topic, probe);
    await probe.waitForKeys(1);
    await Promise.all([consumer.stop(), consumer.stop()]);
    await consumer.stop();
    assert.ok(signalAborted);
    const late = publisher.publish(topic, messagesOf(3, 'late'));
    await Promise.all([publisher.stop(), publisher.stop()]);
    assert.deepEqual(await late, STORED, 'stop finishes what was handed over');
    await publisher.stop();
    assert.equal((await publisher.publish(topic, messagesOf(1, 'after'))).status, 'retryable');
  },

  'makes missing topics when allowed, leaves existing ones, and names the missing otherwise': async (bench) => {
    const existing = await bench.topic(1);
    const missing = `contract-${randomUUID()}`;
    const admin = bench.harness.topicAdmin();
    const max = bench.harness.maxMessageBytes;
    await admin.ensureTopics([settingsOf(existing, 5, max)], true);
    await admin.ensureTopics([settingsOf(existing, 5, max)], false);
    await assert.rejects(
      admin.ensureTopics([settingsOf(existing, 1, max), settingsOf(missing, 1, max)], false),
      (error: Error) => error.message.includes(missing) && !error.message.includes(existing),
    );
    await admin.ensureTopics([settingsOf(missing, 2, max)], true);
    await admin.ensureTopics([settingsOf(missing, 2, max)], false);
  },
};

/** Loads the queue, kills it, and reads everything back that was acknowledged. */
export async function survivesKill(bench: QueueBench): Promise<void> {
  const { harness } = bench;
  assert.ok(harness.kill, 'a harness without kill() says why in options.cases.kill');
  const topic = await bench.topic(3);
  const publisher = await bench.publisher();
  const acknowledged: string[] = [];
  let running = true;
  const load = Array.from({ length: 4 }, async (_, worker) => {
    for (let call = 0; running; call += 1) {
      const messages = messagesOf(20, `w${String(worker)}-${String(call)}`);
      const outcome = await publisher.publish(topic, messages);
      if (outcome.status === 'stored') acknowledged.push(...messages.map(({ key }) => key));
      else await sleep(50);
    }
  });
  await waitUntil(
    () => acknowledged.length > 200,
    20_000,
    () => 'some load',
  );
  await harness.kill();
  running = false;
  await Promise.all(load);
  const probe = new QueueProbe();
  await bench.consume(topic, probe);
  await waitUntil(
    () => {
      const delivered = new Set(probe.keys());
      return acknowledged.every((key) => delivered.has(key));
    },
    40_000,
    () => 'every acknowledged message',
  );
}
