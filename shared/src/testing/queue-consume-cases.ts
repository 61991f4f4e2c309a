import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { messagesOf, type QueueCases } from './queue-bench.ts';
import { QueueProbe, aborted, waitUntil } from './queue-probe.ts';

/** What consumers of every adapter do. */
export const consumeCases: QueueCases = {
  'redelivers what was not settled when a consumer goes, and only that': async (bench) => {
    const topic = await bench.topic(1);
    const publisher = await bench.publisher();
    await publisher.publish(topic, messagesOf(10, 'k'));
    const groupId = randomUUID();
    const first = new QueueProbe(async (batch) => {
      batch.settle(Math.min(4, batch.messages.length));
      await aborted(batch.signal);
    });
    const consumer = await bench.consume(topic, first, groupId);
    await first.waitForKeys(4);
    await consumer.stop();
    const settled = Math.min(4, first.deliveries.length);
    const second = new QueueProbe();
    await bench.consume(topic, second, groupId);
    await second.waitForKeys(10 - settled);
    assert.deepEqual(
      second.keys(),
      Array.from({ length: 10 - settled }, (_, index) => `k-${String(index + settled)}`),
    );
  },

  'settles a growing prefix; a smaller count afterwards changes nothing': async (bench) => {
    const topic = await bench.topic(1);
    const publisher = await bench.publisher();
    await publisher.publish(topic, messagesOf(6, 'k'));
    const groupId = randomUUID();
    const first = new QueueProbe(async (batch) => {
      const last = batch.messages.at(-1)?.key?.toString();
      batch.settle(1);
      batch.settle(batch.messages.length);
      batch.settle(1);
      if (last !== 'k-5') return;
      await aborted(batch.signal);
    });
    const consumer = await bench.consume(topic, first, groupId);
    await first.waitForKeys(6);
    await consumer.stop();
    await publisher.publish(topic, [{ key: 'next', value: Buffer.from('x') }]);
    const second = new QueueProbe();
    await bench.consume(topic, second, groupId);
    await second.waitForKeys(1);
    assert.deepEqual(second.keys(), ['next']);
  },

  'delivers again when the handler rejects, from the first that is not settled': async (bench) => {
    const topic = await bench.topic(1);
    const publisher = await bench.publisher();
    await publisher.publish(topic, messagesOf(8, 'k'));
    let failures = 0;
    const probe = new QueueProbe((batch) => {
      if (failures >= 2) {
        batch.settle(batch.messages.length);
        return;
      }
      failures += 1;
      batch.settle(1);
      throw new Error('handler fails on purpose');
    });
    await bench.consume(topic, probe);
    await probe.waitForKeys(8);
    await waitUntil(
      () => probe.keys().at(-1) === 'k-7' && failures === 2,
      10_000,
      () => 'the last message',
    );
    assert.equal(probe.overlaps, 0);
    const count = (key: string): number => probe.keys().filter((other) => other === key).length;
    assert.equal(count('k-0'), 1);
    assert.equal(count('k-1'), 2);
    assert.ok(count('k-7') >= 1 && count('k-7') <= 3);
  },

  'delivers again when the handler resolves without settling': async (bench) => {
    const topic = await bench.topic(1);
    const publisher = await bench.publisher();
    await publisher.publish(topic, messagesOf(3, 'k'));
    let calls = 0;
    const probe = new QueueProbe((batch) => {
      calls += 1;
      if (calls > 2) batch.settle(batch.messages.length);
    });
    await bench.consume(topic, probe);
    await waitUntil(
      () => calls >= 3,
      20_000,
      () => 'a third delivery',
    );
    assert.ok(probe.keys().filter((key) => key === 'k-0').length >= 3);
  },

  'handles several partitions side by side, one handler for each': async (bench) => {
    const topic = await bench.topic(4);
    const publisher = await bench.publisher();
    for (let call = 0; call < 16; call += 1) await publisher.publish(topic, messagesOf(5, `c${String(call)}`));
    const probe = new QueueProbe(async (batch) => {
      await sleep(300);
      batch.settle(batch.messages.length);
    });
    await bench.consume(topic, probe);
    await probe.waitForKeys(80);
    assert.ok(probe.peakBusyPartitions >= 2, `busy at once: ${String(probe.peakBusyPartitions)}`);
    assert.equal(probe.overlaps, 0);
  },

  'resumes a group from its commit, and starts a new group at the oldest message': async (bench) => {
    const topic = await bench.topic(2);
    const publisher = await bench.publisher();
    await publisher.publish(topic, messagesOf(5, 'old'));
    const groupId = randomUUID();
    const first = new QueueProbe();
    const consumer = await bench.consume(topic, first, groupId);
    await first.waitForKeys(5);
    await consumer.stop();
    await publisher.publish(topic, messagesOf(5, 'new'));
    const second = new QueueProbe();
    await bench.consume(topic, second, groupId);
    await second.waitForKeys(5);
    assert.ok(second.keys().every((key) => key.startsWith('new')));
    const other = new QueueProbe();
    await bench.consume(topic, other);
    await other.waitForKeys(10);
  },

  'shares partitions between members of a group and loses nothing when one leaves': async (bench) => {
    const topic = await bench.topic(4);
    const publisher = await bench.publisher();
    const groupId = randomUUID();
    const first = new QueueProbe();
    const second = new QueueProbe();
    const leaver = await bench.consume(topic, first, groupId);
    await waitUntil(
      () => leaver.progress().joined,
      20_000,
      () => 'the first member to join',
    );
    const stayer = await bench.consume(topic, second, groupId);
    await waitUntil(
      () => stayer.progress().joined,
      20_000,
      () => 'the second member to join',
    );
    const seen = (): number => new Set([...first.keys(), ...second.keys()]).size;
    for (let call = 0; call < 10; call += 1) {
      await publisher.publish(topic, messagesOf(10, `c${String(call)}`));
      if (call === 5) await leaver.stop();
    }
    await waitUntil(
      () => seen() === 100,
      30_000,
      () => `100 messages, have ${String(seen())}`,
    );
    assert.equal(first.overlaps + second.overlaps, 0);
  },

  'reports lag in records and seconds, and zero when all is committed': async (bench) => {
    const topic = await bench.topic(2);
    const publisher = await bench.publisher();
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const probe = new QueueProbe(async (batch) => {
      await Promise.race([gate, aborted(batch.signal)]);
      batch.settle(batch.messages.length);
    });
    const consumer = await bench.consume(topic, probe);
    await waitUntil(
      () => consumer.progress().joined,
      20_000,
      () => 'the join',
    );
    await publisher.publish(topic, messagesOf(7, 'k'));
    await probe.waitForKeys(7);
    await sleep(1200);
    const behind = await consumer.lag();
    assert.equal(
      behind.reduce((sum, { records }) => sum + records, 0),
      7,
    );
    const seconds = Math.max(...behind.map((lag) => lag.seconds));
    assert.ok(seconds >= 1 && seconds < 30, `seconds: ${String(seconds)}`);
    release();
    await waitUntil(
      async () => (await consumer.lag()).every((lag) => lag.records === 0 && lag.seconds === 0),
      15_000,
      () => 'zero lag',
    );
    assert.equal((await consumer.lag()).length, 2);
    assert.ok(Date.now() - consumer.progress().lastActivityMs < 15_000);
    assert.equal(consumer.state().state, 'up');
  },
};
