import type { ConsumedBatch } from '@paylog/shared/ports/queue';

/**
 * Which messages of one batch are settled, in any order, and how far that reaches without a gap. Only that prefix is told
 * to the queue: an offset that is committed speaks for everything before it.
 */
export class Settlement {
  readonly #batch: ConsumedBatch;
  readonly #settled: Uint8Array;
  /** Records that are still open of messages that hold several. */
  #open: Map<number, number> | undefined;
  #prefix = 0;

  constructor(batch: ConsumedBatch) {
    this.#batch = batch;
    this.#settled = new Uint8Array(batch.messages.length);
  }

  /** The message at this position is settled when so many records of it are. Called before any of them is marked. */
  expect(position: number, records: number): void {
    this.#open ??= new Map();
    this.#open.set(position, records);
  }

  /** Notes that the message at this position, or one record of it, is settled; {@link flush} tells the queue. */
  mark(position: number): void {
    if (this.#open !== undefined && !this.#isLast(position, this.#open)) return;
    this.#settled[position] = 1;
  }

  #isLast(position: number, open: Map<number, number>): boolean {
    const left = (open.get(position) ?? 1) - 1;
    open.set(position, left);
    return left <= 0;
  }

  /** Tells the queue how far the batch is settled, if that is further than before. */
  flush(): void {
    const before = this.#prefix;
    while (this.#settled[this.#prefix] === 1) this.#prefix += 1;
    if (this.#prefix > before) this.#batch.settle(this.#prefix);
  }
}
