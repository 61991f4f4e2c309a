import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { CoalescingPublisher } from '../../src/flow/coalescing-publisher.ts';
import type { Publisher, PublishOutcome, QueueMessage } from '../../src/ports/queue.ts';

/** A queue whose answers the test gives, or withholds. */
class HeldPublisher implements Publisher {
  /** Keys of each send, in order. */
  readonly sends: string[][] = [];
  readonly #answers: ((outcome: PublishOutcome) => void)[] = [];

  async start(): Promise<void> {}
  async stop(): Promise<void> {}

  publish(_topic: string, messages: readonly QueueMessage[]): Promise<PublishOutcome> {
    this.sends.push(messages.map(({ key }) => key));
    return new Promise((resolve) => this.#answers.push(resolve));
  }

  answer(send: number, outcome: PublishOutcome): void {
    this.#answers[send]?.(outcome);
  }

  state() {
    return { name: 'held', state: 'up', sinceMs: 0 } as const;
  }
}

const message = (key: string): QueueMessage => ({ key, value: Buffer.from(key) });
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
const options = { maxSendsInFlight: 1, maxSendBytes: 100, callTimeoutMs: 60_000 };
const STORED = { status: 'stored' } as const;

describe('CoalescingPublisher', () => {
  it('sends at once when idle, and what comes meanwhile together', async () => {
    const inner = new HeldPublisher();
    const publisher = new CoalescingPublisher(inner, options);
    const outcomes = [publisher.publish('t', [message('a')])];
    await turn();
    outcomes.push(publisher.publish('t', [message('b'), message('c')]), publisher.publish('t', [message('d')]));
    await turn();
    assert.deepEqual(inner.sends, [['a']]);
    inner.answer(0, STORED);
    await turn();
    assert.deepEqual(inner.sends, [['a'], ['b', 'c', 'd']]);
    inner.answer(1, STORED);
    assert.deepEqual(await Promise.all(outcomes), [STORED, STORED, STORED]);
  });

  it('answers every call in time when the queue answers none, and sends nothing that was given up', async () => {
    const inner = new HeldPublisher();
    const publisher = new CoalescingPublisher(inner, { ...options, callTimeoutMs: 40 });
    const sent = publisher.publish('t', [message('sent')]);
    await turn();
    const waiting = [publisher.publish('t', [message('w1')]), publisher.publish('t', [message('w2')])];
    for (const outcome of await Promise.all([sent, ...waiting])) {
      assert.ok(outcome.status === 'retryable' && outcome.reason === 'unavailable', JSON.stringify(outcome));
    }
    const later = publisher.publish('t', [message('later')]);
    inner.answer(0, STORED);
    await turn();
    assert.deepEqual(inner.sends, [['sent'], ['later']]);
    inner.answer(1, STORED);
    assert.deepEqual(await later, STORED);
  });

  it('does not let the neighbors of a refused message suffer', async () => {
    const inner = new HeldPublisher();
    const publisher = new CoalescingPublisher(inner, options);
    const refused = { status: 'rejected', reason: 'too_large', message: 'no' } as const;
    const both = [publisher.publish('t', [message('good')]), publisher.publish('t', [message('bad')])];
    await turn();
    inner.answer(0, refused);
    await turn();
    inner.answer(1, STORED);
    await turn();
    inner.answer(2, refused);
    assert.deepEqual(await Promise.all(both), [STORED, refused]);
    assert.deepEqual(inner.sends, [['good', 'bad'], ['good'], ['bad']]);
  });

  it('asks a queue that is gone once, not once for each neighbor', async () => {
    const inner = new HeldPublisher();
    const publisher = new CoalescingPublisher(inner, options);
    const refused = { status: 'rejected', reason: 'too_large', message: 'no' } as const;
    const gone = { status: 'retryable', reason: 'unavailable', message: 'gone' } as const;
    const calls = ['a', 'b', 'c'].map((key) => publisher.publish('t', [message(key)]));
    await turn();
    inner.answer(0, refused);
    await turn();
    inner.answer(1, gone);
    assert.deepEqual(await Promise.all(calls), [gone, gone, gone]);
    assert.deepEqual(inner.sends, [['a', 'b', 'c'], ['a']]);
  });

  it('keeps the order within a topic, and topics apart', async () => {
    const inner = new HeldPublisher();
    const publisher = new CoalescingPublisher(inner, options);
    const calls = ['1', '2', '3'].map((key) => publisher.publish('t', [message(key), message(`${key}b`)]));
    calls.push(publisher.publish('u', [message('other')]));
    await turn();
    assert.deepEqual(inner.sends, [['1', '1b', '2', '2b', '3', '3b'], ['other']]);
    inner.answer(1, STORED);
    assert.deepEqual(await calls[3], STORED);
    inner.answer(0, STORED);
    assert.deepEqual(await Promise.all(calls), [STORED, STORED, STORED, STORED]);
  });

  it('stops a shared send from growing beyond its size, and sends no more at a time than it may', async () => {
    const inner = new HeldPublisher();
    const publisher = new CoalescingPublisher(inner, { ...options, maxSendsInFlight: 2, maxSendBytes: 10 });
    const calls = ['aaaaaa', 'bbbbbb', 'cccccc', 'dddddddddddddddd', 'e'].map((key) =>
      publisher.publish('t', [message(key)]),
    );
    await turn();
    assert.deepEqual(inner.sends, [
      ['aaaaaa', 'bbbbbb'],
      ['cccccc', 'dddddddddddddddd'],
    ]);
    inner.answer(1, STORED);
    await turn();
    assert.deepEqual(inner.sends[2], ['e']);
    inner.answer(0, STORED);
    inner.answer(2, STORED);
    await Promise.all(calls);
  });

  it('turns what the queue throws into an outcome', async () => {
    const inner = new HeldPublisher();
    inner.publish = () => Promise.reject(new Error('a bug'));
    const publisher = new CoalescingPublisher(inner, options);
    assert.deepEqual(await publisher.publish('t', [message('a')]), {
      status: 'retryable',
      reason: 'unavailable',
      message: 'a bug',
    });
    // The lane goes on.
    assert.equal((await publisher.publish('t', [message('b')])).status, 'retryable');
  });

  it('sends what waits when it is stopped, before the queue is', async () => {
    const inner = new HeldPublisher();
    const order: string[] = [];
    inner.stop = async () => {
      order.push(`stop after ${inner.sends.length} sends`);
    };
    const publisher = new CoalescingPublisher(inner, options);
    const calls = [publisher.publish('t', [message('a')])];
    await turn();
    calls.push(publisher.publish('t', [message('b')]));
    await publisher.stop();
    assert.deepEqual(inner.sends, [['a'], ['b']]);
    assert.deepEqual(order, ['stop after 2 sends']);
    inner.answer(0, STORED);
    inner.answer(1, STORED);
    await Promise.all(calls);
  });
});
