import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Publisher, PublishOutcome, QueueMessage } from '@paylog/shared/ports/queue';
import { DeadLetterPublisher } from '../src/dead-letter-publisher.ts';
import type { DeadLetter } from '../src/dead-letter.ts';
import { canonical, messageOf } from './support/batches.ts';
import { MemoryLogger } from './support/memory-logger.ts';

const STORED: PublishOutcome = { status: 'stored' };
const GONE: PublishOutcome = { status: 'retryable', reason: 'unavailable', message: 'no broker' };
const TOO_LARGE: PublishOutcome = { status: 'rejected', reason: 'too_large', message: 'too large' };

/** Answers each call from a script: outages and limits have to come at exact moments here. */
class ScriptedPublisher implements Publisher {
  readonly calls: QueueMessage[][] = [];
  readonly #script: (messages: readonly QueueMessage[], call: number) => PublishOutcome;

  constructor(script: (messages: readonly QueueMessage[], call: number) => PublishOutcome) {
    this.#script = script;
  }

  async start(): Promise<void> {}
  async stop(): Promise<void> {}

  publish(topic: string, messages: readonly QueueMessage[]): Promise<PublishOutcome> {
    assert.equal(topic, 'logs.dlq');
    this.calls.push([...messages]);
    return Promise.resolve(this.#script(messages, this.calls.length));
  }

  state() {
    return { name: 'scripted', state: 'up', sinceMs: 0 } as const;
  }
}

function letters(count: number, size = 10): DeadLetter[] {
  return Array.from({ length: count }, (_, i) => ({
    topic: 'logs',
    partition: 0,
    message: messageOf(i, null, 'x'.repeat(size)),
    failure: { position: i, stage: 'envelope', type: 'unreadable_envelope', reason: 'r', attempts: 0 },
  }));
}

function setUp(script: (messages: readonly QueueMessage[], call: number) => PublishOutcome) {
  const publisher = new ScriptedPublisher(script);
  const logger = new MemoryLogger();
  let attempts = 0;
  const options = {
    topic: 'logs.dlq',
    maxBatchBytes: 64 * 1024,
    minMs: 1,
    maxMs: 2,
    onAttempt: () => (attempts += 1),
  };
  const deadLetters = new DeadLetterPublisher(publisher, options, { now: () => 0 }, logger);
  return { publisher, logger, deadLetters, attempts: () => attempts };
}

describe('DeadLetterPublisher', () => {
  const never = new AbortController().signal;

  it('publishes until the queue holds them, and says so once per outage', async () => {
    const { publisher, logger, deadLetters, attempts } = setUp((_, call) => (call < 5 ? GONE : STORED));
    const stored: number[] = [];
    await deadLetters.publish(letters(3), never, ({ message }) => stored.push(message.offset));
    assert.deepEqual(stored, [0, 1, 2]);
    assert.equal(attempts(), 5);
    assert.deepEqual(
      publisher.calls.map((call) => call.map(({ key }) => key)),
      Array.from({ length: 5 }, () => ['logs-0-0', 'logs-0-1', 'logs-0-2']),
    );
    assert.deepEqual(logger.messages('error'), ['dead letters cannot be published, retrying']);
    assert.deepEqual(logger.messages('info'), ['dead letters can be published again']);
  });

  it('keeps each call within one batch of the queue', async () => {
    const { publisher, deadLetters } = setUp(() => STORED);
    await deadLetters.publish([...letters(40, 5000), ...letters(1, 500_000)], never, () => {});
    for (const call of publisher.calls) {
      const bytes = call.reduce((sum, { value }) => sum + value.byteLength, 0);
      assert.ok(bytes <= 64 * 1024, String(bytes));
    }
    assert.equal(publisher.calls.flat().length, 41);
  });

  it('truncates further what a smaller limit of the topic refuses, and only that', async () => {
    const limit = 20_000;
    const { publisher, deadLetters } = setUp((messages) =>
      messages.some(({ value }) => value.byteLength > limit) ? TOO_LARGE : STORED,
    );
    const stored: number[] = [];
    const mixed = [...letters(2), ...letters(3, 50_000).slice(2)];
    await deadLetters.publish(mixed, never, ({ message }) => stored.push(message.offset));
    assert.deepEqual(stored, [0, 1, 2]);
    const last = JSON.parse(publisher.calls.at(-1)?.[0]?.value.toString() ?? '') as Record<string, unknown>;
    assert.deepEqual([last['truncated'], last['record_bytes']], [true, 50_000]);
  });

  it('never settles a letter that may not be published, and gives up when aborted', async () => {
    const controller = new AbortController();
    const { deadLetters, logger } = setUp((_, call) => {
      if (call === 4) controller.abort();
      return { status: 'rejected', reason: 'not_allowed', message: 'no' };
    });
    await deadLetters.publish(letters(1), controller.signal, () => assert.fail('not stored'));
    assert.equal(logger.messages('error').length, 1);
  });

  it('warns of dead letters once a minute, not of each', async () => {
    const { deadLetters, logger } = setUp(() => STORED);
    for (let i = 0; i < 5; i += 1) await deadLetters.publish(letters(2), never, () => {});
    assert.equal(logger.messages('warn').length, 1);
  });

  it('names the data sets of checked records, not what a direct producer says', async () => {
    const paylog = canonical('m').replace('"data_set":"main"', '"data_set":"paylog"');
    for (const [stage, named] of [
      ['envelope', 'paylog'],
      ['prepare', 'unknown'],
    ] as const) {
      const { deadLetters, logger } = setUp(() => STORED);
      const failure = { position: 0, stage, type: 't', reason: 'r', attempts: 0 };
      const letter = { topic: 'logs', partition: 0, message: messageOf(0, null, paylog), failure };
      await deadLetters.publish([letter], never, () => {});
      assert.deepEqual(logger.lines[0]?.fields?.['data_sets'], [named]);
    }
  });
});
