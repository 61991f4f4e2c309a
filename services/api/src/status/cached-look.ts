import type { Clock } from '@paylog/shared/ports/clock';

/** What a look gave, or why it gave nothing. */
export type Look<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string };

/** How a look is taken. */
export interface CachedLookOptions<T> {
  readonly load: () => Promise<T>;
  /** Why it failed, for people; names no secret. */
  readonly reasonOf: (error: unknown) => string;
  readonly clock: Clock;
  /** An answer is good for so long. */
  readonly maxAgeMs: number;
  /** Nobody waits longer; what comes later serves the next one. */
  readonly timeoutMs: number;
}

/** One look for everybody who asks within a few seconds, in bounded time. */
export class CachedLook<T> {
  readonly #options: CachedLookOptions<T>;
  #last: { readonly look: Look<T>; readonly atMs: number } | undefined;
  #running: Promise<Look<T>> | undefined;

  constructor(options: CachedLookOptions<T>) {
    this.#options = options;
  }

  /** Never rejects. */
  async get(): Promise<Look<T>> {
    const { clock, maxAgeMs, timeoutMs } = this.#options;
    if (this.#last !== undefined && Math.abs(clock.now() - this.#last.atMs) < maxAgeMs) return this.#last.look;
    this.#running ??= this.#load();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Look<T>>((resolve) => {
      timer = setTimeout(resolve, timeoutMs, { ok: false, reason: `no answer within ${timeoutMs} ms` });
    });
    const look = await Promise.race([this.#running, late]);
    clearTimeout(timer);
    return look;
  }

  async #load(): Promise<Look<T>> {
    const { load, reasonOf, clock } = this.#options;
    const look = await load().then(
      (value): Look<T> => ({ ok: true, value }),
      (error: unknown): Look<T> => ({ ok: false, reason: reasonOf(error) }),
    );
    this.#last = { look, atMs: clock.now() };
    this.#running = undefined;
    return look;
  }
}
