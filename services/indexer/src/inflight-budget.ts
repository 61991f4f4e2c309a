interface Waiter {
  readonly bytes: number;
  readonly grant: () => void;
}

/**
 * Bytes that may be in work at the same time. Unlike the API, which refuses what does not fit, the indexer lets it wait:
 * a batch that waits keeps its partition from fetching more.
 */
export class InflightBudget {
  readonly limit: number;
  #used = 0;
  readonly #waiting: Waiter[] = [];

  /** @param limit in bytes */
  constructor(limit: number) {
    this.limit = limit;
  }

  /** Bytes in work now. */
  get used(): number {
    return this.#used;
  }

  /**
   * Waits, first come first served, until the bytes fit. What is larger than the whole budget passes when nothing else is in
   * work. Resolves with false, and takes nothing, when the signal is aborted before.
   */
  async acquire(bytes: number, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return false;
    if (this.#waiting.length === 0 && this.#fits(bytes)) {
      this.#used += bytes;
      return true;
    }
    return new Promise((resolve) => {
      const onAbort = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        resolve(false);
        // The one that gave up may have stood before others that fit.
        this.#grantWaiting();
      };
      const waiter: Waiter = {
        bytes,
        grant: () => {
          signal.removeEventListener('abort', onAbort);
          resolve(true);
        },
      };
      this.#waiting.push(waiter);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Gives back what {@link acquire} took. */
  release(bytes: number): void {
    this.#used -= bytes;
    this.#grantWaiting();
  }

  #fits(bytes: number): boolean {
    return this.#used === 0 || this.#used + bytes <= this.limit;
  }

  #grantWaiting(): void {
    for (let next = this.#waiting[0]; next !== undefined && this.#fits(next.bytes); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#used += next.bytes;
      next.grant();
    }
  }
}
