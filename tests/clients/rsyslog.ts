import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { freePort } from '../stack/free-port.ts';
import { needsProgram, type Need } from './needs.ts';

const MODULES = 'command -v rsyslogd && ls /usr/lib*/rsyslog/$0 /usr/lib/*/rsyslog/$0 2>/dev/null | grep -q .';

/** rsyslogd with an output module, e.g. `omkafka`. */
export function needsRsyslogWith(module: 'omkafka' | 'omelasticsearch'): Need {
  const enable = `apt-get install rsyslog rsyslog-${module.slice(2)}`;
  return needsProgram('sh', ['-c', MODULES, `${module}.so`], enable, `rsyslog with ${module}`);
}

const READY_MS = 15_000;
const STOP_MS = 20_000;
/** Pieces of lines that are written to the socket at once. */
const CHUNK = 1500;
const NEW_LINE = Buffer.from('\n');

/** An rsyslogd of one's own in the foreground, with a directory of its own, that takes syslog over TCP. */
export class Rsyslog implements AsyncDisposable {
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #directory: string;
  readonly #isKept: boolean;
  readonly #port: number;
  readonly #exit: Promise<unknown>;
  /** What it said about itself. */
  output = '';

  private constructor(directory: string, port: number, isKept: boolean) {
    this.#directory = directory;
    this.#isKept = isKept;
    this.#port = port;
    const [config, pid] = [path.join(directory, 'rsyslog.conf'), path.join(directory, 'rsyslogd.pid')];
    this.#child = spawn('rsyslogd', ['-n', '-f', config, '-i', pid], {
      cwd: directory,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#exit = once(this.#child, 'close').catch(() => undefined);
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    }
  }

  /**
   * Starts it with this part of a configuration. What it keeps on disk goes to `directory`; without one, to a new one that goes
   * with it.
   */
  static async start(config: string, directory?: string): Promise<Rsyslog> {
    const folder = directory ?? (await mkdtemp(path.join(tmpdir(), 'paylog-rsyslog-')));
    const port = await freePort();
    const head = [
      `global(workDirectory="${folder}")`,
      'module(load="imtcp")',
      `input(type="imtcp" address="127.0.0.1" port="${port}")`,
    ];
    const text = [...head, config.replaceAll(/\/var\/(?:spool\/rsyslog|log)(?=\/)/g, folder), ''].join('\n');
    await writeFile(path.join(folder, 'rsyslog.conf'), text);
    const started = new Rsyslog(folder, port, directory !== undefined);
    try {
      await waitUntil(
        () => started.#answers(),
        READY_MS,
        () => `rsyslogd to listen; it wrote:\n${started.output}`,
      );
    } catch (error) {
      await started[Symbol.asyncDispose]();
      throw error;
    }
    return started;
  }

  /** Sends messages of the program `app` as RFC 5424 lines; resolves when rsyslogd has read them. */
  async log(app: string, messages: Iterable<string | Buffer> | AsyncIterable<string | Buffer>): Promise<void> {
    const socket = connect(this.#port, '127.0.0.1');
    await once(socket, 'connect');
    let lines: Buffer[] = [];
    const flush = async (): Promise<void> => {
      const written = socket.write(Buffer.concat(lines));
      lines = [];
      if (!written) await once(socket, 'drain');
    };
    let flushedMs = Date.now();
    for await (const message of messages) {
      const head = `<14>1 ${new Date().toISOString()} localhost ${app} - - - `;
      lines.push(Buffer.from(head), Buffer.from(message), NEW_LINE);
      if (lines.length >= CHUNK || Date.now() - flushedMs > 100) {
        await flush();
        flushedMs = Date.now();
      }
    }
    await flush();
    socket.resume().end();
    await once(socket, 'close');
  }

  async #answers(): Promise<boolean> {
    if (this.#child.exitCode !== null) throw new Error(`rsyslogd ended:\n${this.output}`);
    const socket = connect(this.#port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return true;
    } catch {
      await delay(20);
      return false;
    } finally {
      socket.destroy();
    }
  }

  /** SIGTERM: it hands on what it can, and keeps the rest where the configuration says so. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill('SIGTERM');
      const late = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS);
      await this.#exit;
      clearTimeout(late);
    }
    if (!this.#isKept) await rm(this.#directory, { recursive: true, force: true });
  }
}
