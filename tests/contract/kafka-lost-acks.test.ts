import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer, Publisher } from '@paylog/shared/ports/queue';
import { messagesOf, settingsOf } from '@paylog/shared/testing/queue-bench';
import { QueueProbe, waitUntil } from '@paylog/shared/testing/queue-probe';
import { acquireKafka } from '../stack/acquire-kafka.ts';
import { freePort } from '../stack/free-port.ts';
import { orSkip } from '../stack/skip.ts';
import type { KafkaBroker } from '../stack/stack-service.ts';
import { testConsumer, testPublisher, testTopicAdmin } from './kafka-harness.ts';
import { LostAckProxy } from './lost-ack-proxy.ts';

const CLIENTS = ['kafkajs', 'platformatic'] as const;
const PUBLISH_TIMEOUT_MS = 4500;

/** Everything that is in the topic now, by key. */
async function readAll(brokers: readonly string[], topic: string, expected: ReadonlySet<string>): Promise<QueueProbe> {
  const probe = new QueueProbe();
  const consumer: Consumer = testConsumer({ brokers }, { groupId: randomUUID(), topics: [topic] });
  await consumer.start(probe.handler);
  try {
    const missing = (): string[] => {
      const seen = new Set(probe.keys());
      return [...expected].filter((key) => !seen.has(key));
    };
    await waitUntil(
      () => missing().length === 0,
      30_000,
      () => `acknowledged messages, ${String(missing().length)} of ${String(expected.size)} are lost`,
    );
  } finally {
    await consumer.stop();
  }
  return probe;
}

/** Publishes from `workers` loops at a time until `until` holds; notes what was acknowledged and how long calls took. */
async function load(publisher: Publisher, topic: string, workers: number, until: () => boolean) {
  const acknowledged = new Set<string>();
  let slowestMs = 0;
  let failed = 0;
  await Promise.all(
    Array.from({ length: workers }, async (_, worker) => {
      for (let call = 0; !until(); call += 1) {
        const messages = messagesOf(20, `w${String(worker)}-${String(call)}`);
        const startedMs = Date.now();
        const { status } = await publisher.publish(topic, messages);
        slowestMs = Math.max(slowestMs, Date.now() - startedMs);
        if (status === 'stored') for (const { key } of messages) acknowledged.add(key);
        else {
          failed += 1;
          await sleep(20);
        }
      }
    }),
  );
  return { acknowledged, slowestMs, failed };
}

for (const client of CLIENTS) {
  describe(`Kafka faults while producing through ${client}`, function () {
    this.timeout(90_000);
    let broker: KafkaBroker | undefined;
    let proxy: LostAckProxy;
    let brokers: string[];

    before(async function () {
      this.timeout(300_000);
      const port = await freePort();
      const proxyPort = await freePort();
      broker = orSkip(this, await acquireKafka({ own: true, port, advertisedPort: proxyPort }));
      proxy = new LostAckProxy(port);
      await proxy.listen(proxyPort);
      brokers = [`127.0.0.1:${String(proxyPort)}`];
    });
    after(async () => {
      if (broker === undefined) return;
      await proxy.close();
      await broker.dispose();
    });

    async function withPublisher(run: (publisher: Publisher, topic: string) => Promise<void>): Promise<void> {
      const topic = `faults-${randomUUID()}`;
      await testTopicAdmin(brokers).ensureTopics([settingsOf(topic, 3, 1_000_000)], true);
      const publisher = testPublisher(client, { brokers }, PUBLISH_TIMEOUT_MS);
      await publisher.start();
      try {
        await run(publisher, topic);
      } finally {
        await publisher.stop();
      }
    }

    it('loses no acknowledged message when acknowledgements are lost', () =>
      withPublisher(async (publisher, topic) => {
        const before = proxy.lost;
        proxy.loseAcks(0.1);
        let done = false;
        const loading = load(publisher, topic, 6, () => done);
        await waitUntil(
          () => proxy.lost - before >= 30,
          60_000,
          () => `30 lost, have ${String(proxy.lost - before)}`,
        );
        done = true;
        proxy.loseAcks(0);
        const { acknowledged, failed } = await loading;
        assert.ok(acknowledged.size > 1000, `${String(acknowledged.size)} acknowledged`);
        assert.ok(proxy.produced > 0);
        const probe = await readAll(brokers, topic, acknowledged);
        assert.ok(probe.deliveries.length > acknowledged.size, 'a lost acknowledgement leaves a duplicate');
        assert.ok(failed < 10, `${String(failed)} calls failed although the broker was there`);
      }));

    it('settles in time while the broker is dead, recovers without a restart, and loses nothing', () =>
      withPublisher(async (publisher, topic) => {
        assert.ok(broker);
        let done = false;
        const loading = load(publisher, topic, 4, () => done);
        await sleep(500);
        await broker.kill();
        await waitUntil(
          () => publisher.state().state === 'down',
          10_000,
          () => 'state down',
        );
        assert.ok((publisher.state().reason ?? '').length > 0);
        // Long enough for the publisher to answer at once instead of trying.
        await sleep(PUBLISH_TIMEOUT_MS + 500);
        const startedMs = Date.now();
        assert.equal((await publisher.publish(topic, messagesOf(1, 'dead'))).status, 'retryable');
        assert.ok(Date.now() - startedMs < 500);
        await broker.start();
        await waitUntil(
          () => publisher.state().state === 'up',
          15_000,
          () => 'state up',
        );
        await waitUntil(
          async () => (await publisher.publish(topic, messagesOf(1, 'again'))).status === 'stored',
          15_000,
          () => 'a publish that is stored',
        );
        done = true;
        const { acknowledged, slowestMs, failed } = await loading;
        assert.ok(failed > 0);
        assert.ok(slowestMs < PUBLISH_TIMEOUT_MS + 500, `slowest call: ${String(slowestMs)} ms`);
        await readAll(brokers, topic, acknowledged);
      }));

    it('settles in time while the broker hangs', () =>
      withPublisher(async (publisher, topic) => {
        assert.ok(broker);
        assert.equal((await publisher.publish(topic, messagesOf(1, 'before'))).status, 'stored');
        await broker.pause();
        try {
          const startedMs = Date.now();
          const outcomes = await Promise.all(
            Array.from({ length: 20 }, (_, call) => publisher.publish(topic, messagesOf(10, `hung-${String(call)}`))),
          );
          assert.ok(Date.now() - startedMs < PUBLISH_TIMEOUT_MS + 500);
          assert.deepEqual(
            outcomes.filter(({ status }) => status !== 'retryable'),
            [],
          );
          assert.equal(publisher.state().state, 'down');
        } finally {
          await broker.resume();
        }
        await waitUntil(
          async () => (await publisher.publish(topic, messagesOf(1, 'after'))).status === 'stored',
          15_000,
          () => 'a publish that is stored',
        );
      }));

    it("obeys a topic's limit that is below the configured one: smaller batches, and only a hopeless message rejected", () =>
      withPublisher(async (publisher) => {
        const topic = `faults-${randomUUID()}`;
        await testTopicAdmin(brokers).ensureTopics([settingsOf(topic, 3, 9000)], true);
        const many = messagesOf(200, 'k', 1000);
        assert.deepEqual(await publisher.publish(topic, many), { status: 'stored' });
        const large = await publisher.publish(topic, messagesOf(1, 'large', 20_000));
        assert.equal(large.status, 'rejected');
        assert.equal(large.reason, 'too_large');
        await readAll(brokers, topic, new Set(many.map(({ key }) => key)));
      }));

    it('answers retryable for a topic that does not exist, and does not make it', () =>
      withPublisher(async (publisher) => {
        const topic = `missing-${randomUUID()}`;
        assert.equal((await publisher.publish(topic, messagesOf(1, 'k'))).status, 'retryable');
        await assert.rejects(testTopicAdmin(brokers).ensureTopics([settingsOf(topic, 1, 1000)], false));
      }));

    it('starts while the broker is down, and publishes once it is there', async () => {
      assert.ok(broker);
      const topic = `faults-${randomUUID()}`;
      await testTopicAdmin(brokers).ensureTopics([settingsOf(topic, 3, 1_000_000)], true);
      await broker.stop();
      const publisher = testPublisher(client, { brokers }, PUBLISH_TIMEOUT_MS);
      const consumer = testConsumer({ brokers }, { groupId: randomUUID(), topics: [topic] });
      const probe = new QueueProbe();
      try {
        await publisher.start();
        await consumer.start(probe.handler);
        assert.equal(publisher.state().state, 'down');
        assert.equal((await publisher.publish(topic, messagesOf(1, 'early'))).status, 'retryable');
        assert.equal(consumer.state().state, 'down');
        await broker.start();
        await waitUntil(
          async () => (await publisher.publish(topic, messagesOf(5, 'k'))).status === 'stored',
          20_000,
          () => 'a publish that is stored',
        );
        await probe.waitForKeys(5);
        assert.equal(consumer.state().state, 'up');
      } finally {
        await publisher.stop();
        await consumer.stop();
      }
    });
  });
}
