import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, it } from 'mocha';
import type { Publisher, PublishOutcome, QueueMessage } from '../../src/ports/queue.ts';
import { readEnvelope } from '../../src/record/envelope.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { OwnLogs, type OwnLogOutcome } from '../../src/telemetry/own-logs.ts';
import { waitUntil } from '../../src/testing/queue-probe.ts';

const LIMITS = { maxBytes: 262_144, maxDepth: 20, maxKeys: 500 };

/** A queue that answers as the test says. */
class TestPublisher implements Publisher {
  readonly kept: QueueMessage[] = [];
  calls = 0;
  stopped = false;
  answer: () => PublishOutcome | Promise<PublishOutcome> = () => ({ status: 'stored' });

  async start(): Promise<void> {}

  async stop(): Promise<void> {
    this.stopped = true;
  }

  async publish(_topic: string, messages: readonly QueueMessage[]): Promise<PublishOutcome> {
    this.calls += 1;
    const outcome = await this.answer();
    if (outcome.status === 'stored') this.kept.push(...messages);
    return outcome;
  }

  state() {
    return { name: 'test', state: 'up', sinceMs: 0 } as const;
  }

  records(): Record<string, unknown>[] {
    return this.kept.map(({ value }) => JSON.parse(value.toString()) as Record<string, unknown>);
  }
}

const AWAY: PublishOutcome = { status: 'retryable', reason: 'unavailable', message: 'no broker' };

function collector() {
  let text = '';
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      text += String(chunk);
      done();
    },
  });
  return { stream, text: () => text };
}

function create(limits = LIMITS) {
  const outcomes = new Map<OwnLogOutcome, number>();
  const local = collector();
  const own = new OwnLogs({
    level: 'info',
    topic: 'logs',
    limits,
    clock: Date,
    count: (outcome) => outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1),
    logger: createLogger({ level: 'debug', service: 'paylog-api', destination: local.stream }),
  });
  const destination = collector();
  const logger = createLogger({ level: 'debug', service: 'paylog-api', destination: destination.stream, sinks: [own] });
  return {
    own,
    outcomes,
    logger,
    local: local.text,
    stdout: destination.text,
  };
}

describe('OwnLogs', () => {
  const publisher = { current: new TestPublisher() };
  const running: OwnLogs[] = [];
  afterEach(async () => {
    for (const own of running.splice(0)) await own.stop();
    publisher.current = new TestPublisher();
  });
  const start = async (own: OwnLogs): Promise<TestPublisher> => {
    running.push(own);
    await own.start(publisher.current);
    return publisher.current;
  };
  const until = (condition: () => boolean): Promise<void> => waitUntil(condition, 5000, () => 'own logs');

  it('makes canonical records of data set paylog, those of the time before the start included', async () => {
    const { own, logger, outcomes } = create();
    logger.info('before', { topic: 't', partition: 3 });
    logger.debug('never');
    const queue = await start(own);
    logger.error('after', { error: new Error('boom'), request_id: 'r1', trace_id: 'a'.repeat(32) });
    await until(() => queue.kept.length === 2);
    const [first, second] = queue.records();
    assert.equal(readEnvelope(queue.kept[0]!.value)?.dataSet, 'paylog');
    assert.equal(first?.['id'], queue.kept[0]?.key);
    assert.equal(first?.['message'], 'before');
    assert.equal(first['service'], 'paylog-api');
    const attributes = first['attributes'] as Record<string, unknown>;
    assert.deepEqual([attributes['topic'], attributes['partition']], ['t', 3]);
    assert.equal((second?.['error'] as { message: string }).message, 'boom');
    assert.deepEqual([second?.['request_id'], second?.['trace_id']], ['r1', 'a'.repeat(32)]);
    assert.equal(outcomes.get('published'), 2);
  });

  it('keeps the line when its fields do not fit into a record', async () => {
    const { own, logger, outcomes } = create({ ...LIMITS, maxBytes: 1024 });
    const queue = await start(own);
    logger.warn('large', { text: 'x'.repeat(3000) });
    logger.warn('odd', { trace_id: 'not one' });
    await until(() => queue.kept.length === 2);
    assert.deepEqual(
      queue
        .records()
        .map(({ message, attributes }) => [message, (attributes as Record<string, unknown>)['fields_left_out']]),
      [
        ['large', 'record_too_large'],
        ['odd', 'invalid_value'],
      ],
    );
    assert.equal(outcomes.get('published'), 2);
  });

  it('withholds lines about own logs alone, not those about others too', async () => {
    const { own, logger, outcomes, stdout } = create();
    const queue = await start(own);
    logger.warn('dead', { data_sets: ['paylog'] });
    logger.warn('dead', { data_sets: ['paylog', 'main'] });
    logger.warn('dead', { data_sets: [] });
    await until(() => queue.kept.length === 2);
    assert.equal(outcomes.get('withheld'), 1);
    assert.equal(stdout().trim().split('\n').length, 3);
  });

  it('throttles a message that repeats, and lets others pass', async () => {
    const { own, logger, outcomes, stdout } = create();
    const queue = await start(own);
    for (let i = 0; i < 500; i += 1) logger.warn('again', { i });
    logger.warn('another');
    await until(() => queue.kept.length === 11);
    assert.equal(outcomes.get('throttled'), 490);
    assert.equal(stdout().trim().split('\n').length, 501, 'standard output has them all');
  });

  it('waits for a queue that is away without making lines of it, and sends each line once', async () => {
    const { own, logger, outcomes, local } = create();
    publisher.current.answer = () => AWAY;
    const queue = await start(own);
    logger.warn('one');
    await until(() => queue.calls >= 2);
    logger.warn('two');
    queue.answer = () => ({ status: 'stored' });
    await until(() => queue.kept.length === 2);
    assert.deepEqual(
      queue.records().map(({ message }) => message),
      ['one', 'two'],
    );
    assert.deepEqual([...outcomes], [['published', 2]]);
    const told = local().trim().split('\n');
    assert.equal(told.length, 2, 'the beginning and the end of the outage');
    assert.match(told[0] ?? '', /own logs cannot be sent/);
  });

  it('holds a bounded number of lines, and drops later ones', async () => {
    const { own, logger, outcomes } = create();
    const fields = { a: 'x'.repeat(4000), b: 'x'.repeat(4000), c: 'x'.repeat(4000), d: 'x'.repeat(4000) };
    for (let i = 0; i < 200; i += 1) logger.info(`message ${String(i)}`, fields);
    assert.ok((outcomes.get('overflow') ?? 0) > 50);
    const queue = await start(own);
    await until(() => queue.kept.length > 100);
    assert.equal(queue.records()[0]?.['message'], 'message 0');
  });

  it('drops what the queue refuses', async () => {
    const { own, logger, outcomes } = create();
    publisher.current.answer = () => ({ status: 'rejected', reason: 'not_allowed', message: 'no rights' });
    const queue = await start(own);
    logger.warn('refused');
    await until(() => outcomes.get('rejected') === 1);
    queue.answer = () => ({ status: 'stored' });
    logger.warn('taken');
    await until(() => queue.kept.length === 1);
  });

  it('drops a line that no record can be made of, tells it, and sends the others', async () => {
    const { own, logger, outcomes, local } = create();
    const queue = await start(own);
    const head = { timestamp: new Date().toISOString(), level: 'warn', service: 'paylog-api', version: '1' } as const;
    // What a fault of ours may hand in: JSON has no such value.
    own.write({ ...head, message: 'impossible', fields: { count: 1n } }, 'impossible');
    logger.warn('possible');
    await until(() => queue.kept.length === 1);
    assert.equal(queue.records()[0]?.['message'], 'possible');
    assert.equal(outcomes.get('rejected'), 1);
    assert.match(local(), /cannot be made a record.*BigInt/);
  });

  it('flushes when it stops', async () => {
    const { own, logger, outcomes } = create();
    const queue = await start(own);
    logger.info('last words');
    await own.stop();
    assert.deepEqual([queue.kept.length, queue.stopped, outcomes.get('published')], [1, true, 1]);
    logger.info('too late');
    assert.equal(outcomes.size, 1);
  });

  it('stops in bounded time when the queue is away, and when it does not answer at all', async () => {
    for (const answer of [() => AWAY, () => new Promise<PublishOutcome>(() => undefined)]) {
      const { own, logger } = create();
      const queue = new TestPublisher();
      queue.answer = answer;
      await own.start(queue);
      logger.info('lost');
      await until(() => queue.calls > 0);
      const since = performance.now();
      await own.stop();
      assert.ok(performance.now() - since < 2500);
    }
  });

  it('starts while the queue takes the connection and says nothing', async () => {
    const { own, logger } = create();
    const queue = new TestPublisher();
    let answer = (): void => undefined;
    queue.start = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    running.push(own);
    logger.info('early');
    const began = performance.now();
    await Promise.race([own.start(queue), sleep(2000)]);
    assert.ok(performance.now() - began < 1000, 'nothing else may wait for that');
    await sleep(700);
    assert.equal(queue.calls, 0, 'it may not be used yet');
    answer();
    await until(() => queue.kept.length === 1);
  });

  it('tells when its publisher cannot start', async () => {
    const { own, local } = create();
    const queue = new TestPublisher();
    queue.start = () => Promise.reject(new Error('no such client'));
    running.push(own);
    await own.start(queue);
    await until(() => local().includes('no such client'));
  });

  it('may be stopped before it was started', async () => {
    const { own, logger } = create();
    logger.info('never');
    await own.stop();
  });
});
