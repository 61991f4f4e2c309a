import type { Clock } from '@paylog/shared/ports/clock';

/** So many per second, and no more than one second's worth at once. */
export class RateBudget {
  readonly #perSecond: number;
  readonly #clock: Clock;
  #left: number;
  #refilledMs: number;

  constructor(perSecond: number, clock: Clock) {
    this.#perSecond = perSecond;
    this.#clock = clock;
    this.#left = perSecond;
    this.#refilledMs = clock.now();
  }

  /** Whole ones that may be taken now. */
  get left(): number {
    return Math.floor(this.#left);
  }

  refill(): void {
    const nowMs = this.#clock.now();
    const earned = (Math.max(0, nowMs - this.#refilledMs) / 1000) * this.#perSecond;
    this.#left = Math.min(this.#perSecond, this.#left + earned);
    this.#refilledMs = nowMs;
  }

  /** Takes one; false when none is left. */
  take(): boolean {
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
