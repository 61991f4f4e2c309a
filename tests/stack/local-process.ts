import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { guardProcess } from './guard.ts';

const POLL_MS = 100;
const STOP_MS = 20_000;
const READY_MS = 120_000;
const TAIL_LINES = 25;

export interface LocalProcessOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Removed by `dispose`, and also when this process dies without it. */
  readonly directory: string;
  readonly logFile: string;
  /** Whether the server answers; called until it says so. */
  readonly isReady: () => Promise<boolean>;
  /** Whether it outlives this process: then no guard is set. */
  readonly detached: boolean;
}

/**
 * A server as a child process. It gets a session of its own, so that Ctrl-C in a terminal does not reach it, and it never
 * keeps this process alive. A guard ends it with this process.
 */
export class LocalProcess {
  readonly #options: LocalProcessOptions;
  #child: ChildProcess | undefined;
  /** Ends the guard. */
  #release: (() => void) | undefined;

  constructor(options: LocalProcessOptions) {
    this.#options = options;
  }

  /** Starts it and waits until it answers; no effect when it runs. */
  async start(): Promise<void> {
    if (!this.#isRunning()) {
      await this.launch();
      await this.waitUntilReady();
    }
  }

  /** Starts it and returns its process id. */
  async launch(): Promise<number> {
    const { name, command, args, logFile } = this.#options;
    if (await this.#options.isReady()) {
      throw new Error(`${name} cannot start: another server answers on its port already`);
    }
    const log = openSync(logFile, 'a');
    const child = spawn(command, args, { detached: true, stdio: ['ignore', log, log] });
    closeSync(log);
    child.unref();
    this.#child = child;
    await once(child, 'spawn');
    const { pid } = child;
    if (pid === undefined) {
      throw new Error(`${name} has no process id`);
    }
    if (!this.#options.detached) {
      this.#release = guardProcess(pid, this.#options.directory);
    }
    return pid;
  }

  /** Rejects with the end of the server's log when it ends instead, or takes too long. */
  async waitUntilReady(): Promise<void> {
    const { name } = this.#options;
    const deadline = Date.now() + READY_MS;
    while (!(await this.#options.isReady())) {
      if (!this.#isRunning()) {
        throw await this.#explain(`${name} ended while starting (${this.#describeExit()})`);
      }
      if (Date.now() > deadline) {
        await this.kill();
        throw await this.#explain(`${name} was not ready within ${READY_MS / 1000} s`);
      }
      await delay(POLL_MS);
    }
  }

  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL');
    await this.#waitForEnd(STOP_MS);
    this.#releaseGuard();
  }

  async stop(): Promise<void> {
    if (this.#isRunning()) {
      // A paused process would not see the SIGTERM.
      this.#child?.kill('SIGCONT');
      this.#child?.kill('SIGTERM');
      if (!(await this.#waitForEnd(STOP_MS))) {
        await this.kill();
      }
    }
    this.#releaseGuard();
  }

  /** Resolves when no thread runs any more: on a busy machine some go on for a while after the signal. */
  async pause(): Promise<void> {
    this.#child?.kill('SIGSTOP');
    const deadline = Date.now() + STOP_MS;
    while (this.#isRunning() && !(await this.#isStopped())) {
      if (Date.now() > deadline) throw new Error(`${this.#options.name} does not stop`);
      await delay(5);
    }
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  async dispose(): Promise<void> {
    await this.kill();
    await rm(this.#options.directory, { recursive: true, force: true });
  }

  #isRunning(): boolean {
    return this.#child?.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Whether each thread is stopped (`T`, https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html); true where there is no `/proc`. */
  async #isStopped(): Promise<boolean> {
    const tasks = `/proc/${String(this.#child?.pid)}/task`;
    const threads = await readdir(tasks).catch(() => []);
    const states = await Promise.all(
      threads.map(async (thread) => {
        // A thread that has just ended has no state.
        const stat = await readFile(`${tasks}/${thread}/stat`, 'utf8').catch(() => ') T');
        // The name before it is in parentheses and may hold anything.
        return stat.slice(stat.lastIndexOf(')') + 2)[0];
      }),
    );
    return states.every((state) => state === 'T' || state === 't');
  }

  /** Polls with timers, which keep this process alive; the child itself does not. */
  async #waitForEnd(timeoutMs: number): Promise<boolean> {
    const deadline = Date.now() + timeoutMs;
    while (this.#isRunning() && Date.now() < deadline) {
      await delay(20);
    }
    return !this.#isRunning();
  }

  #releaseGuard(): void {
    this.#release?.();
    this.#release = undefined;
  }

  #describeExit(): string {
    const { exitCode, signalCode } = this.#child ?? {};
    return typeof signalCode === 'string' ? `signal ${signalCode}` : `exit code ${String(exitCode)}`;
  }

  async #explain(what: string): Promise<Error> {
    const log = await readFile(this.#options.logFile, 'utf8').catch(() => '');
    const tail = log.trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
    return new Error(`${what}; the end of its log (${this.#options.logFile}):\n${tail}`);
  }
}
