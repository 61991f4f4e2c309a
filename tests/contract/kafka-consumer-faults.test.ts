import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import { messagesOf, settingsOf } from '@paylog/shared/testing/queue-bench';
import { QueueProbe, waitUntil } from '@paylog/shared/testing/queue-probe';
import { acquireKafka } from '../stack/acquire-kafka.ts';
import { orSkip } from '../stack/skip.ts';
import type { KafkaBroker } from '../stack/stack-service.ts';
import { testConsumer, testPublisher, testTopicAdmin } from './kafka-harness.ts';

/** Of kafkajs itself: what happens to it cannot be brought about from outside at a moment of one's choice. */
const ConsumerGroup = createRequire(import.meta.url)('kafkajs/src/consumer/consumerGroup.js') as {
  readonly prototype: Record<'heartbeat' | 'joinAndSync', () => Promise<void>>;
};

describe('Kafka faults while consuming', function () {
  this.timeout(90_000);
  let broker: KafkaBroker | undefined;
  let brokers: string[];
  const parts: { stop(): Promise<void> }[] = [];

  before(async function () {
    this.timeout(300_000);
    broker = orSkip(this, await acquireKafka({ own: true }));
    brokers = broker.brokers.split(',');
  });
  afterEach(async () => {
    for (const part of parts.splice(0).reverse()) await part.stop();
  });
  after(async () => {
    await broker?.dispose();
  });

  async function publishing(partitions: number) {
    const topic = `faults-${randomUUID()}`;
    await testTopicAdmin(brokers).ensureTopics([settingsOf(topic, partitions, 1_000_000)], true);
    const publisher = testPublisher('platformatic', { brokers });
    parts.push(publisher);
    await publisher.start();
    return { topic, publisher };
  }

  async function consuming(topic: string, probe: QueueProbe, groupId: string = randomUUID()) {
    const consumer = testConsumer({ brokers }, { groupId, topics: [topic] });
    parts.push(consumer);
    await consumer.start(probe.handler);
    await waitUntil(
      () => consumer.progress().joined,
      20_000,
      () => 'the join',
    );
    return consumer;
  }

  it('goes on after kill -9 of the broker, and says so meanwhile', async () => {
    assert.ok(broker);
    const { topic, publisher } = await publishing(3);
    const probe = new QueueProbe();
    const consumer = await consuming(topic, probe);
    await publisher.publish(topic, messagesOf(50, 'before'));
    await probe.waitForKeys(50);
    await broker.kill();
    await waitUntil(
      () => consumer.state().state === 'down',
      15_000,
      () => 'state down',
    );
    await assert.rejects(consumer.lag());
    await broker.start();
    await waitUntil(
      async () => (await publisher.publish(topic, messagesOf(50, 'after'))).status === 'stored',
      20_000,
      () => 'a publish that is stored',
    );
    await probe.waitForKeys(100, 60_000);
    assert.equal(consumer.state().state, 'up');
    assert.equal(probe.overlaps, 0);
    await waitUntil(
      async () => {
        const lags = await consumer.lag().catch(() => []);
        return lags.length === 3 && lags.every(({ records }) => records === 0);
      },
      15_000,
      () => 'zero lag',
    );
  });

  it('leaves no connection open when it is stopped as soon as it was started', async () => {
    const { topic } = await publishing(1);
    const groupId = randomUUID();
    const connections = (): number =>
      process.getActiveResourcesInfo().filter((resource) => resource === 'TCPSocketWrap').length;
    const before = connections();
    for (let again = 0; again < 3; again += 1) {
      const consumer = testConsumer({ brokers }, { groupId, topics: [topic] });
      await consumer.start(new QueueProbe().handler);
      await consumer.stop();
    }
    // What was left would connect, and join the group, in that time.
    await sleep(1500);
    assert.ok(connections() <= before, `${before} connections before, ${connections()} after`);
  });

  it('stays in its group while a handler is busy for longer than the session', async () => {
    const { topic, publisher } = await publishing(1);
    let calls = 0;
    const probe = new QueueProbe(async (batch) => {
      calls += 1;
      await sleep(12_000); // the session is 10 s
      batch.settle(batch.messages.length);
    });
    const consumer = await consuming(topic, probe);
    await publisher.publish(topic, messagesOf(5, 'k'));
    await waitUntil(
      async () => calls > 0 && (await consumer.lag())[0]?.records === 0,
      30_000,
      () => 'the commit',
    );
    assert.equal(calls, 1, 'nothing was delivered twice');
  });

  it('commits what is settled while the handler still works', async () => {
    const { topic, publisher } = await publishing(1);
    const probe = new QueueProbe(async (batch) => {
      for (let settled = 1; settled < batch.messages.length && !batch.signal.aborted; settled += 1) {
        batch.settle(settled);
        await sleep(500);
      }
    });
    const consumer = await consuming(topic, probe);
    await publisher.publish(topic, messagesOf(20, 'k'));
    await probe.waitForKeys(20);
    await waitUntil(
      async () => ((await consumer.lag())[0]?.records ?? 20) < 15,
      15_000,
      () => 'a commit in the middle',
    );
  });

  it('drains before a partition goes to another member: the other gets nothing that was settled', async () => {
    const { topic, publisher } = await publishing(2);
    const groupId = randomUUID();
    const settled = new Set<string>();
    let aborts = 0;
    const first = new QueueProbe(async (batch) => {
      for (const [index, message] of batch.messages.entries()) {
        if (batch.signal.aborted) {
          aborts += 1;
          return;
        }
        await sleep(100);
        batch.settle(index + 1);
        settled.add(message.key?.toString() ?? '');
      }
    });
    await consuming(topic, first, groupId);
    await publisher.publish(topic, messagesOf(100, 'a'));
    await publisher.publish(topic, messagesOf(100, 'b'));
    await waitUntil(
      () => settled.size > 10,
      10_000,
      () => 'some work',
    );
    const second = new QueueProbe();
    await consuming(topic, second, groupId);
    await waitUntil(
      () => second.deliveries.length > 0,
      20_000,
      () => 'a partition for the second member',
    );
    assert.ok(aborts > 0, 'the signal of the running batch was aborted');
    const settledBefore = new Set(settled);
    assert.deepEqual(
      second.keys().filter((key) => settledBefore.has(key)),
      [],
    );
    await waitUntil(
      () => new Set([...settled, ...second.keys()]).size === 200,
      40_000,
      () => 'all messages',
    );
    assert.equal(first.overlaps, 0);
  });

  it('commits what is settled before it joins anew, also when no handler is at work', async () => {
    const { topic, publisher } = await publishing(2);
    const groupId = randomUUID();
    const probe = new QueueProbe();
    await consuming(topic, probe, groupId);
    const stop = new AbortController();
    let published = 0;
    const publish = (async () => {
      for (; !stop.signal.aborted; published += 10) {
        await publisher.publish(topic, messagesOf(10, `k-${String(published)}`));
        await sleep(50);
      }
    })();
    await probe.waitForKeys(50);
    const second = new QueueProbe();
    await consuming(topic, second, groupId);
    await second.waitForKeys(50);
    stop.abort();
    await publish;
    const keys = (): readonly string[] => [...probe.keys(), ...second.keys()];
    await waitUntil(
      () => new Set(keys()).size === published,
      10_000,
      () => 'all messages',
    );
    assert.equal(keys().length, published, 'nothing was delivered twice');
  });

  it('becomes a member again when kafkajs could not join after the broker had forgotten it', async () => {
    const { topic, publisher } = await publishing(2);
    const probe = new QueueProbe();
    const groupId = randomUUID();
    const consumer = await consuming(topic, probe, groupId);
    // As seen after a pause of the broker: kafkajs drops its member id, the join fails for want of a leader, and it fetches on.
    const { heartbeat, joinAndSync } = ConsumerGroup.prototype;
    ConsumerGroup.prototype.heartbeat = () => {
      ConsumerGroup.prototype.heartbeat = heartbeat;
      return Promise.reject(
        Object.assign(new Error('unknown member'), { type: 'UNKNOWN_MEMBER_ID', retriable: false }),
      );
    };
    ConsumerGroup.prototype.joinAndSync = () => {
      ConsumerGroup.prototype.joinAndSync = joinAndSync;
      return Promise.reject(Object.assign(new Error('no leader'), { type: 'LEADER_NOT_AVAILABLE', retriable: true }));
    };
    const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    try {
      await waitUntil(
        async () => (await admin.describeGroups([groupId])).groups[0]?.state === 'Empty',
        30_000,
        () => 'the broker to forget the member',
      );
      await publisher.publish(topic, messagesOf(20, 'after'));
      const committed = async (): Promise<number> => {
        const [offsets] = await admin.fetchOffsets({ groupId, topics: [topic] });
        return (offsets?.partitions ?? []).reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0);
      };
      await waitUntil(
        async () => (await committed()) === 20,
        40_000,
        () => 'all messages to be committed',
      );
      assert.ok(consumer.progress().joined);
    } finally {
      await admin.disconnect();
    }
  });

  it('ends within its budget although a handler never ends', async () => {
    const { topic, publisher } = await publishing(1);
    const probe = new QueueProbe(() => new Promise<void>(() => undefined));
    const consumer = await consuming(topic, probe);
    await publisher.publish(topic, messagesOf(1, 'k'));
    await probe.waitForKeys(1);
    const startedMs = Date.now();
    await consumer.stop();
    const tookMs = Date.now() - startedMs;
    assert.ok(tookMs >= 3900 && tookMs < 6000, `${String(tookMs)} ms`);
  });
});
