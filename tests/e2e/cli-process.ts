import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { serviceArguments } from '../stack/node-arguments.ts';

const OUTPUT_MS = 30_000;

/** How a command is run. */
export interface CliOptions {
  readonly args: readonly string[];
  /** Home, state and, unless another one is given, files of rejects are there. */
  readonly directory: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** `paylog` as a process of its own, with nothing of our environment but what node needs. */
export class CliProcess implements AsyncDisposable {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #exit: Promise<number | NodeJS.Signals>;
  stdout = '';
  stderr = '';

  constructor({ args, directory, env = {} }: CliOptions) {
    const { PATH = '' } = process.env;
    this.#child = spawn(process.execPath, [...serviceArguments('cli'), ...args], {
      cwd: directory,
      env: { PATH, HOME: directory, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    // It may end without having read everything.
    this.#child.stdin.on('error', () => undefined);
    // `close`, not `exit`: the last lines are read by then.
    this.#exit = once(this.#child, 'close').then(
      ([code, signal]) => (code as number | null) ?? (signal as NodeJS.Signals),
    );
  }

  get stdin(): Writable {
    return this.#child.stdin;
  }

  /** The exit code, or the signal that ended it. */
  get exit(): Promise<number | NodeJS.Signals> {
    return this.#exit;
  }

  /** Sends a signal and waits for the end. */
  async end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals> {
    this.#child.kill(signal);
    return this.#exit;
  }

  /** Waits until what it wrote, to either stream, holds this. */
  async waitForOutput(pattern: RegExp): Promise<void> {
    await waitUntil(
      () => pattern.test(this.stdout + this.stderr),
      OUTPUT_MS,
      () => `${String(pattern)} in\n${this.stdout}${this.stderr}`,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await this.end('SIGKILL');
  }
}

/** How a command ended. */
export interface CliEnd {
  readonly code: number | NodeJS.Signals;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end. */
export async function runCli(options: CliOptions, input = ''): Promise<CliEnd> {
  await using process = new CliProcess(options);
  process.stdin.end(input);
  const code = await process.exit;
  return { code, stdout: process.stdout, stderr: process.stderr };
}
