import { performance } from 'node:perf_hooks';
import type { Logger } from '../ports/logger.ts';

/** Something that a process starts and stops. `stop` is idempotent, legal before `start` and while `start` runs. */
export interface Component {
  /** Names it in the log. */
  readonly name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** The part of `process` that a lifecycle needs; `main.ts` hands in `process` itself. */
export interface ProcessHooks {
  on(signal: StopSignal, listener: () => void): unknown;
  /** Rejections that nobody handles come here too, unless somebody listens to `unhandledRejection`. */
  on(event: 'uncaughtException', listener: (error: unknown) => void): unknown;
  exit(code: number): unknown;
}

/** The signals that end a process in order. */
export type StopSignal = 'SIGTERM' | 'SIGINT';

/** What {@link runLifecycle} runs. */
export interface LifecycleOptions {
  /** Started in this order, stopped in reverse. */
  readonly components: readonly Component[];
  /** Milliseconds that all stops together may take; what is left then is abandoned (exit code 1). */
  readonly stopTimeoutMs: number;
  /** Called once when every component has started. */
  readonly onReady?: () => void;
  /** Called once before the first stop, so that readiness says so at once. */
  readonly onStopping?: () => void;
}

/**
 * The same signal again within this time is the same wish: on Ctrl-C the terminal signals `npm start` and what it runs, and
 * npm then passes the signal on to what it runs. A person takes longer to press twice.
 */
const ECHO_MS = 200;

/** Any interval does: what counts is that there is a timer. */
const KEEP_ALIVE_MS = 60_000;

/** Faults that are told while a process that failed stops: one that repeats must not fill the log. */
const MAX_FAULTS_TOLD = 10;

/** Shell convention: 128 + signal number. */
const EXIT_AT_ONCE: Readonly<Record<StopSignal, number>> = { SIGINT: 130, SIGTERM: 143 };

/**
 * Runs a process from start to exit; call it once from `main.ts`.
 *
 * - Components start in order. One that fails ends the process with code 1 after the others were stopped.
 * - SIGTERM or SIGINT, also in the middle of the start, stops them in reverse order: exit code 0, or 1 when a stop failed or
 *   `stopTimeoutMs` passed.
 * - A second signal exits at once (130 for SIGINT, 143 for SIGTERM); what was not finished is delivered again later. The
 *   echo of the first that npm sends does not count.
 * - An error that nobody caught is logged (Node.js itself would print it as it is, card data included), then they stop in the same way:
 *   exit code 1. Nobody knows what it left behind, so the process does not go on.
 *
 * Resolves when every component has started (or the process is on its way out).
 */
export async function runLifecycle(options: LifecycleOptions, hooks: ProcessHooks, logger: Logger): Promise<void> {
  const lifecycle = new Lifecycle(options, hooks, logger);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    hooks.on(signal, () => {
      lifecycle.onSignal(signal);
    });
  }
  hooks.on('uncaughtException', (error) => {
    lifecycle.onFault(error);
  });
  await lifecycle.start();
}

/** States: starting -> running -> stopping -> (exit). `stopping` can be entered from `starting` too. */
class Lifecycle {
  readonly #options: LifecycleOptions;
  readonly #hooks: ProcessHooks;
  readonly #logger: Logger;
  #state: 'starting' | 'running' | 'stopping' = 'starting';
  #first: { readonly signal: StopSignal; readonly atMs: number } | undefined;
  /** How many components were told to start, from the front. */
  #begun = 0;
  /** Errors that nobody caught. */
  #faults = 0;

  constructor(options: LifecycleOptions, hooks: ProcessHooks, logger: Logger) {
    this.#options = options;
    this.#hooks = hooks;
    this.#logger = logger;
  }

  async start(): Promise<void> {
    // Clients of servers that are not there may wait on timers that keep no process alive: Node.js would end it with 13.
    const alive = setInterval(() => undefined, KEEP_ALIVE_MS);
    try {
      await this.#startAll();
    } finally {
      clearInterval(alive);
    }
  }

  async #startAll(): Promise<void> {
    for (const component of this.#options.components) {
      this.#begun += 1;
      try {
        await component.start();
      } catch (error) {
        // A component that is stopped while it starts may well reject: that is the stop's doing, not a failure.
        if (this.#isStopping()) return;
        this.#logger.error('start failed', { component: component.name, error });
        await this.#stop(1);
        return;
      }
      if (this.#isStopping()) return;
    }
    this.#state = 'running';
    this.#options.onReady?.();
  }

  onSignal(signal: StopSignal): void {
    if (this.#isStopping()) {
      if (signal === this.#first?.signal && performance.now() - this.#first.atMs < ECHO_MS) return;
      this.#logger.warn('second signal, exiting at once', { signal });
      this.#hooks.exit(EXIT_AT_ONCE[signal]);
      return;
    }
    this.#first = { signal, atMs: performance.now() };
    this.#logger.info('stopping', { signal });
    void this.#stop(0);
  }

  onFault(error: unknown): void {
    this.#faults += 1;
    if (this.#faults <= MAX_FAULTS_TOLD) this.#logger.error('error that nobody caught, the process ends', { error });
    if (!this.#isStopping()) void this.#stop(1);
  }

  /** A method, so that the compiler does not narrow the state across awaits. */
  #isStopping(): boolean {
    return this.#state === 'stopping';
  }

  async #stop(exitCode: number): Promise<void> {
    this.#state = 'stopping';
    this.#options.onStopping?.();
    const { stopTimeoutMs } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<'timeout'>((resolve) => {
      timer = setTimeout(resolve, stopTimeoutMs, 'timeout');
    });
    const result = await Promise.race([this.#stopAll(), timeout]);
    clearTimeout(timer);
    if (result === 'timeout') this.#logger.error('stop took too long, the rest is abandoned', { stopTimeoutMs });
    else this.#logger.info('stopped', { clean: result === 'clean' });
    this.#hooks.exit(result === 'clean' && this.#faults === 0 ? exitCode : 1);
  }

  async #stopAll(): Promise<'clean' | 'failed'> {
    let result: 'clean' | 'failed' = 'clean';
    for (const component of this.#options.components.slice(0, this.#begun).reverse()) {
      try {
        await component.stop();
      } catch (error) {
        result = 'failed';
        this.#logger.error('stop failed', { component: component.name, error });
      }
    }
    return result;
  }
}
