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
 * `down`. `close` closes the database and ends the thread.
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
 *
 * A thread is asked to end, never terminated: a termination that strikes inside of libsql 0.5 aborts the whole process, since
 * its binding (neon 1.0) asserts that no call into V8 fails. Nor would it be sooner: it waits for the native call as well.
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

  /**
   * Gives up this worker, for one that does not come back: calls under way reject at once. Another one starts when its thread
   * has ended, so that there is never more than one.
   */
  restart(): void {
    if (this.#phase !== 'ready') return;
    this.#askToEnd();
    this.#giveUp(GONE);
  }

  /** Closes the database and ends the worker, which may take {@link CLOSE_TIMEOUT_MS}. Idempotent, legal before start. */
  async stop(): Promise<void> {
    clearTimeout(this.#respawnTimer);
    clearInterval(this.#probeTimer);
    this.#phase = 'stopped';
    this.#setState('down', 'stopped');
    const worker = this.#worker;
    if (worker === undefined) return;
    const ended = new Promise<true>((resolve) => {
      worker.once('exit', () => {
        resolve(true);
      });
    });
    this.#askToEnd();
    if ((await withTimeout(ended, CLOSE_TIMEOUT_MS)) !== true) {
      this.#logger.warn('embedded database does not close in time', { database: this.#options.name });
      // It does not keep the process; the database is as safe as after kill -9.
      worker.unref();
      this.#rejectPending(GONE);
    }
  }

  #askToEnd(): void {
    const request: WorkerRequest = { id: this.#nextId, op: 'close', args: undefined };
    this.#nextId += 1;
    this.#worker?.postMessage(request);
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
    if (this.#phase === 'ready') this.#show(reply);
    if (reply.kind === 'result') pending?.resolve(reply.value);
    else pending?.reject(new WorkerFaultError(reply.fault));
  }

  #show(reply: Extract<WorkerReply, { id: number }>): void {
    if (reply.kind === 'result') {
      this.#setState('up');
      return;
    }
    this.#setState('down', reply.fault.message);
    this.#probe();
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

  #rejectPending(fault: SqlFault): void {
    for (const { reject } of this.#pending.values()) reject(new WorkerFaultError(fault));
    this.#pending.clear();
  }

  #giveUp(fault: SqlFault): void {
    this.#phase = 'gone';
    this.#rejectPending(fault);
    this.#setState('down', fault.message);
  }

  #onExit(fault: SqlFault): void {
    this.#worker = undefined;
    if (this.#phase === 'stopped' || this.#phase === 'starting') {
      this.#rejectPending(fault);
      return;
    }
    this.#giveUp(fault);
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

/** `undefined` when the time is over. */
async function withTimeout<T>(promise: Promise<T>, timeoutMs: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, undefined);
  });
  const first = await Promise.race([promise, timeout]);
  clearTimeout(timer);
  return first;
}
