import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { ingest, searchPage } from './api-client.ts';
import { serviceArguments } from '../stack/node-arguments.ts';
import { type CliEnd, CliProcess, runCli } from './cli-process.ts';
import { Service } from './service.ts';

const MINUTE = 60_000;

const ago = (minutes: number): string => new Date(Date.now() - minutes * MINUTE).toISOString();

describe('paylog search, tail and export, on a running all-in-one process', function () {
  this.timeout(120_000);
  let service: Service;
  let directory = '';

  before(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'paylog-cli-'));
    service = await Service.create('standalone', { DATA_DIR: path.join(directory, 'data') });
    await service.start();
  });

  after(async () => {
    await service[Symbol.asyncDispose]();
    await rm(directory, { recursive: true });
  });

  const options = (args: readonly string[]): ConstructorParameters<typeof CliProcess>[0] => ({
    args,
    directory,
    env: { PAYLOG_URL: service.url },
  });

  const paylog = (...args: readonly string[]): Promise<CliEnd> => runCli(options(args));

  async function add(records: readonly object[]): Promise<void> {
    const answer = await ingest(
      service.url,
      records.map((record) => JSON.stringify(record)),
    );
    assert.equal(answer.status, 202);
  }

  async function searchable(name: string, count: number): Promise<void> {
    await waitUntil(
      async () => (await searchPage(service.url, { service: name })).total.value >= count,
      30_000,
      () => `${String(count)} records of ${name}`,
    );
  }

  const idsOf = (ndjson: string): string[] =>
    ndjson
      .split('\n')
      .filter(Boolean)
      .map((line) => (JSON.parse(line) as { id: string }).id);

  it('finds by every filter, as a table and as NDJSON', async () => {
    const trace = 'ab'.repeat(16);
    await add([
      {
        id: 'f1',
        service: 'find',
        message: 'card declined by issuer',
        level: 'error',
        timestamp: ago(5),
        trace_id: trace,
      },
      {
        id: 'f2',
        service: 'find',
        message: 'card accepted',
        level: 'info',
        timestamp: ago(4),
        payment: { id: 'pay_9' },
        environment: 'eu',
      },
      { id: 'f3', service: 'find', message: 'two\nlines \u001b[31mred', level: 'warn', timestamp: ago(3), big: 1 },
      { id: 'f4', service: 'find-other', message: 'card declined again', level: 'error', timestamp: ago(90) },
    ]);
    await searchable('find', 3);
    await searchable('find-other', 1);
    for (const [args, expected] of [
      [
        ['declined', '--service', 'find,find-other'],
        ['f1', 'f4'],
      ],
      [
        ['card', 'declined', '--service', 'find', '--service', 'find-other', '--order', 'asc'],
        ['f4', 'f1'],
      ],
      [
        ['--service', 'find', '--level', '>=warn'],
        ['f3', 'f1'],
      ],
      [['--service', 'find', '--level', 'info'], ['f2']],
      [['--from', '-1h', '--service', 'find-other'], []],
      [['--from', '-2h', '--to', '-1h', 'declined'], ['f4']],
      [['--trace-id', trace], ['f1']],
      [['--payment-id', 'pay_9'], ['f2']],
      [['--environment', 'eu'], ['f2']],
    ] as const) {
      const { code, stdout, stderr } = await paylog('search', '--json', ...args);
      assert.deepEqual([code, stderr], [0, ''], args.join(' '));
      assert.deepEqual(idsOf(stdout), expected, args.join(' '));
    }
    const { stdout, stderr } = await paylog('search', '--service', 'find');
    const lines = stdout.trim().split('\n');
    assert.match(lines[0] ?? '', /^TIME +LEVEL SERVICE MESSAGE$/);
    assert.match(lines[1] ?? '', /^\d{4}-\d\d-\d\dT[\d:.]{12}Z warn {2}find {4}two\\nlines \\u001b\[31mred$/);
    assert.equal(lines.length, 4);
    assert.equal(stderr, '3 of 3 found\n');
  });

  it('follows cursors up to its limit', async () => {
    const records = Array.from({ length: 2345 }, (_, i) => ({
      id: `p${String(i).padStart(5, '0')}`,
      service: 'pages',
      message: 'x',
      n: i,
    }));
    await add(records);
    await searchable('pages', records.length);
    const all = await paylog('search', '--service', 'pages', '--limit', '100000', '--order', 'asc', '--json');
    assert.deepEqual(
      idsOf(all.stdout).sort(),
      records.map(({ id }) => id),
    );
    const some = await paylog('search', '--service', 'pages', '--limit', '1500', '--json');
    assert.equal(new Set(idsOf(some.stdout)).size, 1500);
  });

  it('ends quietly when nobody reads on', async () => {
    await searchable('pages', 2345);
    const command = `"$0" "$@" | head -n 1`;
    const args = [...serviceArguments('cli'), 'search', '--service', 'pages', '--limit', '2345', '--json'];
    const output = execFileSync('sh', ['-c', command, process.execPath, ...args], {
      env: { PATH: process.env['PATH'], HOME: directory, PAYLOG_URL: service.url },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    assert.equal(idsOf(output.toString()).length, 1);
  });

  it('says what the API does not take, with code 1', async () => {
    const { code, stdout, stderr } = await paylog('search', '--level', 'loud');
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /^paylog: http:\S+: answered 400: level: expected [^\n]+\n$/);
  });

  it('tails new records once each, late ones too, through a restart of the server', async () => {
    await add([{ id: 'before', service: 'tailed', message: 'old' }]);
    await searchable('tailed', 1);
    await using process = new CliProcess(options(['tail', '--service', 'tailed', '--json']));
    const seen = (): string[] => idsOf(process.stdout.slice(0, process.stdout.lastIndexOf('\n') + 1));
    const expected: string[] = [];
    const send = async (id: string, more: object = {}): Promise<void> => {
      expected.push(id);
      await add([{ id, service: 'tailed', message: id, ...more }]);
    };
    await waitUntil(
      async () => (await service.metric('paylog_tail_streams')) === 1,
      20_000,
      () => 'the stream',
    );
    for (let i = 0; i < 20; i += 1) await send(`t${String(i)}`);
    await waitUntil(
      () => seen().length >= expected.length,
      20_000,
      () => `${String(expected.length)} records, have ${process.stdout}`,
    );
    await send('of last week', { timestamp: ago(7 * 24 * 60) });
    await waitUntil(
      () => seen().includes('of last week'),
      20_000,
      () => 'the record with an old time',
    );
    assert.equal(await service.end('SIGKILL'), 'SIGKILL');
    await process.waitForOutput(/waiting for it/);
    await service.start();
    await send('after the restart');
    await waitUntil(
      () => seen().includes('after the restart'),
      30_000,
      () => 'the record after the restart',
    );
    await process.waitForOutput(/it is there again/);
    assert.equal(await process.end('SIGINT'), 0);
    assert.deepEqual(seen().sort(), [...expected].sort());
  });

  it('tails from a time of arrival on, as lines', async () => {
    await add([{ id: 'h1', service: 'history', message: 'sent a moment ago', timestamp: ago(10) }]);
    await searchable('history', 1);
    await using process = new CliProcess(options(['tail', '--service', 'history', '--from', '-5m']));
    await process.waitForOutput(/sent a moment ago\n/);
    await add([{ id: 'h3', service: 'history', message: 'now', level: 'error' }]);
    await process.waitForOutput(/error history now\n/);
    assert.equal(await process.end('SIGTERM'), 0);
    assert.equal(process.stdout.split('\n').length, 3);
  });

  it('says how many records a tail leaves out, and what the API does not take', async () => {
    await using process = new CliProcess(options(['tail', '--service', 'flood', '--max-per-second', '5']));
    await waitUntil(
      async () => (await service.metric('paylog_tail_streams')) === 1,
      20_000,
      () => 'the stream',
    );
    await add(Array.from({ length: 300 }, (_, i) => ({ id: `fl${String(i)}`, service: 'flood', message: 'x' })));
    await process.waitForOutput(/^\d+ records left out \(--max-per-second\)$/m);
    await process.end('SIGINT');
    const { code, stderr } = await paylog('tail', '--level', 'loud');
    assert.equal(code, 1);
    assert.match(stderr, /answered 400: level: expected/);
  });

  it('exports to a file and to standard output', async () => {
    const records = Array.from({ length: 2500 }, (_, i) => ({
      id: `e${String(i).padStart(5, '0')}`,
      service: 'exported',
      message: i === 7 ? '=cmd()' : 'two\nlines',
      n: i,
    }));
    await add(records);
    await searchable('exported', records.length);
    const all = await paylog('export', '--service', 'exported', '--output', 'all.ndjson');
    assert.deepEqual([all.code, all.stdout], [0, '']);
    assert.match(all.stderr, /^2,500 records, [\d.]+ kB$/m);
    const file = await readFile(path.join(directory, 'all.ndjson'), 'utf8');
    assert.deepEqual(
      idsOf(file).sort(),
      records.map(({ id }) => id),
    );
    const csv = await paylog('export', '--service', 'exported', '--format', 'csv', '--columns', 'id,message');
    assert.match(csv.stderr, /^2,500 records/m);
    assert.ok(csv.stdout.includes(`e00007,'=cmd()\r\n`) && csv.stdout.includes('e00008,"two\nlines"\r\n'));
    const wrong = await paylog('export', '--format', 'xml', '--output', 'no.xml');
    assert.equal(wrong.code, 1);
    assert.match(wrong.stderr, /answered 400: format: expected/);
    assert.deepEqual(
      (await readdir(directory)).filter((name) => /^no|part$/.test(name)),
      [],
    );
  });
});
