import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { QueueUnavailableError } from '@paylog/shared/errors/queue-unavailable-error';
import type { GroupPosition, TopicInspector } from '@paylog/shared/ports/topic-inspector';
import { QueueWatch } from '../../src/status/queue-watch.ts';

/** A queue with one topic of two partitions, and time, by hand. */
class World {
  nowMs = 1_000_000;
  asked = 0;
  ends = [0, 0];
  committed = [0, 0];
  fault: Error | undefined;
  held: Promise<void> | undefined;
  letters: readonly { readonly low: number; readonly high: number }[] = [{ low: 2, high: 5 }];
  readonly watch: QueueWatch;

  constructor() {
    const inspector: TopicInspector = {
      describe: async ([topic = '']) => {
        await this.#ask();
        const partitions = this.letters.map((each, partition) => ({
          partition,
          leader: 0,
          replicas: 1,
          inSync: 1,
          ...each,
        }));
        const unknown = { retentionMs: undefined, maxMessageBytes: undefined, minInsyncReplicas: undefined };
        return [{ topic, partitions, ...unknown }];
      },
      positions: async () => {
        await this.#ask();
        return this.ends.map((end, partition): GroupPosition => {
          const committed = this.committed[partition] ?? 0;
          return { topic: 'logs', partition, committed, end, records: end - committed };
        });
      },
    };
    const clock = { now: () => this.nowMs };
    this.watch = new QueueWatch({
      inspector,
      clock,
      group: 'g',
      topics: ['logs'],
      deadLetterTopic: 'dlq',
      timeoutMs: 50,
    });
  }

  /** Lag of both partitions, in records and seconds, after a while. */
  async lag(seconds = 5): Promise<unknown> {
    this.nowMs += seconds * 1000;
    const look = await this.watch.lag();
    return look.ok ? look.value.map(({ lagRecords, lagSeconds }) => [lagRecords, lagSeconds]) : look.reason;
  }

  async #ask(): Promise<void> {
    this.asked += 1;
    await this.held;
    if (this.fault !== undefined) throw this.fault;
  }
}

describe('QueueWatch', () => {
  it('knows the lag in seconds from what it saw before', async () => {
    const world = new World();
    assert.deepEqual(await world.lag(), [
      [0, 0],
      [0, 0],
    ]);
    world.ends = [10, 0];
    assert.deepEqual(await world.lag(), [
      [10, 5],
      [0, 0],
    ]);
    world.ends = [30, 5];
    world.committed = [10, 5];
    assert.deepEqual(await world.lag(), [
      [20, 5],
      [0, 0],
    ]);
    world.committed = [29, 5];
    assert.deepEqual(await world.lag(), [
      [1, 10],
      [0, 0],
    ]);
  });

  it('does not guess how old what it found at its first look is', async () => {
    const world = new World();
    world.ends = [10, 0];
    assert.deepEqual(await world.lag(), [
      [10, undefined],
      [0, 0],
    ]);
    assert.equal(world.watch.settledMs(), undefined);
    world.committed = [10, 0];
    await world.lag();
    assert.equal(world.watch.settledMs(), world.nowMs);
  });

  it('says up to when everything is settled: it stands still while a partition does', async () => {
    const world = new World();
    await world.lag();
    const beganMs = world.nowMs;
    world.ends = [5, 5];
    for (let i = 0; i < 20; i += 1) {
      world.committed = [0, 5];
      await world.lag();
      assert.equal(world.watch.settledMs(), beganMs);
    }
    world.fault = new QueueUnavailableError('gone');
    await world.lag();
    assert.equal(world.watch.settledMs(), beganMs);
  });

  it('asks once for all who ask within seconds', async () => {
    const world = new World();
    await Promise.all([world.lag(0), world.lag(0), world.lag(0)]);
    await world.lag(2);
    assert.equal(world.asked, 1);
    await world.lag(2);
    assert.equal(world.asked, 2);
  });

  it('does not wait for a queue that does not answer; what comes late serves the next one', async () => {
    const world = new World();
    let release = (): void => undefined;
    world.held = new Promise((resolve) => (release = resolve));
    assert.equal(await world.lag(), 'no answer within 50 ms');
    assert.equal(await world.lag(), 'no answer within 50 ms');
    assert.equal(world.asked, 1);
    release();
    assert.deepEqual(await world.lag(0), [
      [0, 0],
      [0, 0],
    ]);
    assert.equal(world.asked, 1);
  });

  it('tells why it does not know, and no more', async () => {
    const world = new World();
    world.fault = new QueueUnavailableError('Kafka cannot be asked: no broker');
    assert.equal(await world.lag(), 'Kafka cannot be asked: no broker');
    world.fault = new Error('password=hunter2');
    assert.equal(await world.lag(), 'the queue cannot be asked');
  });

  it('counts dead letters that are still there', async () => {
    const world = new World();
    assert.deepEqual(await world.watch.deadLetters(), { ok: true, value: 3 });
    world.letters = [];
    world.nowMs += 5000;
    assert.deepEqual(await world.watch.deadLetters(), { ok: false, reason: 'there is no topic dlq' });
  });
});
