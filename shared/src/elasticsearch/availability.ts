import type { DependencyState } from '../ports/queue.ts';

/** Time between two looks at the store. A state that nobody asks the store about would never recover. */
const PROBE_INTERVAL_MS = 5000;

/**
 * Whether the store can be reached, as shown by readiness: set by every request, and by a probe of its own every five seconds,
 * so that neither an outage nor its end waits for traffic.
 */
export class Availability {
  #state: DependencyState = { name: 'elasticsearch', state: 'down', sinceMs: Date.now(), reason: 'not started' };
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  get state(): DependencyState {
    return this.#state;
  }

  up(): void {
    if (this.#state.state !== 'up') this.#state = { name: 'elasticsearch', state: 'up', sinceMs: Date.now() };
  }

  down(reason: string): void {
    const sinceMs = this.#state.state === 'down' ? this.#state.sinceMs : Date.now();
    this.#state = { name: 'elasticsearch', state: 'down', sinceMs, reason };
  }

  /** Calls `probe` now and then until `stop`; it reports by `up` and `down` and must not reject. */
  watch(probe: () => Promise<void>): void {
    if (this.#timer !== undefined || this.#stopped) return;
    this.#timer = setTimeout(() => {
      void probe().finally(() => {
        this.#timer = undefined;
        this.watch(probe);
      });
    }, PROBE_INTERVAL_MS);
    this.#timer.unref();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.down('stopped');
  }
}
