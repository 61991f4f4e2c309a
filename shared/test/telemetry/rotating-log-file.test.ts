import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { closeSync, openSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { LogEntry } from '../../src/telemetry/log-entry.ts';
import { RotatingLogFile } from '../../src/telemetry/rotating-log-file.ts';

const ENTRY: LogEntry = { timestamp: '', level: 'info', message: '', service: '', version: '', fields: {} };

describe('RotatingLogFile', () => {
  let directory = '';
  let faults: unknown[] = [];
  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'paylog-logs-'));
    faults = [];
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const create = (maxBytes: number, maxFiles: number, folder = directory): RotatingLogFile =>
    new RotatingLogFile({
      level: 'info',
      directory: folder,
      name: 'svc',
      maxBytes,
      maxFiles,
      onFault: (error) => faults.push(error),
    });

  it('keeps the newest lines, in order, within size and number of files', async () => {
    const file = create(1000, 3);
    const lines = Array.from({ length: 500 }, (_, i) => `line ${String(i).padStart(4, '0')} äöü`);
    for (const line of lines) file.write(ENTRY, line);
    const names = (await readdir(directory)).sort();
    assert.deepEqual(names, ['svc.1.log', 'svc.2.log', 'svc.log']);
    const texts = await Promise.all(
      ['svc.2.log', 'svc.1.log', 'svc.log'].map((name) => readFile(path.join(directory, name), 'utf8')),
    );
    for (const name of names) assert.ok((await stat(path.join(directory, name))).size <= 1000);
    const kept = texts.join('').trimEnd().split('\n');
    assert.deepEqual(kept, lines.slice(-kept.length));
    assert.ok(kept.length > 80);
    file.close();
  });

  it('goes on where a process before it ended, also with one file only', async () => {
    const first = create(40, 1);
    first.write(ENTRY, 'a'.repeat(30));
    first.close();
    const second = create(40, 1);
    second.write(ENTRY, 'b');
    second.write(ENTRY, 'c'.repeat(30));
    second.write(ENTRY, 'd'.repeat(100));
    second.close();
    assert.deepEqual(await readdir(directory), ['svc.log']);
    assert.equal(await readFile(path.join(directory, 'svc.log'), 'utf8'), `${'d'.repeat(100)}\n`);
  });

  it('begins a new line behind one that a process or a full disk left unfinished', async () => {
    await writeFile(path.join(directory, 'svc.log'), 'whole\n{"half');
    const file = create(1000, 2);
    file.write(ENTRY, 'next');
    file.write(ENTRY, 'last');
    file.close();
    assert.equal(await readFile(path.join(directory, 'svc.log'), 'utf8'), 'whole\n{"half\nnext\nlast\n');
  });

  it('makes a directory that is for its owner only', async () => {
    const folder = path.join(directory, 'made');
    const file = create(1000, 2, folder);
    file.write(ENTRY, 'line');
    file.close();
    assert.equal((await stat(folder)).mode & 0o777, 0o700);
  });

  it('tells once that it cannot write, and keeps quiet', () => {
    const taken = path.join(directory, 'taken');
    closeSync(openSync(taken, 'w'));
    const file = create(100, 2, path.join(taken, 'below'));
    for (let i = 0; i < 5; i += 1) file.write(ENTRY, 'x');
    assert.equal(faults.length, 1);
    assert.match(String(faults[0]), /ENOTDIR|EEXIST/);
  });
});
