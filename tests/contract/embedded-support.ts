import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Worker } from 'node:worker_threads';
import type { Logger } from '@paylog/shared/ports/logger';
import type { TopicSettings } from '@paylog/shared/ports/queue';
import { scriptArguments } from '../stack/node-arguments.ts';

const quiet = (): void => undefined;

/** The tests look at states and outcomes, not at the log. */
export const silentLogger: Logger = { debug: quiet, info: quiet, warn: quiet, error: quiet };

/** A topic for tests. */
export const LOGS: TopicSettings = {
  topic: 'logs',
  partitions: 2,
  replicationFactor: 1,
  retentionMs: 3_600_000,
  minInsyncReplicas: 1,
  maxMessageBytes: 1024 * 1024,
};

/** Runs `use` with an empty directory and removes it. */
export async function withDataDir(use: (dataDir: string) => Promise<void>): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'paylog-embedded-'));
  try {
    await use(dataDir);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** The worker threads that were started while it was there. */
export class StartedThreads implements Disposable {
  readonly #threads: Worker[] = [];
  readonly #add = (worker: Worker): void => {
    this.#threads.push(worker);
  };

  constructor() {
    process.on('worker', this.#add);
  }

  /** The newest thread dies of an error that nobody caught: none of ours can read `null`. Resolves when it is gone. */
  async killNewest(): Promise<void> {
    const thread = this.#threads.at(-1);
    if (thread === undefined) throw new Error('no thread was started');
    const gone = new Promise((resolve) => thread.once('exit', resolve));
    thread.postMessage(null);
    await gone;
  }

  [Symbol.dispose](): void {
    process.off('worker', this.#add);
  }
}

/** A child process of `embedded-child.ts`, and the lines that it printed whole. */
export class EmbeddedChild {
  readonly process: ChildProcess;
  readonly lines: string[] = [];
  /** The exit code; null after a signal. */
  readonly exited: Promise<number | null>;
  #rest = '';

  constructor(args: readonly string[]) {
    const entry = fileURLToPath(new URL('./embedded-child.ts', import.meta.url));
    this.process = spawn(process.execPath, [...scriptArguments(entry), ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (this.#rest + text).split('\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines) if (line !== '') this.lines.push(line);
    });
    this.exited = new Promise((resolve) =>
      this.process.once('close', (code) => {
        resolve(code);
      }),
    );
  }

  /** kill -9; resolves when it is gone and all it printed was read. */
  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.exited;
  }
}
