import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AssignerProtocol, Kafka, logLevel } from 'kafkajs';
import type { LogFields, Logger } from '@paylog/shared/ports/logger';
import type { Consumer, Publisher } from '@paylog/shared/ports/queue';
import { messagesOf, settingsOf, STORED } from '@paylog/shared/testing/queue-bench';
import { QueueProbe, waitUntil } from '@paylog/shared/testing/queue-probe';
import { acquireKafka } from '../stack/acquire-kafka.ts';
import { orSkip } from '../stack/skip.ts';
import { testConsumer, testPublisher, testTopicAdmin } from './kafka-harness.ts';

const PARTITIONS = 4;
/** Session timeout of `testConsumer`. */
const SESSION_MS = 10_000;

interface Part {
  stop(): Promise<void>;
}

/** A member that sees what the group does: a consumer of kafkajs as it is, without an id. */
interface Observer {
  readonly keys: string[];
  /** Of its last heartbeat. */
  generation: number;
  joins: number;
  isLeader: boolean;
  partitions: readonly number[];
}

describe('static members of a Kafka group', function () {
  this.timeout(90_000);
  let brokers: string[];
  let kafka: Kafka;
  let topic: string;
  let groupId: string;
  let publisher: Publisher;
  const parts: Part[] = [];

  before(async function () {
    this.timeout(300_000);
    brokers = orSkip(this, await acquireKafka()).brokers.split(',');
    kafka = new Kafka({ brokers, clientId: 'observer', logLevel: logLevel.NOTHING });
  });
  beforeEach(async () => {
    topic = `static-${randomUUID()}`;
    groupId = randomUUID();
    await testTopicAdmin(brokers).ensureTopics([settingsOf(topic, PARTITIONS, 1_000_000)], true);
    publisher = testPublisher('platformatic', { brokers });
    parts.push(publisher);
    await publisher.start();
  });
  afterEach(async () => {
    for (const part of parts.splice(0).reverse()) await part.stop();
  });

  /** Starts a member, with an id if there is one, and waits until it has joined. */
  async function member(probe: QueueProbe, groupInstanceId?: string, logger?: Logger): Promise<Consumer> {
    const id = groupInstanceId === undefined ? {} : { groupInstanceId };
    const consumer = testConsumer({ brokers }, { groupId, topics: [topic], ...id }, logger);
    parts.push(consumer);
    await consumer.start(probe.handler);
    await joined(consumer);
    return consumer;
  }

  async function joined(consumer: Consumer): Promise<void> {
    await waitUntil(
      () => consumer.progress().joined,
      30_000,
      () => 'the join',
    );
  }

  async function observer(): Promise<Observer> {
    const seen: Observer = { keys: [], generation: -1, joins: 0, isLeader: false, partitions: [] };
    const consumer = kafka.consumer({
      groupId,
      sessionTimeout: SESSION_MS,
      heartbeatInterval: 200,
      maxWaitTimeInMs: 200,
    });
    parts.push({ stop: () => consumer.disconnect() });
    consumer.on(consumer.events.HEARTBEAT, ({ payload }) => {
      seen.generation = payload.groupGenerationId;
    });
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      seen.joins += 1;
      seen.isLeader = payload.isLeader;
      seen.partitions = payload.memberAssignment[topic] ?? [];
    });
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      eachMessage: ({ message }) => {
        seen.keys.push(message.key?.toString() ?? '');
        return Promise.resolve();
      },
    });
    await waitUntil(
      () => seen.generation > 0,
      30_000,
      () => 'the first heartbeat',
    );
    return seen;
  }

  /** Who has which partitions, by what the coordinator says. A member id begins with the instance id, if there is one. */
  async function assignments(): Promise<Readonly<Record<string, readonly number[]>>> {
    const admin = kafka.admin();
    await admin.connect();
    try {
      const { groups } = await admin.describeGroups([groupId]);
      const members = groups[0]?.members ?? [];
      return Object.fromEntries(
        members.map(({ memberId, memberAssignment }) => [
          memberId.slice(0, -'-00000000-0000-0000-0000-000000000000'.length),
          AssignerProtocol.MemberAssignment.decode(memberAssignment)?.assignment[topic] ?? [],
        ]),
      );
    } finally {
      await admin.disconnect();
    }
  }

  /** To each partition the same number: what is published at once goes to one. */
  async function publish(count: number, prefix: string): Promise<void> {
    for (let part = 0; part < PARTITIONS; part += 1) {
      const messages = messagesOf(count / PARTITIONS, `${prefix}-${String(part)}`);
      assert.deepEqual(await publisher.publish(topic, messages), STORED);
    }
  }

  /** The group has shared its partitions among two members, and the observer knows. */
  async function twoShare(seen: Observer): Promise<void> {
    await waitUntil(
      async () =>
        Object.values(await assignments()).every(({ length }) => length === 2) && seen.partitions.length === 2,
      30_000,
      () => 'two partitions for each of two members',
    );
    const { joins } = seen;
    await sleep(1000);
    assert.equal(seen.joins, joins, 'the group is at rest');
  }

  for (const role of ['leader', 'follower'] as const) {
    it(`have their partitions again after a restart, and the others notice nothing: the ${role}`, async () => {
      const probe = new QueueProbe();
      let seen: Observer;
      let first: Consumer;
      if (role === 'leader') {
        first = await member(probe, 'pod-0');
        seen = await observer();
      } else {
        seen = await observer();
        first = await member(probe, 'pod-0');
      }
      await twoShare(seen);
      assert.equal(seen.isLeader, role === 'follower');
      const before = { joins: seen.joins, generation: seen.generation, shares: await assignments() };
      await publish(200, 'before');
      await waitUntil(
        () => probe.keys().length + seen.keys.length === 200,
        20_000,
        () => 'the first records',
      );

      await first.stop();
      assert.deepEqual(await assignments(), before.shares, 'it did not leave');
      await publish(200, 'away');
      await member(probe, 'pod-0');
      await publish(200, 'after');
      await waitUntil(
        () => probe.keys().length + seen.keys.length >= 600,
        20_000,
        () => 'all records',
      );

      await sleep(1000);
      assert.deepEqual(await assignments(), before.shares);
      assert.deepEqual(
        { joins: seen.joins, generation: seen.generation },
        { joins: before.joins, generation: before.generation },
      );
      const keys = [...probe.keys(), ...seen.keys];
      assert.deepEqual([new Set(keys).size, keys.length], [600, 600], 'nothing lost, nothing twice');
      assert.ok(probe.keys().filter((key) => key.startsWith('away')).length === 100);
    });
  }

  it('are what makes the difference: without an id the others share the partitions anew', async () => {
    const seen = await observer();
    const first = await member(new QueueProbe());
    await twoShare(seen);
    const before = { joins: seen.joins, generation: seen.generation };
    await first.stop();
    await waitUntil(
      () => seen.partitions.length === PARTITIONS,
      SESSION_MS / 2,
      () => 'all partitions for the other',
    );
    await member(new QueueProbe());
    await twoShare(seen);
    assert.ok(seen.joins >= before.joins + 2, 'it joined anew for the one that left and for the one that came');
    assert.ok(seen.generation >= before.generation + 2);
  });

  it('lose their partitions when they do not come back within the session timeout', async () => {
    const seen = await observer();
    const first = await member(new QueueProbe(), 'pod-0');
    await twoShare(seen);
    await first.stop();
    const stoppedMs = Date.now();
    await waitUntil(
      () => seen.partitions.length === PARTITIONS,
      2 * SESSION_MS,
      () => 'all partitions for the other',
    );
    const tookMs = Date.now() - stoppedMs;
    assert.ok(tookMs > SESSION_MS / 2, `after ${String(tookMs)} ms`);
  });

  it('take the partitions from each other when two have one id, seldom and not silently; nothing is lost', async () => {
    const logs: LogFields[] = [];
    const logger: Logger = {
      debug: () => undefined,
      info: () => undefined,
      warn: () => undefined,
      error: (message, fields) => {
        logs.push({ message, ...fields });
      },
    };
    const probe = new QueueProbe();
    const first = await member(probe, 'pod-0', logger);
    await publish(100, 'before');
    await probe.waitForKeys(100);
    const second = await member(probe, 'pod-0', logger);
    for (let round = 0; round < 20; round += 1) {
      await publish(20, `double-${String(round)}`);
      await sleep(1000);
    }
    assert.ok(logs.length >= 2 && logs.length <= 5, `${String(logs.length)} times in 20 s`);
    for (const { message, groupInstanceId } of logs) {
      assert.match(String(message), /another process has joined the group under the same instance id/);
      assert.equal(groupInstanceId, 'pod-0');
    }
    await second.stop();
    await joined(first);
    await publish(100, 'after');
    await probe.waitForKeys(600);
    const ends = logs.length;
    await sleep(3000);
    assert.equal(logs.length, ends, 'one is alone again');
  });

  for (const when of ['after its restart', 'while it was away'] as const) {
    it(`hear of partitions that were added ${when}: the leader`, async () => {
      const probe = new QueueProbe();
      const first = await member(probe, 'pod-0');
      const seen = await observer();
      await twoShare(seen);
      const admin = kafka.admin();
      await admin.connect();
      parts.push({ stop: () => admin.disconnect() });
      const add = () => admin.createPartitions({ topicPartitions: [{ topic, count: 6 }] });
      await first.stop();
      if (when === 'while it was away') await add();
      await member(probe, 'pod-0');
      if (when !== 'while it was away') await add();
      await waitUntil(
        async () => Object.values(await assignments()).flat().length === 6,
        45_000,
        () => 'six partitions',
      );
    });
  }
});
