import type { Clock } from '@paylog/shared/ports/clock';
import type { Logger } from '@paylog/shared/ports/logger';
import type { StoreWriter } from '@paylog/shared/ports/store';

/** Retention works on whole days, so once an hour is often enough. */
const INTERVAL_MS = 3_600_000;

/** Drops what is too old, once at start and then every hour. */
export class RetentionTimer {
  readonly #writer: StoreWriter;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #timer: NodeJS.Timeout | undefined;

  constructor(writer: StoreWriter, clock: Clock, logger: Logger) {
    this.#writer = writer;
    this.#clock = clock;
    this.#logger = logger;
  }

  start(): void {
    this.#timer = setInterval(() => void this.enforce(), INTERVAL_MS);
    void this.enforce();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** One round. Never rejects: what could not be dropped now is dropped in an hour. */
  async enforce(): Promise<void> {
    try {
      const dropped = await this.#writer.enforceRetention(this.#clock.now());
      if (dropped.length > 0) this.#logger.info('dropped what is older than the retention', { dropped });
    } catch (error) {
      this.#logger.warn('retention could not be enforced', { error });
    }
  }
}
