import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { RetriedOutcome } from '@paylog/shared/flow/retrying-writer';
import type { Publisher, PublishOutcome } from '@paylog/shared/ports/queue';
import type { StoreDocument } from '@paylog/shared/ports/store';
import { RecordPreparer } from '@paylog/shared/record/prepare';
import { BatchPipeline } from '../src/batch-pipeline.ts';
import { BulkBatcher } from '../src/bulk-batcher.ts';
import { DeadLetterPublisher } from '../src/dead-letter-publisher.ts';
import { InflightBudget } from '../src/inflight-budget.ts';
import { batchOf, messageOf } from './support/batches.ts';
import { MemoryLogger } from './support/memory-logger.ts';

/** Outcomes by the beginning of the id; a test decides when a bulk is answered. */
function outcomeOf({ id }: StoreDocument): RetriedOutcome {
  if (id.startsWith('bad')) return { status: 'rejected', type: 'mapper_parsing_exception', reason: 'no', attempts: 1 };
  if (id.startsWith('open')) return { status: 'retryable', type: 'aborted', reason: 'given up' };
  return { status: id.startsWith('known') ? 'duplicate' : 'stored' };
}

function setUp({
  answer = (): Promise<void> => Promise.resolve(),
  publish = (): PublishOutcome => ({ status: 'stored' }),
  maxBytes = 1_000_000,
} = {}) {
  const counts = { stored: 0, duplicate: 0, deadLettered: [] as string[] };
  const published: string[] = [];
  const publisher: Publisher = {
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    state: () => ({ name: 'scripted', state: 'up', sinceMs: 0 }),
    publish: (_topic, messages) => {
      const outcome = publish();
      if (outcome.status === 'stored') published.push(...messages.map(({ key }) => key));
      return Promise.resolve(outcome);
    },
  };
  const budget = new InflightBudget(maxBytes);
  const writer = {
    write: async (documents: readonly StoreDocument[]) => {
      await answer();
      return documents.map(outcomeOf);
    },
  };
  const options = { topic: 'logs.dlq', maxBatchBytes: 65_536, minMs: 1, maxMs: 2, onAttempt: () => undefined };
  const pipeline = new BatchPipeline({
    budget,
    batcher: new BulkBatcher(writer, { maxBytes: 1_000_000, maxDelayMs: 5, concurrency: 2 }, () => undefined),
    deadLetters: new DeadLetterPublisher(publisher, options, Date, new MemoryLogger()),
    prepare: {
      directTopic: 'logs.direct',
      dataSet: 'main',
      preparer: new RecordPreparer({ maxBytes: 10_000, maxDepth: 10, maxKeys: 50 }),
    },
    observer: {
      settled: (stored, duplicate) => {
        counts.stored += stored;
        counts.duplicate += duplicate;
      },
      deadLettered: ({ type }) => counts.deadLettered.push(type),
      redacted: () => undefined,
      bulk: () => undefined,
      retried: () => undefined,
      lag: () => undefined,
      owned: () => undefined,
    },
  });
  return { pipeline, counts, published, budget };
}

describe('BatchPipeline', () => {
  it('settles a batch when all of it is stored, known or dead-lettered', async () => {
    const { pipeline, counts, published, budget } = setUp();
    const { batch, settled } = batchOf(['a', 'known', messageOf(102, 'k', 'no envelope'), 'bad', 'b']);
    await pipeline.handle(batch);
    assert.equal(settled.at(-1), 5);
    assert.deepEqual(counts, {
      stored: 2,
      duplicate: 1,
      deadLettered: ['unreadable_envelope', 'mapper_parsing_exception'],
    });
    assert.deepEqual(published, ['logs-0-102', 'logs-0-103']);
    assert.equal(budget.used, 0);
  });

  it('settles nothing behind a record whose dead letter is not in the queue yet', async () => {
    const controller = new AbortController();
    let attempts = 0;
    const { pipeline, published } = setUp({
      publish: () => {
        attempts += 1;
        if (attempts === 3) controller.abort();
        return { status: 'retryable', reason: 'unavailable', message: 'no broker' };
      },
    });
    const { batch, settled } = batchOf(['a', 'b', 'bad', 'c'], { signal: controller.signal });
    await pipeline.handle(batch);
    assert.deepEqual(settled, [2]);
    assert.deepEqual(published, []);
  });

  it('leaves what the store did not take, and all behind it, to the next delivery', async () => {
    const { pipeline, counts, budget } = setUp();
    const { batch, settled } = batchOf(['a', 'b', 'open', 'c']);
    await pipeline.handle(batch);
    assert.deepEqual(settled, [2]);
    assert.equal(counts.stored, 3);
    assert.equal(budget.used, 0);
  });

  it('settles nothing and takes no budget when the partition is gone before its turn', async () => {
    const { pipeline, budget, counts } = setUp();
    const { batch, settled } = batchOf(['a'], { signal: AbortSignal.abort() });
    await pipeline.handle(batch);
    assert.deepEqual([settled, counts.stored, budget.used], [[], 0, 0]);
  });

  it('lets a batch wait while the budget is full', async () => {
    const held: (() => void)[] = [];
    const { pipeline, budget } = setUp({
      maxBytes: 500,
      answer: () => new Promise<void>((resolve) => held.push(resolve)),
    });
    const [first, second] = [batchOf(['a', 'b']), batchOf(['c'], { partition: 1 })];
    const done = [pipeline.handle(first.batch), pipeline.handle(second.batch)];
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(held.length, 1, 'the second one waits');
    held[0]?.();
    await done[0];
    await new Promise((resolve) => setTimeout(resolve, 20));
    held[1]?.();
    await done[1];
    assert.deepEqual([first.settled, second.settled, budget.used], [[2], [1], 0]);
  });

  it('rejects, gives the budget back and settles nothing when the writer breaks its contract', async () => {
    const { pipeline, budget } = setUp({ answer: () => Promise.reject(new Error('bug')) });
    const { batch, settled } = batchOf(['a']);
    await assert.rejects(pipeline.handle(batch), /bug/);
    assert.deepEqual([settled, budget.used], [[], 0]);
  });

  it('settles a message that holds several records with the last of them; a bad one is buried alone', async () => {
    const { pipeline, counts, published } = setUp();
    const uid = (stringValue: string): object => ({ attributes: [{ key: 'log.record.uid', value: { stringValue } }] });
    const logRecords = [uid('a'), uid('bad'), uid('known'), 7, uid('b')];
    const value = JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] });
    const messages = [messageOf(100, null, value), messageOf(101, null, '{"message":"m","service":"s"}')];
    const { batch, settled } = batchOf(messages, { topic: 'logs.direct' });
    await pipeline.handle(batch);
    assert.equal(settled.at(-1), 2);
    assert.deepEqual(counts, { stored: 3, duplicate: 1, deadLettered: ['not_an_object', 'mapper_parsing_exception'] });
    assert.deepEqual(published, ['logs.direct-0-100-3', 'logs.direct-0-100-1']);
  });

  it('does not settle a message of which one record is open', async () => {
    const { pipeline, counts } = setUp();
    const uid = (stringValue: string): object => ({ attributes: [{ key: 'log.record.uid', value: { stringValue } }] });
    const value = JSON.stringify({
      resourceLogs: [{ scopeLogs: [{ logRecords: [uid('a'), uid('open'), uid('b')] }] }],
    });
    const messages = [messageOf(100, null, '{"message":"m","service":"s"}'), messageOf(101, null, value)];
    const { batch, settled } = batchOf(messages, { topic: 'logs.direct' });
    await pipeline.handle(batch);
    assert.deepEqual(settled, [1]);
    assert.equal(counts.stored, 3);
  });

  it('takes a batch in pieces when its records are many times its size', async () => {
    const { pipeline, counts } = setUp();
    const big = { key: 'a', value: { stringValue: 'x'.repeat(9000) } };
    const resource = { attributes: [big] };
    const value = JSON.stringify({ resourceLogs: [{ resource, scopeLogs: [{ logRecords: Array(1000).fill({}) }] }] });
    const messages = [100, 101, 102].map((offset) => messageOf(offset, null, value));
    const { batch, settled } = batchOf(messages, { topic: 'logs.direct' });
    await pipeline.handle(batch);
    assert.deepEqual(settled.slice(-2), [2, 3]);
    assert.equal(counts.stored, 3000);
  });
});
