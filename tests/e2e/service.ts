import { setTimeout as delay } from 'node:timers/promises';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { freePort } from '../stack/free-port.ts';
import { ServiceProcess } from './service-process.ts';

const READY_MS = 90_000;
const PROBE_MS = 5000;

/** A service that can be ended and started again at the same address, with the same settings. */
export class Service implements AsyncDisposable {
  readonly url: string;
  readonly #kind: 'api' | 'indexer' | 'standalone';
  readonly #env: Readonly<Record<string, string>>;
  readonly #home: string | undefined;
  #process: ServiceProcess | undefined;
  /** How the current process ended. */
  #ended: string | undefined;

  private constructor(kind: Service['kind'], port: number, env: Readonly<Record<string, string>>, home?: string) {
    this.#kind = kind;
    this.#home = home;
    this.#env = { ...env, PORT: String(port) };
    this.url = `http://127.0.0.1:${String(port)}`;
  }

  /** Does not start it. `home` is another checkout to run it from. */
  static async create(kind: Service['kind'], env: Readonly<Record<string, string>>, home?: string): Promise<Service> {
    return new Service(kind, await freePort(), env, home);
  }

  get kind(): 'api' | 'indexer' | 'standalone' {
    return this.#kind;
  }

  /** What it wrote since its last start, to both streams. */
  get output(): string {
    return `${this.#process?.stdout ?? ''}${this.#process?.stderr ?? ''}`;
  }

  /** Starts it; resolves at once. */
  launch(): void {
    const started = new ServiceProcess(this.#kind, this.#env, this.#home);
    this.#process = started;
    this.#ended = undefined;
    void started.exit.then((how) => {
      if (this.#process === started) this.#ended = String(how);
    });
  }

  /** Starts it and waits until it is ready. */
  async start(): Promise<void> {
    this.launch();
    await this.waitForStatus('/health/ready', 200);
  }

  /** Resolves when this path answers so. */
  async waitForStatus(path: string, status: number, timeoutMs = READY_MS): Promise<void> {
    let last = 0;
    const answers = async (): Promise<boolean> => {
      last = await this.status(path);
      if (last !== status && this.#ended !== undefined) throw new Error(`ended with ${this.#ended}:\n${this.output}`);
      if (last !== status) await delay(50);
      return last === status;
    };
    await waitUntil(
      answers,
      timeoutMs,
      () => `${String(status)} at ${path} of the ${this.#kind}, have ${String(last)}; it wrote:\n${this.output}`,
    );
  }

  /** Status of a GET; 0 when nothing answers. */
  async status(path: string): Promise<number> {
    try {
      const response = await fetch(this.url + path, { signal: AbortSignal.timeout(PROBE_MS) });
      await response.arrayBuffer();
      return response.status;
    } catch {
      return 0;
    }
  }

  send(signal: NodeJS.Signals): void {
    this.#process?.send(signal);
  }

  /** Sends a signal and waits for the end: the exit code, or the signal that ended it. */
  async end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals> {
    if (this.#process === undefined) throw new Error('it was never started');
    return this.#process.end(signal);
  }

  /** Resolves with the exit code, or the signal, when it ends by itself. */
  get exit(): Promise<number | NodeJS.Signals> {
    if (this.#process === undefined) throw new Error('it was never started');
    return this.#process.exit;
  }

  /** Sum of a metric over all children that have these labels. */
  async metric(name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
    const response = await fetch(`${this.url}/metrics`);
    const text = await response.text();
    let sum = 0;
    for (const line of text.split('\n')) {
      const match = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line);
      if (match?.[1] !== name) continue;
      const has = ([label, value]: [string, string]): boolean => (match[2] ?? '').includes(`${label}="${value}"`);
      if (Object.entries(labels).every(has)) sum += Number(match[3]);
    }
    return sum;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process?.[Symbol.asyncDispose]();
  }
}
