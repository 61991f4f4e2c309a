import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { cli } from '../support/cli.ts';
import { StreamApi } from '../support/stream-api.ts';

describe('paylog export', () => {
  let directory = '';

  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'paylog-export-'));
  });

  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  it('writes a file that has its name when it is complete', async () => {
    await using api = await StreamApi.start((response) => {
      response.writeHead(200, { 'content-type': 'text/csv' });
      response.write('id\r\n');
      setTimeout(() => response.end('"a\nb"\r\nc\r\n'), 50);
    });
    const file = path.join(directory, 'out.csv');
    const args = ['--url', api.url, '--format', 'csv', '--columns', 'id,x', '--limit', '5', '--output', file];
    const { code, stdout, stderr } = await cli(['export', ...args]);
    assert.deepEqual([code, stdout, stderr], [0, '', '2 records, 14 B\n']);
    assert.equal(await readFile(file, 'utf8'), 'id\r\n"a\nb"\r\nc\r\n');
    assert.deepEqual(await readdir(directory), ['out.csv']);
    assert.equal(api.seen[0]?.url, '/api/v1/export?format=csv&order=desc&columns=id%2Cx&limit=5');
  });

  it('fails when it is cut, and leaves what was there before', async () => {
    await using api = await StreamApi.start((response) => {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      response.write('{"id":"a"}\n');
      setTimeout(() => response.socket?.destroy(), 100);
    });
    const file = path.join(directory, 'out.ndjson');
    await writeFile(file, 'earlier\n');
    const { code, stderr } = await cli(['export', '--url', api.url, '--output', file, '--quiet']);
    assert.equal(code, 1);
    assert.match(stderr, /^paylog: the export is not complete: http:\S+: the connection was closed\n$/);
    assert.deepEqual(await readdir(directory), ['out.ndjson']);
    assert.equal(await readFile(file, 'utf8'), 'earlier\n');
    const toOutput = await cli(['export', '--url', api.url, '--quiet']);
    assert.deepEqual([toOutput.code, toOutput.stdout], [1, '{"id":"a"}\n']);
  });

  it('ends with Ctrl-C, and with what cannot be written', async () => {
    const stop = new AbortController();
    await using api = await StreamApi.start((response, count) => {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      response.write('{"id":"a"}\n');
      if (count === 1) {
        setTimeout(() => {
          stop.abort();
        }, 50);
      }
    });
    const file = path.join(directory, 'out.ndjson');
    const interrupted = await cli(['export', '--url', api.url, '--output', file], { signal: stop.signal });
    assert.equal(interrupted.code, 130);
    assert.deepEqual(await readdir(directory), []);
    const nowhere = await cli(['export', '--url', api.url, '--output', path.join(directory, 'no', 'x')]);
    assert.equal(nowhere.code, 1);
    assert.match(nowhere.stderr, /cannot be written: ENOENT/);
  });
});
