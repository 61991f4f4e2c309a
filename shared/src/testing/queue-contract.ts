import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, before, describe, it, type Context } from 'mocha';
import type { Consumer, PublishOutcome, Publisher, QueueMessage, TopicAdmin, TopicSettings } from '../ports/queue.ts';
import { QueueProbe, aborted, waitUntil } from './queue-probe.ts';

/** A real queue under test. Everything that it makes is fresh, not started, and stopped by the suite. */
export interface QueueHarness {
  publisher(): Publisher;
  consumer(options: { readonly groupId: string; readonly topics: readonly string[] }): Consumer;
  topicAdmin(): TopicAdmin;
  /** A message with a value of this size fits; one of twice the size is `rejected` as `too_large`. */
  readonly maxMessageBytes: number;
  /** Bytes of values that may be with blocked handlers at once; what "bounded" means for this adapter. */
  readonly maxDeliveredBytes: number;
  /**
   * kill -9 of the process that keeps the queue, then starts it again. Publishers and consumers made before it may be
   * dead; the suite makes new ones.
   */
  kill?(): Promise<void>;
  close(): Promise<void>;
}

/** Cases that an adapter may be unable to do; each skip says why. */
export interface QueueContractOptions {
  readonly cases?: { readonly kill?: string };
}

const STORED: PublishOutcome = { status: 'stored' };
const CASE_TIMEOUT_MS = 60_000;
/** A broker is provisioned and booted. */
const START_TIMEOUT_MS = 300_000;

function messagesOf(count: number, prefix: string, bytes = 64): QueueMessage[] {
  // Views over one buffer, as the API hands them over.
  const shared = Buffer.alloc(count * bytes, 0x61);
  return Array.from({ length: count }, (_, index) => ({
    key: `${prefix}-${String(index)}`,
    value: shared.subarray(index * bytes, (index + 1) * bytes),
  }));
}

function indexOfKey(key: string): number {
  return Number(key.slice(key.lastIndexOf('-') + 1));
}

/** Topics, groups and parts of one case, stopped together at its end. */
class Bench {
  readonly harness: QueueHarness;
  readonly #parts: { stop(): Promise<void> }[] = [];

  constructor(harness: QueueHarness) {
    this.harness = harness;
  }

  async topic(partitions: number): Promise<string> {
    const topic = `contract-${randomUUID()}`;
    await this.harness.topicAdmin().ensureTopics([settingsOf(topic, partitions, this.harness.maxMessageBytes)], true);
    return topic;
  }

  async publisher(): Promise<Publisher> {
    const publisher = this.harness.publisher();
    this.#parts.push(publisher);
    await publisher.start();
    return publisher;
  }

  async consume(topic: string, probe: QueueProbe, groupId: string = randomUUID()): Promise<Consumer> {
    const consumer = this.harness.consumer({ groupId, topics: [topic] });
    this.#parts.push(consumer);
    await consumer.start(probe.handler);
    return consumer;
  }

  async stop(): Promise<void> {
    for (const part of this.#parts.reverse()) await part.stop();
  }
}

function settingsOf(topic: string, partitions: number, maxMessageBytes: number): TopicSettings {
  return {
    topic,
    partitions,
    replicationFactor: 1,
    retentionMs: 3_600_000,
    minInsyncReplicas: 1,
    maxMessageBytes: maxMessageBytes + 1024,
  };
}

/**
 * The cases that every queue adapter passes, on the real thing. Call it at the top level of a mocha file.
 * `make` is called once, in a `before` hook; it may skip the whole suite through the context.
 */
export function describeQueueContract(
  name: string,
  make: (context: Context) => Promise<QueueHarness>,
  options: QueueContractOptions = {},
): void {
  describe(`queue contract: ${name}`, function () {
    this.timeout(CASE_TIMEOUT_MS);
    let harness: QueueHarness | undefined;

    before(async function () {
      this.timeout(START_TIMEOUT_MS);
      harness = await make(this);
    });
    after(async () => {
      await harness?.close();
    });

    const withBench = (run: (bench: Bench) => Promise<void>) => async () => {
      assert.ok(harness);
      const bench = new Bench(harness);
      try {
        await run(bench);
      } finally {
        await bench.stop();
      }
    };

    describe('publishing', () => {
      for (const [title, run] of Object.entries(publishCases)) it(title, withBench(run));
    });
    describe('consuming', () => {
      for (const [title, run] of Object.entries(consumeCases)) it(title, withBench(run));
    });
    describe('bounds and lifecycle', () => {
      for (const [title, run] of Object.entries(boundCases)) it(title, withBench(run));
      it('keeps what it acknowledged through kill -9 of the queue', async function () {
        if (options.cases?.kill !== undefined) {
          console.log(`      skipped: ${options.cases.kill}`);
          this.skip();
        }
        await withBench(survivesKill)();
      });
    });
  });
}

type Cases = Readonly<Record<string, (bench: Bench) => Promise<void>>>;

const publishCases: Cases = {
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

const consumeCases: Cases = {
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

const boundCases: Cases = {
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

async function survivesKill(bench: Bench): Promise<void> {
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
