import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { searchAll } from './api-client.ts';
import { type CliEnd, CliProcess, runCli } from './cli-process.ts';
import { Service } from './service.ts';

const SEARCHABLE_MS = 60_000;

/** Lines without ids: what keeps them apart is where they stand. */
function records(service: string, count: number): string {
  return Array.from({ length: count }, (_, i) => `{"message":"event ${String(i)}","service":"${service}"}\n`).join('');
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

describe('paylog send, to a running all-in-one process', function () {
  this.timeout(180_000);
  let service: Service;
  let dataDir = '';
  let directory = '';

  before(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'paylog-cli-data-'));
    service = await Service.create('standalone', { DATA_DIR: dataDir });
    await service.start();
  });

  after(async () => {
    await service[Symbol.asyncDispose]();
    await rm(dataDir, { recursive: true });
  });

  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'paylog-cli-'));
  });

  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  const options = (args: readonly string[]): ConstructorParameters<typeof CliProcess>[0] => ({
    args: ['send', ...args],
    directory,
    env: { PAYLOG_URL: service.url },
  });

  const send = (args: readonly string[], input?: string): Promise<CliEnd> => runCli(options(args), input);

  /** Waits until as many records of a service are found, and a little longer: none may come twice. */
  async function found(name: string, count: number): Promise<Readonly<Record<string, unknown>>[]> {
    let logs: Readonly<Record<string, unknown>>[] = [];
    await waitUntil(
      async () => {
        logs = await searchAll(service.url, { service: name });
        return logs.length >= count;
      },
      SEARCHABLE_MS,
      () => `${String(count)} records of ${name}, have ${String(logs.length)}`,
    );
    await delay(500);
    return searchAll(service.url, { service: name });
  }

  async function assertNumbers(name: string, count: number): Promise<void> {
    const logs = await found(name, count);
    assert.deepEqual(
      logs.map(({ message }) => Number(/^event (\d+)$/.exec(String(message))?.[1])).sort((a, b) => a - b),
      numbers(count),
    );
  }

  it('sends 10,000 records of a file, and finds nothing new when it is run again', async () => {
    const file = path.join(directory, 'events.ndjson');
    await writeFile(file, records('from-file', 10_000));
    const first = await send([file, '--json']);
    assert.equal(first.code, 0, first.stderr);
    const { accepted, rejected } = JSON.parse(first.stdout) as { accepted: number; rejected: number };
    assert.deepEqual([accepted, rejected], [10_000, 0]);
    const second = await send([file]);
    assert.equal(second.code, 0);
    assert.match(second.stdout, /^nothing new: 10,000 lines/);
    // All of it once more: the ids are the same.
    const third = await send([file, '--no-resume']);
    assert.match(third.stdout, /^10,000 lines sent: 10,000 accepted/);
    await assertNumbers('from-file', 10_000);
  });

  it('sends 10,000 plain lines of standard input', async () => {
    const input = numbers(10_000)
      .map((n) => `plain ${String(n)}\n`)
      .join('');
    const end = await send(['--service', 'from-stdin', '--field', 'level=warn'], input);
    assert.equal(end.code, 0, end.stderr);
    assert.match(end.stdout, /^10,000 lines sent: 10,000 accepted, 0 rejected in /);
    const logs = await found('from-stdin', 10_000);
    assert.deepEqual(
      new Set(logs.map(({ message }) => message)),
      new Set(numbers(10_000).map((n) => `plain ${String(n)}`)),
    );
    assert.equal(logs.length, 10_000);
    assert.ok(logs.every(({ level }) => level === 'warn'));
  });

  it('loses nothing and stores nothing twice when it is killed again and again', async () => {
    const file = path.join(directory, 'killed.ndjson');
    const count = 10_000;
    await writeFile(file, records('killed', count));
    let kills = 0;
    for (let round = 0; ; round += 1) {
      // Small batches, so that each kill finds several under way.
      await using process = new CliProcess(options([file, '--batch', '50', '--concurrency', '8']));
      // Progress is a file in the home directory: kill when it has moved on.
      const state = await stateOf();
      await Promise.race([
        process.exit,
        waitUntil(
          async () => (await stateOf()) > state + 1500,
          60_000,
          () => 'progress',
        ),
      ]);
      const code = await process.end('SIGKILL');
      if (code === 0) break;
      assert.equal(code, 'SIGKILL');
      kills += 1;
      assert.ok(round < 20);
    }
    assert.ok(kills >= 2, `killed ${String(kills)} times`);
    assert.match((await send([file])).stdout, /^nothing new/);
    await assertNumbers('killed', count);
  });

  /** Lines that are done according to the only state file. */
  async function stateOf(): Promise<number> {
    const folder = path.join(directory, '.local', 'state', 'paylog');
    const [name] = (await readdir(folder).catch(() => [])).filter((entry) => entry.endsWith('.json'));
    if (name === undefined) return 0;
    const { line } = JSON.parse(await readFile(path.join(folder, name), 'utf8')) as { line: number };
    return line;
  }

  it('resumes standard input under a name after a kill', async () => {
    const input = records('named', 6000);
    const args = ['--id', 'a-name', '--batch', '50'];
    await using process = new CliProcess(options(args));
    process.stdin.write(input);
    await waitUntil(
      async () => (await stateOf()) > 2000,
      60_000,
      () => 'progress',
    );
    assert.equal(await process.end('SIGKILL'), 'SIGKILL');
    const end = await send(args, input);
    assert.equal(end.code, 0);
    assert.match(end.stderr, /going on at line \d+ of standard input/);
    await assertNumbers('named', 6000);
  });

  it('writes what was refused to a file, and says so by its exit code', async () => {
    const file = path.join(directory, 'mixed.ndjson');
    const lines = numbers(1000).map((n) =>
      n % 4 === 3
        ? `{"message":"bad ${String(n)}","service":"mixed","level":"loud"}`
        : `{"message":"good ${String(n)}","service":"mixed"}`,
    );
    await writeFile(
      file,
      `${lines.join('\n')}\n{"message":"card 4111 1111 1111 1111","service":"mixed","level":"loud"}\n`,
    );
    const end = await send([file]);
    assert.equal(end.code, 1);
    const rejects = (await readFile(path.join(directory, 'mixed.ndjson.rejects.ndjson'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { line: number; code: string; field: string; text: string });
    assert.equal(rejects.length, 251);
    assert.deepEqual(new Set(rejects.map(({ code, field }) => `${code} ${field}`)), new Set(['invalid_level level']));
    assert.deepEqual(
      rejects.slice(0, 250).map(({ line, text }) => [line, text]),
      lines.flatMap((line, index) => (index % 4 === 3 ? [[index + 1, line]] : [])),
    );
    assert.ok(!JSON.stringify(rejects).includes('1111 1111'));
    assert.equal((await found('mixed', 750)).length, 750);
  });

  it('waits for a server that is away', async () => {
    const file = path.join(directory, 'patient.ndjson');
    await writeFile(file, records('patient', 3000));
    assert.equal(await service.end('SIGKILL'), 'SIGKILL');
    await using process = new CliProcess(options([file, '--batch', '200']));
    await process.waitForOutput(/connection refused.*trying again/);
    await service.start();
    assert.equal(await process.exit, 0, process.stderr);
    await assertNumbers('patient', 3000);
  });

  it('says with code 3 that nobody answered, and goes on later', async () => {
    const file = path.join(directory, 'later.ndjson');
    await writeFile(file, records('later', 10));
    assert.equal(await service.end('SIGTERM'), 0);
    const end = await send([file, '--retry-for', '500ms']);
    assert.equal(end.code, 3);
    assert.match(end.stderr, /run the same command again to go on at line 1\)\n$/);
    await service.start();
    assert.equal((await send([file])).code, 0);
    await assertNumbers('later', 10);
  });

  it('stops with Ctrl-C, and knows how far it came', async () => {
    await using process = new CliProcess(options(['--id', 'stopped', '--batch', '10']));
    process.stdin.write(records('stopped', 95));
    await waitUntil(
      async () => (await stateOf()) > 80,
      60_000,
      () => 'progress',
    );
    assert.equal(await process.end('SIGINT'), 130);
    assert.match(process.stdout, /^stopped before line 91: 90 lines sent: 90 accepted/);
    assert.equal((await send(['--id', 'stopped'], records('stopped', 95))).code, 0);
    await assertNumbers('stopped', 95);
  });

  it('does not keep live lines waiting', async () => {
    await using process = new CliProcess(options(['--service', 'live']));
    process.stdin.write('one\n');
    assert.equal((await found('live', 1)).length, 1);
    process.stdin.write('two\nthr');
    assert.equal((await found('live', 2)).length, 2);
    process.stdin.end('ee');
    assert.equal(await process.exit, 0);
    assert.deepEqual(new Set((await found('live', 3)).map(({ message }) => message)), new Set(['one', 'two', 'three']));
  });

  it('sends what a file has grown by', async () => {
    const file = path.join(directory, 'growing.ndjson');
    const text = records('growing', 2500);
    const half = text.indexOf('event 1200');
    await writeFile(file, text.slice(0, text.lastIndexOf('\n', half) + 1));
    assert.equal((await send([file])).code, 0);
    await appendFile(file, text.slice(text.lastIndexOf('\n', half) + 1));
    const end = await send([file]);
    assert.match(end.stdout, /^1,300 lines sent/);
    await assertNumbers('growing', 2500);
  });
});
