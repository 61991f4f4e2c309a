import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
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

/** A child process of `embedded-child.ts`, and the lines that it printed whole. */
export class EmbeddedChild {
  readonly process: ChildProcess;
  readonly lines: string[] = [];
  readonly exited: Promise<void>;
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
      this.process.once('close', () => {
        resolve();
      }),
    );
  }

  /** kill -9; resolves when it is gone and all it printed was read. */
  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.exited;
  }
}
