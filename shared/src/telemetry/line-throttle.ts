/** How many lines are let through. */
export interface ThrottleRate {
  /** At once, after a time of silence. */
  readonly burst: number;
  /** Afterwards. */
  readonly perMinute: number;
}

/** Each text of a message has its own allowance. The texts are constants of the source: there are some hundred. */
const PER_MESSAGE: ThrottleRate = { burst: 10, perMinute: 10 };
/** All of them together. */
const TOGETHER: ThrottleRate = { burst: 200, perMinute: 300 };

/** Distinct messages that have an allowance of their own; later ones share one. */
const MAX_MESSAGES = 500;

/** A token bucket. */
class Allowance {
  readonly #rate: ThrottleRate;
  #left: number;
  #atMs: number;

  constructor(rate: ThrottleRate, nowMs: number) {
    this.#rate = rate;
    this.#left = rate.burst;
    this.#atMs = nowMs;
  }

  has(nowMs: number): boolean {
    const { burst, perMinute } = this.#rate;
    // A clock that goes back gives nothing and takes nothing.
    const passed = Math.max(0, nowMs - this.#atMs);
    this.#left = Math.min(burst, this.#left + (passed * perMinute) / 60_000);
    this.#atMs = nowMs;
    return this.#left >= 1;
  }

  take(): void {
    this.#left -= 1;
  }
}

/** Bounds how many lines with the same message, and how many at all, go to the queue: a fault that repeats is told, not repeated. */
export class LineThrottle {
  readonly #perMessage: ThrottleRate;
  readonly #together: Allowance;
  readonly #messages = new Map<string, Allowance>();

  constructor(nowMs: number, perMessage: ThrottleRate = PER_MESSAGE, together: ThrottleRate = TOGETHER) {
    this.#perMessage = perMessage;
    this.#together = new Allowance(together, nowMs);
  }

  admits(message: string, nowMs: number): boolean {
    const own = this.#allowance(message, nowMs);
    // Both are asked before either is charged: a message that repeats does not use up what the others share.
    if (!own.has(nowMs) || !this.#together.has(nowMs)) return false;
    own.take();
    this.#together.take();
    return true;
  }

  #allowance(message: string, nowMs: number): Allowance {
    const key = this.#messages.has(message) || this.#messages.size < MAX_MESSAGES ? message : '';
    let own = this.#messages.get(key);
    if (!own) this.#messages.set(key, (own = new Allowance(this.#perMessage, nowMs)));
    return own;
  }
}
