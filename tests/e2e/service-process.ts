import assert from 'node:assert/strict';
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { guardProcess } from '../stack/guard.ts';
import { serviceArguments } from '../stack/node-arguments.ts';

const root = path.join(import.meta.dirname, '..', '..');
const START_MS = 60_000;

/**
 * A service as a process of its own (or that of another checkout, `home`), with nothing of our environment but what node and the
 * measurement of coverage need.
 */
export class ServiceProcess implements AsyncDisposable {
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #exit: Promise<number | NodeJS.Signals>;
  stdout = '';
  stderr = '';

  constructor(service: 'api' | 'indexer' | 'standalone', env: Readonly<Record<string, string>>, home = root) {
    const { PATH = '', HOME = '', NODE_V8_COVERAGE } = process.env;
    this.#child = spawn(process.execPath, serviceArguments(service, home), {
      cwd: home,
      env: {
        PATH,
        HOME,
        HOST: '127.0.0.1',
        // Tests count the records of a topic: their own, not those of the platform. Those have tests of their own.
        OWN_LOGS: 'false',
        ...(NODE_V8_COVERAGE !== undefined && home === root && { NODE_V8_COVERAGE }),
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    const release = this.#child.pid === undefined ? undefined : guardProcess(this.#child.pid);
    // `close`, not `exit`: the last lines are read by then.
    this.#exit = once(this.#child, 'close').then(([code, signal]) => {
      release?.();
      return (code as number | null) ?? (signal as NodeJS.Signals);
    });
  }

  /** The exit code, or the signal that ended it. */
  get exit(): Promise<number | NodeJS.Signals> {
    return this.#exit;
  }

  send(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Sends a signal and waits for the end. */
  async end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals> {
    this.send(signal);
    return this.#exit;
  }

  /** Waits until what it wrote, to either stream, matches. */
  async waitForOutput(pattern: RegExp): Promise<RegExpExecArray> {
    const look = (): RegExpExecArray | null => pattern.exec(this.stdout + this.stderr);
    const seen = (): boolean => {
      if (look() !== null) return true;
      if (this.#child.exitCode === null) return false;
      throw new Error(`ended with ${String(this.#child.exitCode)} before ${String(pattern)}:\n${this.stderr}`);
    };
    await waitUntil(seen, START_MS, () => `${String(pattern)} in\n${this.stdout}${this.stderr}`);
    const found = look();
    assert.ok(found !== null);
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await this.end('SIGKILL');
  }
}
