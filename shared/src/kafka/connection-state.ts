import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { DependencyState } from '../ports/queue.ts';

/** Keeps the state that health shows, and logs each change of it once. Starts as `down`. */
export class ConnectionState {
  readonly #logger: Logger;
  readonly #clock: Clock;
  #state: DependencyState;

  constructor(name: string, logger: Logger, clock: Clock) {
    this.#logger = logger;
    this.#clock = clock;
    this.#state = { name, state: 'down', sinceMs: clock.now(), reason: 'not connected yet' };
  }

  get current(): DependencyState {
    return this.#state;
  }

  up(): void {
    if (this.#state.state === 'up') return;
    const { name } = this.#state;
    this.#logger.info('connected to Kafka', { part: name });
    this.#state = { name, state: 'up', sinceMs: this.#clock.now() };
  }

  /** The owner was told to stop: down, and nothing to warn of. */
  stopped(): void {
    this.#state = { name: this.#state.name, state: 'down', sinceMs: this.#clock.now(), reason: 'stopped' };
  }

  down(reason: string): void {
    const { name, state, sinceMs, reason: before } = this.#state;
    if (state === 'down' && before === reason) return;
    this.#logger.warn('Kafka is not available', { part: name, reason });
    this.#state = { name, state: 'down', sinceMs: state === 'down' ? sinceMs : this.#clock.now(), reason };
  }
}
