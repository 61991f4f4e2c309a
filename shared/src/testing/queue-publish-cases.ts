import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { QueueMessage } from '../ports/queue.ts';
import { STORED, indexOfKey, messagesOf, type QueueCases } from './queue-bench.ts';
import { QueueProbe } from './queue-probe.ts';

/** What publishers of every adapter do. */
export const publishCases: QueueCases = {
  'stored means readable': async (bench) => {
    const topic = await bench.topic(3);
    const publisher = await bench.publisher();
    assert.deepEqual(await publisher.publish(topic, messagesOf(10, 'k')), STORED);
    assert.equal(publisher.state().state, 'up');
    const probe = new QueueProbe();
    await bench.consume(topic, probe);
    await probe.waitForKeys(10);
  },

  'keeps the order of a partition, over calls and inside of them': async (bench) => {
    const topic = await bench.topic(3);
    const publisher = await bench.publisher();
    for (let call = 0; call < 30; call += 1) {
      const messages = messagesOf(20, 'k').map((message, index) => ({
        ...message,
        key: `k-${String(call * 20 + index)}`,
      }));
      assert.deepEqual(await publisher.publish(topic, messages), STORED);
    }
    const probe = new QueueProbe();
    await bench.consume(topic, probe);
    await probe.waitForKeys(600);
    const last = new Map<number, { key: number; offset: number }>();
    for (const { partition, message } of probe.deliveries) {
      const key = indexOfKey(message.key?.toString() ?? '');
      const previous = last.get(partition);
      assert.ok(previous === undefined || (key > previous.key && message.offset > previous.offset));
      last.set(partition, { key, offset: message.offset });
    }
    assert.ok(last.size > 1, 'calls must be spread over partitions');
  },

  'delivers a call of 10 MB whole': async (bench) => {
    const topic = await bench.topic(3);
    const publisher = await bench.publisher();
    const outcome = await publisher.publish(topic, messagesOf(20_000, 'k', 524));
    assert.deepEqual(outcome, STORED);
    const probe = new QueueProbe();
    await bench.consume(topic, probe);
    await probe.waitForKeys(20_000);
    assert.equal(probe.deliveries.length, 20_000);
    assert.ok(new Set(probe.deliveries.map(({ partition }) => partition)).size > 1, 'large calls must be spread');
  },

  'stores concurrent calls, each with its own outcome': async (bench) => {
    const topic = await bench.topic(3);
    const publisher = await bench.publisher();
    const large: QueueMessage = { key: 'large', value: Buffer.alloc(bench.harness.maxMessageBytes * 2) };
    const outcomes = await Promise.all(
      Array.from({ length: 40 }, (_, call) =>
        publisher.publish(topic, call === 20 ? [large] : messagesOf(5, `c${String(call)}`)),
      ),
    );
    assert.equal(outcomes.filter(({ status }) => status === 'stored').length, 39);
    assert.equal(outcomes[20]?.status, 'rejected');
    const probe = new QueueProbe();
    await bench.consume(topic, probe);
    await probe.waitForKeys(39 * 5);
  },

  'rejects a message that is too large, and goes on': async (bench) => {
    const topic = await bench.topic(1);
    const publisher = await bench.publisher();
    const outcome = await publisher.publish(topic, [
      { key: 'large', value: Buffer.alloc(bench.harness.maxMessageBytes * 2) },
    ]);
    assert.equal(outcome.status, 'rejected');
    assert.equal(outcome.reason, 'too_large');
    const fitting = { key: 'fits', value: Buffer.alloc(bench.harness.maxMessageBytes, 1) };
    assert.deepEqual(await publisher.publish(topic, [fitting]), STORED);
    const probe = new QueueProbe();
    await bench.consume(topic, probe);
    await probe.waitForKeys(1);
    assert.deepEqual(probe.keys(), ['fits']);
    assert.equal(probe.deliveries[0]?.message.value?.length, bench.harness.maxMessageBytes);
  },

  'keeps keys, headers and values byte for byte, and gives a timestamp': async (bench) => {
    const topic = await bench.topic(1);
    const publisher = await bench.publisher();
    const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const sent: QueueMessage[] = [
      { key: 'plain', value: Buffer.from('{"a":1}') },
      { key: 'schlüssel-漢字-😀', value: everyByte, headers: { traceparent: '00-ab-cd-01', 'x-ü': 'wörter 漢' } },
      { key: 'empty', value: Buffer.alloc(0), headers: {} },
      { key: 'random', value: randomBytes(100_000) },
    ];
    const before = Date.now();
    assert.deepEqual(await publisher.publish(topic, sent), STORED);
    const probe = new QueueProbe();
    await bench.consume(topic, probe);
    await probe.waitForKeys(sent.length);
    for (const [index, message] of sent.entries()) {
      const got = probe.deliveries[index]?.message;
      assert.ok(got?.value);
      assert.equal(got.key?.toString(), message.key);
      assert.ok(got.value.equals(message.value));
      assert.deepEqual({ ...got.headers }, message.headers ?? {});
      assert.ok(got.timestampMs >= before - 1000 && got.timestampMs <= Date.now() + 1000);
    }
  },
};
