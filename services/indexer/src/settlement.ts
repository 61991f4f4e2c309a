import type { ConsumedBatch } from '@paylog/shared/ports/queue';

/**
 * Which messages of one batch are settled, in any order, and how far that reaches without a gap. Only that prefix is told
 * to the queue: an offset that is committed speaks for everything before it.
 */
export class Settlement {
  readonly #batch: ConsumedBatch;
  readonly #settled: Uint8Array;
  #prefix = 0;

  constructor(batch: ConsumedBatch) {
    this.#batch = batch;
    this.#settled = new Uint8Array(batch.messages.length);
  }

  /** Notes that the message at this position is settled; {@link flush} tells the queue. */
  mark(position: number): void {
    this.#settled[position] = 1;
  }

  /** Tells the queue how far the batch is settled, if that is further than before. */
  flush(): void {
    const before = this.#prefix;
    while (this.#settled[this.#prefix] === 1) this.#prefix += 1;
    if (this.#prefix > before) this.#batch.settle(this.#prefix);
  }
}
