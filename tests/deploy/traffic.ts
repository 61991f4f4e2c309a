import { setTimeout as delay } from 'node:timers/promises';
import { uniqueName } from '../stack/unique-name.ts';

const ANSWER_MS = 8000;

/** Small, steady traffic on an API, of several kinds. Answers of any kind are taken; who asks looks at the metrics. */
export class Traffic implements AsyncDisposable {
  readonly #url: string;
  readonly #run = uniqueName('');
  readonly #loops = new Map<AbortController, Promise<void>>();
  #sent = 0;

  constructor(url: string) {
    this.#url = url;
  }

  /** Good records and searches, five and two requests in a second. */
  startUsual(): void {
    this.repeat(200, () => this.send(this.records(5)));
    this.repeat(500, () => this.#ask('/api/v1/logs?query=level:info'));
  }

  /** All that makes a metric of a product that is well move. */
  startEverything(): void {
    this.startUsual();
    this.repeat(500, () => this.send([{ service: 'checkout' }]));
    this.repeat(500, () => this.send([{ ...this.#record(), message: 'paid with 4111 1111 1111 1111, cvv 123' }]));
    this.repeat(1000, () => this.sendConflict());
    this.repeat(1000, () => this.#ask('/api/v1/export?format=ndjson&from=-5m'));
    this.repeat(2000, () => this.#ask('/api/v1/tail'));
  }

  /** Does something again and again, that long after it was done; ends by the answer or with the traffic. */
  repeat(restMs: number, action: () => Promise<void>): () => Promise<void> {
    const stopping = new AbortController();
    const loop = (async () => {
      while (!stopping.signal.aborted) {
        await action();
        await delay(restMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    })();
    this.#loops.set(stopping, loop);
    return async () => {
      stopping.abort();
      await loop;
    };
  }

  records(count: number): readonly object[] {
    return Array.from({ length: count }, () => this.#record());
  }

  /** Two different records under one id: the second becomes a dead letter. */
  async sendConflict(): Promise<void> {
    const id = `conflict-${this.#run}-${this.#sent++}`;
    await this.send([{ ...this.#record(), id }]);
    await this.send([{ ...this.#record(), id, message: 'another one' }]);
  }

  async send(records: readonly object[]): Promise<void> {
    const body = records.map((record) => `${JSON.stringify(record)}\n`).join('');
    await this.#fetch('/api/v1/logs', { method: 'POST', headers: { 'content-type': 'application/x-ndjson' }, body });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const stopping of this.#loops.keys()) stopping.abort();
    await Promise.all(this.#loops.values());
  }

  #record(): { service: string; message: string; level: string } {
    this.#sent += 1;
    return { service: 'checkout', message: `payment ${this.#run} ${this.#sent}`, level: 'info' };
  }

  #ask(path: string): Promise<void> {
    return this.#fetch(path);
  }

  async #fetch(path: string, init: RequestInit = {}): Promise<void> {
    try {
      const response = await fetch(this.#url + path, { ...init, signal: AbortSignal.timeout(ANSWER_MS) });
      await response.arrayBuffer();
    } catch {
      // Whoever makes the traffic looks at the metrics of both sides.
    }
  }
}
