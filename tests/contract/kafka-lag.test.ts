import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import { after, afterEach, before, describe, it } from 'mocha';
import type { Consumer, PartitionLag } from '@paylog/shared/ports/queue';
import { settingsOf } from '@paylog/shared/testing/queue-bench';
import { QueueProbe, waitUntil } from '@paylog/shared/testing/queue-probe';
import { acquireKafka } from '../stack/acquire-kafka.ts';
import { orSkip } from '../stack/skip.ts';
import type { KafkaBroker } from '../stack/stack-service.ts';
import { testConsumer, testTopicAdmin } from './kafka-harness.ts';

const POLL_MS = 20;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const isOld = ({ records, seconds }: PartitionLag): boolean => records > 0 && seconds >= 2;

describe('Kafka: lag', function () {
  this.timeout(90_000);
  let broker: KafkaBroker | undefined;
  let brokers: string[];
  const parts: { stop(): Promise<void> }[] = [];

  before(async function () {
    this.timeout(300_000);
    broker = orSkip(this, await acquireKafka());
    brokers = broker.brokers.split(',');
  });
  afterEach(async () => {
    for (const part of parts.splice(0).reverse()) await part.stop();
  });
  after(async () => {
    await broker?.dispose();
  });

  async function makeTopic(partitions: number): Promise<string> {
    const topic = `lag-${randomUUID()}`;
    await testTopicAdmin(brokers).ensureTopics([settingsOf(topic, partitions, 1_000_000)], true);
    return topic;
  }

  async function startConsumer(topic: string, probe: QueueProbe, groupId: string = randomUUID()): Promise<Consumer> {
    const consumer = testConsumer({ brokers }, { groupId, topics: [topic] });
    parts.push(consumer);
    await consumer.start(probe.handler);
    return consumer;
  }

  it('is never said to be none while the group shares its partitions, and what stays is as old as before', async () => {
    // With so many, a third member leaves to each of two at least one that it had.
    const partitions = 6;
    const topic = await makeTopic(partitions);
    const groupId = randomUUID();
    // Settle nothing; the second takes its time to end, and the first has to wait for it.
    const holding = (drainMs: number): QueueProbe =>
      new QueueProbe(async ({ signal }) => {
        while (!signal.aborted) await sleep(POLL_MS);
        await sleep(drainMs);
      });
    const members = [
      await startConsumer(topic, holding(0), groupId),
      await startConsumer(topic, holding(1500), groupId),
    ];
    const [first] = members;
    assert.ok(first);
    const lagOf = (member: Consumer): Promise<readonly PartitionLag[] | undefined> =>
      member.lag().catch(() => undefined);
    const isShared = async (): Promise<boolean> => {
      await sleep(POLL_MS);
      const lags = await Promise.all(members.map(lagOf));
      return lags.every((lag) => lag?.length === partitions / members.length);
    };
    await waitUntil(isShared, 30_000, () => 'three partitions for each');
    const producer = new Kafka({ brokers, logLevel: logLevel.NOTHING }).producer();
    parts.push({ stop: () => producer.disconnect() });
    await producer.connect();
    const messages = Array.from({ length: partitions }, (_, partition) => ({ partition, key: 'k', value: 'v' }));
    await producer.send({ topic, messages });
    let before: readonly PartitionLag[] = [];
    await waitUntil(
      async () => {
        before = (await lagOf(first)) ?? [];
        return before.length > 0 && before.every(isOld);
      },
      20_000,
      () => `lag in all partitions, have ${JSON.stringify(before)}`,
    );

    members.push(await startConsumer(topic, holding(0), groupId));
    let unknown = 0;
    let kept = 0;
    const seeLag = async (): Promise<void> => {
      const lags = await lagOf(first);
      if (lags === undefined) unknown += 1;
      else assert.ok(lags.length > 0, 'none');
      for (const lag of lags ?? []) {
        assert.equal(lag.records, 1, JSON.stringify(lag));
        if (!before.some(({ partition }) => partition === lag.partition)) continue;
        assert.ok(isOld(lag), JSON.stringify(lag));
        if (lags?.length === 2) kept += 1;
      }
    };
    await waitUntil(
      async () => {
        await seeLag();
        return isShared();
      },
      30_000,
      () => 'two partitions for each',
    );
    await seeLag();
    assert.ok(unknown > 0, 'it is not known in between');
    assert.ok(kept > 0);
  });

  it('goes by the time of the broker in a topic that is stamped by it, whatever producers say', async () => {
    const topic = `lag-${randomUUID()}`;
    const settings = { ...settingsOf(topic, 1, 1_000_000), stampedByQueue: true };
    await testTopicAdmin(brokers).ensureTopics([settings], true);
    const probe = new QueueProbe(async ({ signal }) => {
      while (!signal.aborted) await sleep(POLL_MS);
    });
    const consumer = await startConsumer(topic, probe);
    const producer = new Kafka({ brokers, logLevel: logLevel.NOTHING }).producer();
    parts.push({ stop: () => producer.disconnect() });
    await producer.connect();
    const sentMs = Date.now();
    const timestamp = String(sentMs - DAY_MS);
    await producer.send({ topic, messages: [{ key: 'old', value: 'old', timestamp }] });
    await probe.waitForKeys(1);
    const stampedMs = probe.deliveries[0]?.message.timestampMs ?? 0;
    assert.ok(stampedMs >= sentMs - HOUR_MS, new Date(stampedMs).toISOString());
    const [lag] = await consumer.lag();
    assert.equal(lag?.records, 1);
    assert.ok(lag.seconds < HOUR_MS / 1000, String(lag.seconds));
  });

  it('becomes none when a transaction was aborted, of which nothing is delivered', async () => {
    const topic = await makeTopic(1);
    const probe = new QueueProbe();
    const consumer = await startConsumer(topic, probe);
    const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING });
    const producer = kafka.producer({ transactionalId: randomUUID(), idempotent: true, maxInFlightRequests: 1 });
    parts.push({ stop: () => producer.disconnect() });
    await producer.connect();
    const settled = async (): Promise<void> => {
      let lags: readonly PartitionLag[] | undefined;
      await waitUntil(
        async () => {
          await sleep(POLL_MS);
          lags = await consumer.lag().catch(() => undefined);
          return lags?.length === 1 && lags[0]?.records === 0;
        },
        20_000,
        () => `no lag, have ${JSON.stringify(lags)}`,
      );
    };
    const kept = await producer.transaction();
    await kept.send({ topic, messages: [{ key: 'kept', value: 'kept' }] });
    await kept.commit();
    await probe.waitForKeys(1);
    await settled();
    const aborted = await producer.transaction();
    await aborted.send({ topic, messages: [{ key: 'aborted', value: 'aborted' }] });
    await aborted.abort();
    await settled();
    assert.deepEqual(probe.keys(), ['kept']);
  });
});
