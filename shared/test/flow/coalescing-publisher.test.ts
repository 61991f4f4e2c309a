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
});
