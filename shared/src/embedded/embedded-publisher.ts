import type { DependencyState, PublishOutcome, Publisher, QueueMessage } from '../ports/queue.ts';
import { packMessages } from './message-codec.ts';
import type { QueueCore } from './queue-core.ts';

/** A call is cut into chunks of this size, which are spread over the partitions. */
const CHUNK_BYTES = 512 * 1024;
const STORED: PublishOutcome = { status: 'stored' };

/** Publishes into the embedded queue. `stored` means that the transaction was fsynced. */
export class EmbeddedPublisher implements Publisher {
  readonly #core: QueueCore;
  #inFlight = 0;
  #idle: (() => void) | undefined;
  #stopped = false;
  /** Sticky per call, moving on by one: calls and large calls are spread over the partitions. */
  #nextPartition = 0;

  constructor(core: QueueCore) {
    this.#core = core;
  }

  start(): Promise<void> {
    return this.#core.start();
  }

  async publish(topic: string, messages: readonly QueueMessage[]): Promise<PublishOutcome> {
    const refusal = this.#refusal(topic, messages);
    if (refusal !== undefined) return refusal;
    if (messages.length === 0) return STORED;
    const partitions = this.#core.topic(topic)?.partitions ?? [];
    const packed = packMessages(messages, CHUNK_BYTES);
    const parts = packed.chunks.map((_, index) => {
      const partition = partitions[(this.#nextPartition + index) % partitions.length];
      if (partition === undefined) throw new Error('A topic has no partition');
      return partition.no;
    });
    this.#nextPartition = (this.#nextPartition + parts.length) % 1_000_000_000;
    this.#inFlight += 1;
    try {
      return await this.#core.commits.append({ ...packed, parts });
    } finally {
      this.#inFlight -= 1;
      if (this.#inFlight === 0) this.#idle?.();
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    // Bounded: every call settles within the publish timeout.
    while (this.#inFlight > 0) {
      await new Promise<void>((resolve) => {
        const previous = this.#idle;
        this.#idle = () => {
          previous?.();
          resolve();
        };
      });
    }
  }

  state(): DependencyState {
    return this.#core.state();
  }

  #refusal(topic: string, messages: readonly QueueMessage[]): PublishOutcome | undefined {
    if (this.#stopped) return { status: 'retryable', reason: 'unavailable', message: 'the publisher is stopped' };
    const info = this.#core.topic(topic);
    if (info === undefined) {
      return { status: 'retryable', reason: 'unavailable', message: `topic ${topic} does not exist` };
    }
    const limit = Math.min(info.maxMessageBytes, this.#core.options.maxMessageBytes);
    const large = messages.find(({ value }) => value.length > limit);
    if (large === undefined) return undefined;
    const message = `a message of ${large.value.length} bytes is larger than the limit of ${limit} bytes`;
    return { status: 'rejected', reason: 'too_large', message };
  }
}
