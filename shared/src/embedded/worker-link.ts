import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker, type Transferable } from 'node:worker_threads';
import type { Logger } from '../ports/logger.ts';
import type { DependencyState } from '../ports/queue.ts';
import type { SqlFault } from './sqlite.ts';
import type { WorkerOps, WorkerReply, WorkerRequest } from './worker-host.ts';

/** A worker said no, or is gone (`code` is `worker_gone`). */
export class WorkerFaultError extends Error {
  readonly code: string;

  constructor(fault: SqlFault) {
    super(fault.message);
    this.name = 'WorkerFaultError';
    this.code = fault.code;
  }
}

/** How to run a worker. */
export interface WorkerLinkOptions {
  /** Name of the worker's module beside this one, without its ending. */
  readonly module: string;
  readonly workerData: unknown;
  /** Shown as `DependencyState.name`. */
  readonly name: string;
  /** Called each time a worker is ready, also after a crash. */
  readonly onReady?: () => void;
}

/**
 * Operations that every worker has. `probe` tries what the worker is there for (a write, a read): a fault keeps the state
 * `down`. `close` closes the database.
 */
export type CommonOps = Record<'probe' | 'close', { readonly args: undefined; readonly result: undefined }>;

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: WorkerFaultError) => void;
}

const RESPAWN_MIN_MS = 100;
const RESPAWN_MAX_MS = 5000;
/** While the database refuses (disk full), this often it is tried again. */
const PROBE_INTERVAL_MS = 500;
const CLOSE_TIMEOUT_MS = 5000;
const GONE: SqlFault = { code: 'worker_gone', message: 'the database thread ended' };

/**
 * The main thread's end of a database worker: questions and answers, a new worker when one dies, and the state that
 * `/health/ready` shows.
 *
 * States: new -> starting -> ready <-> gone -> stopped. `ready` has two faces, up and down: down after an answer that was a
 * fault, until an answer or a probe succeeds.
 */
export class WorkerLink<O extends WorkerOps> {
  readonly #options: WorkerLinkOptions;
  readonly #logger: Logger;
  #phase: 'new' | 'starting' | 'ready' | 'gone' | 'stopped' = 'new';
  #worker: Worker | undefined;
  #nextId = 0;
  readonly #pending = new Map<number, Pending>();
  #state: DependencyState;
  #respawns = 0;
  #respawnTimer: NodeJS.Timeout | undefined;
  #probeTimer: NodeJS.Timeout | undefined;

  constructor(options: WorkerLinkOptions, logger: Logger) {
    this.#options = options;
    this.#logger = logger;
    this.#state = { name: options.name, state: 'down', sinceMs: Date.now(), reason: 'not started' };
  }

  get ready(): boolean {
    return this.#phase === 'ready';
  }

  state(): DependencyState {
    return this.#state;
  }

  /** Starts the worker; rejects with its reason when it cannot open its database. */
  async start(): Promise<void> {
    this.#phase = 'starting';
    await this.#spawn();
  }

  /** Asks the worker. Rejects with {@link WorkerFaultError}; a call that was under way when it died may have had its effect. */
  call<K extends keyof O & string>(
    op: K,
    args: O[K]['args'],
    buffers: readonly Transferable[] = [],
  ): Promise<O[K]['result']> {
    const worker = this.#worker;
    if (worker === undefined || this.#phase !== 'ready') return Promise.reject(new WorkerFaultError(GONE));
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      const request: WorkerRequest = { id, op, args };
      worker.postMessage(request, buffers);
    });
  }

  /** Ends this worker and starts another: for a worker that does not come back. Calls under way reject. */
  async restart(): Promise<void> {
    await this.#worker?.terminate();
  }

  /** Closes the database (bounded), ends the worker. Idempotent, legal before start. */
  async stop(): Promise<void> {
    const wasReady = this.#phase === 'ready';
    const worker = this.#worker;
    clearTimeout(this.#respawnTimer);
    clearInterval(this.#probeTimer);
    if (wasReady) {
      const closed = this.call('close', undefined).catch(() => undefined);
      this.#phase = 'stopped';
      await withTimeout(closed, CLOSE_TIMEOUT_MS);
    }
    this.#phase = 'stopped';
    this.#setState('down', 'stopped');
    await worker?.terminate();
  }

  #spawn(): Promise<void> {
    const worker = startWorker(this.#options.module, this.#options.workerData);
    this.#worker = worker;
    return new Promise((resolve, reject) => {
      let failure: SqlFault = GONE;
      worker.on('message', (reply: WorkerReply) => {
        if (reply.kind === 'ready') {
          this.#becomeReady();
          resolve();
        } else if (reply.kind === 'unable') failure = reply.fault;
        else this.#settle(reply);
      });
      worker.on('error', (error) => {
        failure = { code: 'worker_gone', message: `the database thread failed: ${error.message}` };
      });
      worker.on('exit', () => {
        reject(new WorkerFaultError(failure));
        this.#onExit(failure);
      });
    });
  }

  #becomeReady(): void {
    if (this.#phase === 'stopped') return;
    this.#phase = 'ready';
    this.#respawns = 0;
    this.#setState('up');
    this.#options.onReady?.();
  }

  #settle(reply: Extract<WorkerReply, { id: number }>): void {
    const pending = this.#pending.get(reply.id);
    this.#pending.delete(reply.id);
    if (reply.kind === 'result') {
      if (this.#phase === 'ready') this.#setState('up');
      pending?.resolve(reply.value);
    } else {
      this.#setState('down', reply.fault.message);
      this.#probe();
      pending?.reject(new WorkerFaultError(reply.fault));
    }
  }

  /** Asks again and again while down, so that the state recovers without traffic. */
  #probe(): void {
    this.#probeTimer ??= setInterval(() => {
      if (this.#phase === 'ready' && this.#state.state === 'down') {
        this.call('probe', undefined).catch(() => undefined);
        return;
      }
      clearInterval(this.#probeTimer);
      this.#probeTimer = undefined;
    }, PROBE_INTERVAL_MS);
  }

  #onExit(fault: SqlFault): void {
    for (const { reject } of this.#pending.values()) reject(new WorkerFaultError(fault));
    this.#pending.clear();
    if (this.#phase === 'stopped' || this.#phase === 'starting') return;
    this.#phase = 'gone';
    this.#setState('down', fault.message);
    const delayMs = Math.min(RESPAWN_MAX_MS, RESPAWN_MIN_MS * 2 ** Math.min(this.#respawns, 10));
    this.#respawns += 1;
    this.#respawnTimer = setTimeout(() => {
      // A failure leads to the exit handler above, which plans the next attempt.
      this.#spawn().catch(() => undefined);
    }, delayMs);
  }

  #setState(state: 'up' | 'down', reason?: string): void {
    if (this.#state.state === state && this.#state.reason === reason) return;
    const changed = this.#state.state !== state;
    const { name } = this.#options;
    const sinceMs = changed ? Date.now() : this.#state.sinceMs;
    this.#state = { name, state, sinceMs, ...(reason === undefined ? {} : { reason }) };
    if (!changed || this.#phase === 'stopped') return;
    if (state === 'up') this.#logger.debug('embedded database is up', { database: name });
    else this.#logger.error('embedded database is down', { database: name, reason });
  }
}

/** Starts `module` beside this file, compiled or as source. */
function startWorker(module: string, workerData: unknown): Worker {
  // The compiler does not rewrite URLs: sources start sources, compiled files start compiled files.
  const ending = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  const url = new URL(`./${module}${ending}`, import.meta.url);
  if (ending === '.js') return new Worker(url, { workerData });
  // Development only: on Node 20 `--import tsx` does not reach workers, so the loader is registered by hand.
  const loader = JSON.stringify(loaderUrl());
  const source = JSON.stringify(url.href);
  const code = `import(${loader}).then((tsx) => tsx.register()).then(() => import(${source}))`;
  return new Worker(code, { eval: true, workerData });
}

/** `import.meta.resolve` is missing where a test runner loads this file as CommonJS; `require` finds the CommonJS twin. */
function loaderUrl(): string {
  const path = createRequire(import.meta.url).resolve('tsx/esm/api');
  return pathToFileURL(path.replace(/\.cjs$/, '.mjs')).href;
}

async function withTimeout(promise: Promise<unknown>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([promise, timeout]);
  clearTimeout(timer);
}
