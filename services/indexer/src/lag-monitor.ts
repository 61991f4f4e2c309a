import type { Logger } from '@paylog/shared/ports/logger';
import type { PartitionLag } from '@paylog/shared/ports/queue';

/** Where the lag is read and shown. */
export interface LagMonitorOptions {
  readonly intervalMs: number;
  readonly read: () => Promise<readonly PartitionLag[]>;
  readonly show: (lag: PartitionLag) => void;
  /** So many partitions are ours. */
  readonly showOwned: (partitions: number) => void;
}

/**
 * Asks for the lag every few seconds. A partition that is not ours any more is shown with zero, once: whoever owns it now
 * reports it, and the sum over all indexers stays right. While the lag is not known, as between two assignments, the last one stays.
 */
export class LagMonitor {
  readonly #options: LagMonitorOptions;
  readonly #logger: Logger;
  #shown = new Map<string, PartitionLag>();
  #timer: NodeJS.Timeout | undefined;
  #busy = false;

  constructor(options: LagMonitorOptions, logger: Logger) {
    this.#options = options;
    this.#logger = logger;
  }

  start(): void {
    this.#timer = setInterval(() => void this.poll(), this.#options.intervalMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** One reading. Never rejects; skipped while another one is under way. */
  async poll(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      this.#show(await this.#options.read());
    } catch (error) {
      // The broker is away, or the group shares its partitions: the consumer's state says so, the last known lag stays.
      this.#logger.debug('the lag cannot be read', { error });
    } finally {
      this.#busy = false;
    }
  }

  #show(lags: readonly PartitionLag[]): void {
    const lost = this.#shown;
    this.#shown = new Map();
    this.#options.showOwned(lags.length);
    for (const lag of lags) {
      const name = `${lag.topic}/${String(lag.partition)}`;
      lost.delete(name);
      this.#shown.set(name, lag);
      this.#options.show(lag);
    }
    for (const { topic, partition } of lost.values()) {
      this.#options.show({ topic, partition, records: 0, seconds: 0 });
    }
  }
}
