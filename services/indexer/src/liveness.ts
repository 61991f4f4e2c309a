import type { Clock } from '@paylog/shared/ports/clock';
import type { Consumer } from '@paylog/shared/ports/queue';

/**
 * Whether the indexer is getting anywhere. Signs of life are a consume loop that comes round (an empty fetch counts) and an
 * attempt on the store or the dead-letter topic that ended, well or badly: an outage elsewhere is no reason to restart.
 */
export class Liveness {
  readonly #consumer: Consumer;
  readonly #clock: Clock;
  readonly #stallTimeoutMs: number;
  #lastSignMs: number;

  constructor(consumer: Consumer, clock: Clock, stallTimeoutMs: number) {
    this.#consumer = consumer;
    this.#clock = clock;
    this.#stallTimeoutMs = stallTimeoutMs;
    this.#lastSignMs = clock.now();
  }

  readonly sign = (): void => {
    this.#lastSignMs = this.#clock.now();
  };

  /** Why it looks stalled; undefined while there are signs of life. */
  stalled(): string | undefined {
    const last = Math.max(this.#lastSignMs, this.#consumer.progress().lastActivityMs);
    const silentMs = this.#clock.now() - last;
    if (silentMs <= this.#stallTimeoutMs) return undefined;
    return `no fetch and no attempt on the store has ended for ${String(Math.round(silentMs / 1000))} s`;
  }
}
