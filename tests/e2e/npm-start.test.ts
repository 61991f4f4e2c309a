import assert from 'node:assert/strict';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { after, before, describe, it } from 'mocha';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { freePort } from '../stack/free-port.ts';
import { searchIds } from './api-client.ts';

const root = path.join(import.meta.dirname, '..', '..');
const FIRST_START_MS = 480_000;

/** `npm start`, as typed into a shell. */
class NpmStart {
  readonly #child: ChildProcess;
  readonly #exit: Promise<number | null>;
  readonly startedMs = Date.now();
  output = '';

  constructor(cwd: string, env: Readonly<Record<string, string>>) {
    const { NODE_V8_COVERAGE: _, NODE_OPTIONS: __, ...rest } = process.env;
    // A process group of its own, as a shell makes it, so that Ctrl-C can be sent to all of it.
    this.#child = spawn('npm', ['start'], {
      cwd,
      env: { ...rest, npm_config_prefer_offline: 'true', ...env },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    }
    this.#exit = once(this.#child, 'close').then(([code]) => code as number | null);
  }

  /** The URL in the line for people, once it is printed. */
  async ready(): Promise<string> {
    let url: string | undefined;
    await waitUntil(
      () => {
        url = /^Pay Log Aggregator is ready: (\S+) .*$/m.exec(this.output)?.[1];
        if (url === undefined && this.#child.exitCode !== null) throw new Error(`npm start ended:\n${this.output}`);
        return url !== undefined;
      },
      FIRST_START_MS,
      () => `the ready line in:\n${this.output}`,
    );
    return String(url);
  }

  /** To npm alone, as a supervisor does it. */
  end(signal: NodeJS.Signals): Promise<number | null> {
    this.#child.kill(signal);
    return this.#exit;
  }

  /** To the whole group, as a terminal does it on Ctrl-C; npm's own exit code then depends on its version. */
  async interrupt(): Promise<void> {
    process.kill(-this.#child.pid!, 'SIGINT');
    await this.#exit;
  }

  /** What is left of the group, if anything. */
  kill(): void {
    try {
      process.kill(-this.#child.pid!, 'SIGKILL');
    } catch {
      // Nothing is left.
    }
  }
}

describe('npm start on a fresh clone', function () {
  this.timeout(FIRST_START_MS + 60_000);
  let folder = '';
  let env: Record<string, string> = {};
  const runs: NpmStart[] = [];

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'paylog-clone-'));
    await promisify(execFile)('git', ['clone', '--quiet', '--no-hardlinks', root, path.join(folder, 'clone')]);
    env = { PORT: String(await freePort()), HOST: '127.0.0.1', DATA_DIR: path.join(folder, 'data') };
  });

  after(async () => {
    for (const run of runs) run.kill();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  function start(): NpmStart {
    const run = new NpmStart(path.join(folder, 'clone'), env);
    runs.push(run);
    return run;
  }

  it('installs, builds, starts, takes a log and finds it; ends with 0 on SIGTERM', async () => {
    const run = start();
    const url = await run.ready();
    const readyMs = Date.now() - run.startedMs;
    assert.equal(url, `http://127.0.0.1:${env['PORT']!}`);
    const response = await fetch(`${url}/api/v1/logs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ service: 'checkout', message: 'payment accepted', level: 'info', id: 'first' }),
    });
    assert.deepEqual([response.status, await response.json()], [202, { accepted: 1, rejected: 0, errors: [] }]);
    await waitUntil(
      async () => (await searchIds(url, { q: 'payment' })).length > 0,
      30_000,
      () => 'the log',
    );
    console.log(`      ready after ${readyMs} ms, log found after ${Date.now() - run.startedMs} ms`);
    assert.equal(await run.end('SIGTERM'), 0);
  });

  it('starts again without installing or building, with the log still there; ends in order on Ctrl-C', async () => {
    const run = start();
    const url = await run.ready();
    console.log(`      ready after ${Date.now() - run.startedMs} ms`);
    assert.doesNotMatch(run.output, /Installing|Building/);
    assert.deepEqual(await searchIds(url, { q: 'payment' }), ['first']);
    await run.interrupt();
    assert.match(run.output, /"message":"stopped"/);
    assert.doesNotMatch(run.output, /second signal/);
  });

  it('says so in words when it cannot start, and ends with a code that is not 0', async () => {
    const faulty = new NpmStart(path.join(folder, 'clone'), { ...env, PORT: 'eighty' });
    runs.push(faulty);
    await assert.rejects(faulty.ready(), /PORT=eighty/);
    assert.equal(await faulty.end('SIGTERM'), 78);
  });
});
