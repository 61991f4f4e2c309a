import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { cli, type CliResult } from '../support/cli.ts';
import { accepted, ScriptedApi } from '../support/scripted-api.ts';

const lines = (count: number, start = 0): string =>
  Array.from({ length: count }, (_, i) => `{"message":"m${String(i + start)}","service":"s"}\n`).join('');

describe('paylog send', () => {
  let directory = '';
  let file = '';
  let rejects = '';

  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'paylog-cli-'));
    file = path.join(directory, 'events.ndjson');
    rejects = path.join(directory, 'rejects.ndjson');
  });

  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  const send = (api: ScriptedApi, args: readonly string[], stdin?: string): Promise<CliResult> =>
    cli(['send', '--url', api.url, '--rejects', rejects, ...args], {
      home: directory,
      ...(stdin !== undefined && { stdin }),
    });

  const rejected = async (): Promise<readonly Record<string, unknown>[]> =>
    (await readFile(rejects, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  it('sends plain lines as records, compressed, with a key', async () => {
    await using api = await ScriptedApi.start(({ lines: seen }) => accepted(seen.length));
    const result = await send(
      api,
      ['--service', 'shop', '--field', 'level=warn', '--quiet', '-'],
      'a "b"\n\n{"message":"c"}\n[x]\n',
    );
    assert.deepEqual([result.code, result.stderr], [0, '']);
    const [request] = api.seen;
    assert.deepEqual(request?.lines, [
      '{"message":"a \\"b\\"","level":"warn"}',
      '{"message":"c"}',
      '{"message":"[x]","level":"warn"}',
    ]);
    assert.equal(request.path, '/api/v1/logs?service=shop');
    assert.equal(request.headers['content-encoding'], 'gzip');
    assert.match(String(request.headers['idempotency-key']), /^paylog-/);
  });

  it('waits as long as Retry-After says, and sends the same again', async () => {
    await using api = await ScriptedApi.start(({ lines: seen }, count) => {
      if (count === 1) return { status: 429, headers: { 'retry-after': '1' } };
      return count === 2 ? 'hang up' : accepted(seen.length);
    });
    await writeFile(file, lines(3));
    const startedMs = Date.now();
    const result = await send(api, [file]);
    assert.equal(result.code, 0);
    assert.ok(Date.now() - startedMs >= 1000);
    assert.match(result.stderr, /answered 429.*trying again in 1\.\d s/);
    assert.equal(new Set(api.seen.map(({ headers }) => headers['idempotency-key'])).size, 1);
    assert.equal(api.seen.length, 3);
  });

  it('shows a bar on a terminal, and takes it away', async () => {
    await using api = await ScriptedApi.start(({ lines: seen }, count) =>
      count === 1 ? { status: 503, headers: { 'retry-after': '1' } } : accepted(seen.length),
    );
    await writeFile(file, lines(3));
    const world = { home: directory, env: { PAYLOG_URL: api.url, NO_COLOR: '1' }, isTerminal: true };
    const { code, stderr } = await cli(['send', file], world);
    assert.equal(code, 0);
    assert.ok(stderr.includes('\r\u001b[K0%  0 lines'), stderr);
    assert.ok(stderr.includes('waiting: '));
    assert.ok(stderr.endsWith('\r\u001b[K'));
    assert.equal((await cli(['send', file, '--no-resume', '--quiet'], world)).stderr, '');
  });

  it('gives up in time with code 3, and says how to go on', async () => {
    await using api = await ScriptedApi.start(() => ({ status: 503, body: { detail: 'no broker' } }));
    await writeFile(file, lines(3));
    const result = await send(api, ['--retry-for', '300ms', file]);
    assert.equal(result.code, 3);
    assert.match(
      result.stderr,
      /paylog: .*answered 503: no broker \(0 accepted.*run the same command again to go on at line 1\)\n$/,
    );
  });

  it('stops at once when the API refuses the request as such', async () => {
    await using api = await ScriptedApi.start(() => ({ status: 401, body: { detail: 'who are you?' } }));
    await writeFile(file, lines(3));
    const result = await send(api, [file]);
    assert.equal(result.code, 1);
    assert.match(result.stderr, /answered 401: who are you\?/);
    assert.equal(api.seen.length, 1);
  });

  it('writes what was rejected with its place and reason, card numbers masked', async () => {
    await using api = await ScriptedApi.start(({ lines: seen }) => ({
      status: 207,
      body: { accepted: seen.length - 1, rejected: 1, errors: [{ index: 1, code: 'invalid_json', message: 'no' }] },
    }));
    await writeFile(file, '{"message":"a","service":"s"}\n\n{"card 4111111111111111\n{"message":"c","service":"s"}\n');
    const result = await send(api, ['--json', file]);
    assert.equal(result.code, 1);
    assert.deepEqual(await rejected(), [
      { source: file, line: 3, offset: 31, code: 'invalid_json', message: 'no', text: '{"card 411111******1111' },
    ]);
    assert.equal((await stat(rejects)).mode & 0o077, 0);
    const summary = JSON.parse(result.stdout) as Record<string, unknown>;
    assert.deepEqual([summary['accepted'], summary['rejected'], summary['rejects_file']], [2, 1, rejects]);
  });

  it('finds the reason of every reject when the answer lists only some', async () => {
    // As the API does it: at most 100 listed, ids on demand.
    const bad = (line: string): boolean => line.includes('bad');
    await using api = await ScriptedApi.start(({ lines: seen, path: target }) => {
      const errors = seen.flatMap((line, index) => (bad(line) ? [{ index, code: 'too_deep', message: line }] : []));
      return {
        status: errors.length === seen.length ? 400 : 207,
        body: {
          code: 'records_rejected',
          accepted: seen.length - errors.length,
          rejected: errors.length,
          errors: errors.slice(0, 100),
          ...(errors.length > 100 && { errors_omitted: errors.length - 100 }),
          ...(target.includes('ids=true') && { ids: seen.map((line) => (bad(line) ? null : 'id')) }),
        },
      };
    });
    const all = Array.from({ length: 300 }, (_, i) => (i % 5 === 0 ? `good ${String(i)}` : `bad ${String(i)}`));
    await writeFile(file, `${all.join('\n')}\n`);
    const result = await send(api, ['--service', 's', '--json', file]);
    assert.equal(result.code, 1);
    const summary = JSON.parse(result.stdout) as Record<string, unknown>;
    assert.deepEqual([summary['accepted'], summary['rejected']], [60, 240]);
    assert.deepEqual(
      (await rejected()).map(({ text }) => text),
      all.filter((line) => line.startsWith('bad')),
    );
    assert.deepEqual(
      api.seen.map(({ lines: seen }) => seen.length),
      [300, 300, 100, 40],
    );
  });

  it('sends less at once when the server wants less, down to the line that is too large', async () => {
    await using api = await ScriptedApi.start(({ lines: seen }) =>
      seen.length > 2 || seen.some((line) => line.includes('huge'))
        ? { status: 413, body: { detail: 'too large' } }
        : accepted(seen.length),
    );
    await writeFile(file, 'a\nb\nhuge\nc\nd\n');
    const result = await send(api, ['--service', 's', file]);
    assert.equal(result.code, 1);
    assert.deepEqual(
      (await rejected()).map(({ line, code }) => [line, code]),
      [[3, 'body_too_large']],
    );
  });

  it('goes on where it stopped, with the same keys, and leaves no reject twice', async () => {
    let down = false;
    await using api = await ScriptedApi.start(({ lines: seen }) => {
      if (down && seen.some((line) => line.includes('m25'))) return { status: 401 };
      const errors = seen.flatMap((line, index) =>
        line.includes('m7') ? [{ index, code: 'too_deep', message: 'no' }] : [],
      );
      return { status: 207, body: { accepted: seen.length - errors.length, rejected: errors.length, errors } };
    });
    await writeFile(file, lines(40));
    down = true;
    assert.equal((await send(api, ['--batch', '10', '--concurrency', '2', file])).code, 1);
    const first = [...api.seen];
    down = false;
    // Other bounds would begin batches elsewhere: those of before are kept.
    const again = await send(api, ['--batch', '7', '--concurrency', '2', file]);
    assert.equal(again.code, 1);
    assert.match(again.stderr, /going on at line 21/);
    assert.equal((await rejected()).length, 1);
    const repeated = api.seen.slice(first.length);
    const key = (request: (typeof first)[number] | undefined): unknown => request?.headers['idempotency-key'];
    assert.equal(key(repeated[0]), key(first.find(({ lines: [line] }) => line?.includes('m20'))));
    assert.deepEqual(
      repeated.flatMap(({ lines: seen }) => seen),
      lines(20, 20).trim().split('\n'),
    );
    const done = await send(api, [file]);
    assert.equal(done.code, 0);
    assert.match(done.stdout, /^nothing new/);
  });

  it('sends what was added to a file, and a last line again that had no end', async () => {
    await using api = await ScriptedApi.start(({ lines: seen }) => accepted(seen.length));
    await writeFile(file, `${lines(2)}{"message":"half`);
    await send(api, [file]);
    await writeFile(file, `${lines(2)}{"message":"half","service":"s"}\n${lines(1, 5)}`);
    await send(api, [file]);
    assert.deepEqual(
      api.seen.map(({ lines: seen }) => seen.length),
      [2, 1, 2],
    );
    assert.equal(new Set(api.seen.map(({ headers }) => headers['idempotency-key'])).size, 3);
    await truncate(file, 0);
    await writeFile(file, lines(1, 9));
    assert.match((await send(api, [file])).stderr, /starting at its beginning/);
  });

  it('resumes standard input that has a name', async () => {
    let down = true;
    await using api = await ScriptedApi.start(({ lines: seen }) =>
      down && seen.some((line) => line.includes('m25')) ? { status: 401 } : accepted(seen.length),
    );
    const args = ['--id', 'job', '--batch', '10', '--concurrency', '1'];
    assert.equal((await send(api, args, lines(40))).code, 1);
    down = false;
    const before = api.seen.length;
    assert.equal((await send(api, args, lines(40))).code, 0);
    assert.deepEqual(
      api.seen.slice(before).map(({ lines: seen }) => seen.length),
      [10, 10],
    );
  });

  it('says what is wrong with the command line, before it sends anything', async () => {
    await using api = await ScriptedApi.start(() => accepted(1));
    await writeFile(file, 'plain\n');
    for (const [args, expected] of [
      [[file], /line 1 is not JSON, and a plain line needs a service/],
      [['--format', 'text', file], /plain lines need a service/],
      [['--format', 'xml', file], /--format: expected one of auto, json, text/],
      [['--field', 'level', file], /--field: expected name=value/],
      [['--concurrency', '0', file], /--concurrency: expected an integer from 1 to 64/],
      [[path.join(directory, 'none')], /no such file/],
      [[directory], /is a directory/],
      [['--state', path.join(directory, 'state'), '-'], /can be resumed only with --id/],
      [[file, 'another'], /too many arguments/],
    ] as const) {
      const result = await send(api, args, '');
      assert.equal(result.code, 2, String(expected));
      assert.match(result.stderr, expected);
      assert.equal(result.stderr.trim().split('\n').length, 1);
    }
    assert.equal(api.seen.length, 0);
  });

  it('sends its key, and never shows it', async () => {
    await using api = await ScriptedApi.start(() => ({ status: 403 }));
    await writeFile(file, lines(1));
    const result = await cli(['send', file], {
      home: directory,
      env: { PAYLOG_URL: api.url, PAYLOG_API_KEY: 'hush-hush' },
    });
    assert.equal(api.seen[0]?.headers.authorization, 'Bearer hush-hush');
    assert.equal(result.code, 1);
    assert.ok(!`${result.stdout}${result.stderr}`.includes('hush'));
  });
});
