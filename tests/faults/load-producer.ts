import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/** How load is made. */
export interface LoadOptions {
  /** Where to send; asked for each request, so that it may change. */
  readonly url: () => string;
  readonly service: string;
  /** In front of each id. */
  readonly prefix: string;
  /** Requests under way at a time. */
  readonly lanes: number;
  /**
   * Milliseconds that each lane rests between its requests: what the test wants is requests in flight, not volume. Asked for each rest, so
   * that it may change.
   */
  readonly restMs: number | (() => number);
}

const TIMEOUT_MS = 30_000;
const RETRY_MS = 100;
/** One in so many requests has a record with the id of another: of the two, acknowledged both, one can be stored. */
const CONTEST_EVERY = 4;

/**
 * Sends small requests side by side and sends each again, with the same ids, until its answer is final. Notes what was
 * acknowledged: that is what must not be lost.
 */
export class LoadProducer {
  /** Messages of the acknowledged records; no two records have the same. */
  readonly acknowledged = new Set<string>();
  /** Id of each record that was sent, by its message, whatever became of it. */
  readonly sent = new Map<string, string>();
  /** Ids that two different records claim: one of them can be stored, the other is a dead letter. */
  readonly contested = new Set<string>();
  /** Answers by status; 0 is a connection that broke, 408 one that hung. */
  readonly statuses = new Map<number, number>();
  /** Longest time to an answer of any status. */
  slowestMs = 0;
  /** Requests that got no answer within half a minute. Must stay 0. */
  hung = 0;
  readonly #options: LoadOptions;
  readonly #agent: Agent;
  readonly #lanes: Promise<void>[];
  readonly #failures: unknown[] = [];
  #abandoned = false;
  readonly #stopping = new AbortController();

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#agent = new Agent({ keepAlive: true, maxSockets: options.lanes });
    this.#lanes = Array.from({ length: options.lanes }, (_, lane) =>
      this.#run(lane).catch((error: unknown) => {
        this.#failures.push(error);
      }),
    );
  }

  /** Begins no new request; resolves when each has its final answer. */
  async finish(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#lanes);
    this.#agent.destroy();
    this.#throwFailure();
  }

  /** Gives up what is not answered yet. */
  abandon(): void {
    this.#stopping.abort();
    this.#abandoned = true;
    this.#agent.destroy();
  }

  /** Resolves when so many records more are acknowledged. */
  async more(count: number, timeoutMs = 120_000): Promise<void> {
    const target = this.acknowledged.size + count;
    const deadline = Date.now() + timeoutMs;
    while (this.acknowledged.size < target) {
      this.#throwFailure();
      if (Date.now() > deadline) {
        throw new Error(`${this.acknowledged.size} of ${target} records acknowledged; ${this.summary()}`);
      }
      await delay(10);
    }
  }

  summary(): string {
    const statuses = [...this.statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${status}: ${count}`);
    return `${this.acknowledged.size} acknowledged, ${this.contested.size} contested ids, answers {${statuses.join(', ')}}, slowest ${this.slowestMs} ms`;
  }

  #throwFailure(): void {
    if (this.#failures.length > 0) throw new AggregateError(this.#failures, String(this.#failures[0]));
  }

  async #run(lane: number): Promise<void> {
    const { prefix, service, restMs } = this.#options;
    let earlier: string | undefined;
    for (let n = 0; !this.#stopping.signal.aborted; n += 1) {
      // 1 to 8 records.
      const ids = Array.from({ length: 1 + ((n * 7 + lane) % 8) }, (_, i) => `${prefix}-${lane}-${n}-${i}`);
      const records = ids.map((id) => ({ id, service, message: `load ${id}` }));
      if (n % CONTEST_EVERY === CONTEST_EVERY - 1 && earlier !== undefined) {
        records.push({ id: earlier, service, message: `contest ${prefix}-${lane}-${n}` });
        this.contested.add(earlier);
      }
      for (const { message, id } of records) this.sent.set(message, id);
      await this.#sendUntilFinal(records.map((record) => `${JSON.stringify(record)}\n`).join(''));
      for (const { message } of records) this.acknowledged.add(message);
      [earlier] = ids;
      await delay(typeof restMs === 'number' ? restMs : restMs());
    }
  }

  async #sendUntilFinal(body: string): Promise<void> {
    while (!this.#abandoned) {
      const startedMs = Date.now();
      const { status, text } = await this.#send(body);
      this.slowestMs = Math.max(this.slowestMs, Date.now() - startedMs);
      this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
      if (status === 202) return;
      if (status !== 0 && status !== 429 && status !== 503)
        throw new Error(`the API answered ${status}: ${text} to ${body}`);
      await delay(RETRY_MS);
    }
  }

  /** Status 0: the connection broke. */
  #send(body: string): Promise<{ readonly status: number; readonly text: string }> {
    return new Promise((resolve) => {
      const broken = (): void => {
        resolve({ status: 0, text: '' });
      };
      const out = request(`${this.#options.url()}/api/v1/logs`, {
        method: 'POST',
        agent: this.#agent,
        headers: { 'content-type': 'application/x-ndjson', 'content-length': Buffer.byteLength(body) },
        timeout: TIMEOUT_MS,
      });
      out.on('response', (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('error', broken);
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, text });
        });
      });
      out.on('timeout', () => {
        this.hung += 1;
        out.destroy();
      });
      out.on('error', broken);
      out.end(body);
    });
  }
}
