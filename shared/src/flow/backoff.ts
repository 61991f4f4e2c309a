/** Bounds of a randomised exponential backoff, in milliseconds. */
export interface BackoffOptions {
  /** No wait is shorter. */
  readonly minMs: number;
  /** No wait is longer. */
  readonly maxMs: number;
}

/**
 * Milliseconds to wait before retry number `retry` (0 is the first): uniformly random between `minMs` and
 * `minMs * 2^(retry + 1)`, the latter at most `maxMs`. The randomness keeps clients that failed together from coming back
 * together.
 *
 * @param random a number in [0, 1)
 */
export function backoffDelay(retry: number, options: BackoffOptions, random: () => number = Math.random): number {
  const { minMs, maxMs } = options;
  // 2^31 times a millisecond is more than any sane maxMs; without the bound the power overflows to Infinity.
  const ceiling = Math.min(maxMs, minMs * 2 ** Math.min(retry + 1, 31));
  return minMs + random() * Math.max(0, ceiling - minMs);
}

/** Waits; resolves early when the signal is aborted. Leaves neither timer nor listener behind. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const finish = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    signal.addEventListener('abort', finish);
  });
}
