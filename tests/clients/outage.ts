import { setTimeout as delay } from 'node:timers/promises';
import type { KafkaBroker } from '../stack/stack-service.ts';
import { messageOf, newMarker, type Deployed } from './harness.ts';
import { type Need } from './needs.ts';

/** One record that a client is to send. */
export interface OutageRecord {
  readonly n: number;
  readonly message: string;
}

/** What one client sends around an outage. */
export interface OutageLoad {
  readonly marker: string;
  readonly count: number;
  /** Hands the records out at the pace of an application that goes on logging while the broker is down. */
  readonly records: AsyncIterable<OutageRecord>;
  /** Resolves when the records that come before the outage were taken. */
  readonly underWay: Promise<void>;
}

/** A client that keeps records while they are not taken, and sends them again. */
export interface BufferingClient {
  readonly name: string;
  readonly needs?: Need;
  /**
   * Whether its retries carry ids, so that nothing may be there twice. Without, a request that was answered with 503 may
   * have reached the broker all the same, and its retry is stored again.
   */
  readonly exactlyOnce: boolean;
  /** Sends every record of the load, configured as its page in docs/sending says; resolves when its buffer is empty. */
  readonly send: (deployed: Deployed, load: OutageLoad) => Promise<void>;
}

const CHUNK = 20;
const REST_MS = 20;

class Gate {
  readonly opened: Promise<void>;
  open: () => void = () => {};

  constructor() {
    this.opened = new Promise((resolve) => {
      this.open = resolve;
    });
  }
}

/** Kills a broker for a while, in the middle of the load of all clients that began before. */
export class Outage {
  readonly #began = new Gate();
  readonly #ended = new Gate();
  readonly #durationMs: number;

  constructor(durationMs: number) {
    this.#durationMs = durationMs;
  }

  load(count: number): OutageLoad {
    const marker = newMarker();
    const underWay = new Gate();
    return { marker, count, records: this.#records(marker, count, underWay), underWay: underWay.opened };
  }

  /** 40 % before the outage, 20 % spread over it, 40 % behind it. */
  async *#records(marker: string, count: number, underWay: Gate): AsyncGenerator<OutageRecord> {
    const [last, first] = [Math.floor(count * 0.6), Math.floor(count * 0.4)];
    for (let n = 0; n < count; n += 1) {
      if (n === first) {
        underWay.open();
        await this.#began.opened;
      }
      if (n === last) await this.#ended.opened;
      if (n >= first && n < last) await delay(this.#durationMs / (last - first));
      else if (n % CHUNK === CHUNK - 1) await delay(REST_MS);
      yield { n, message: messageOf(marker, n) };
    }
  }

  /** Resolves when the broker is back; `during` runs while it is away, which lasts as long as it does if that is longer. */
  async run(broker: KafkaBroker, during = (): Promise<void> => Promise.resolve()): Promise<void> {
    try {
      await broker.kill();
      this.#began.open();
      await Promise.all([delay(this.#durationMs), during()]);
    } finally {
      await broker.start();
      this.#ended.open();
    }
  }
}
