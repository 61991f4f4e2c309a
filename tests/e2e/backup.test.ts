import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, before, beforeEach, describe, it } from 'mocha';
import { promisify } from 'node:util';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { testedBlocks } from '../clients/markdown-blocks.ts';
import { orSkip } from '../stack/skip.ts';
import { systemTool } from '../stack/tools.ts';
import { ingest, searchIds } from './api-client.ts';
import { Service } from './service.ts';

const run = promisify(execFile);
const PAGE = new URL('../../docs/backup.md', import.meta.url);
const SERVICE = 'kept';
const LANES = 4;

describe('backup of the embedded queue and store (docs/backup.md)', function () {
  this.timeout(120_000);
  /** The commands of the page, by their name. */
  const blocks = new Map<string, string>();
  let directory = '';

  before(async function () {
    orSkip(this, await systemTool('sqlite3', ['--version'], 'apt-get install sqlite3'));
    for (const { options, text } of testedBlocks(await readFile(PAGE, 'utf8'))) {
      blocks.set(options.get('name')?.[0] ?? '', text);
    }
  });

  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'paylog-backup-'));
  });

  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  async function sh(name: string, env: Readonly<Record<string, string>>): Promise<string> {
    const script = blocks.get(name);
    assert.ok(script !== undefined, `docs/backup.md has a block ${name}`);
    const { PATH = '' } = process.env;
    const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', script], { env: { PATH, ...env } });
    return stdout;
  }

  it('a copy that was made under load holds all that was acknowledged before, once', async () => {
    const [dataDir, backup, restored] = ['data', 'backup', 'restored'].map((name) => path.join(directory, name)) as [
      string,
      string,
      string,
    ];
    await using service = await Service.create('standalone', { DATA_DIR: dataDir });
    await service.start();
    const acknowledged: string[] = [];
    let isOver = false;
    const lane = async (number: number): Promise<void> => {
      for (let n = 0; !isOver; n += 1) {
        const ids = Array.from({ length: 20 }, (_, i) => `${number}-${n}-${i}`);
        const answer = await ingest(
          service.url,
          ids.map((id) => JSON.stringify({ id, service: SERVICE, message: `load ${id}` })),
        );
        if (answer.status === 202) acknowledged.push(...ids);
      }
    };
    const lanes = Array.from({ length: LANES }, (_, number) => lane(number));
    await waitUntil(
      () => acknowledged.length > 3000,
      30_000,
      () => 'load',
    );
    const before = [...acknowledged];
    const said = await sh('online', { DATA_DIR: dataDir, BACKUP: backup });
    assert.equal(said.trim(), 'ok\nok');
    assert.ok(acknowledged.length > before.length, 'the service went on meanwhile');
    isOver = true;
    await Promise.all(lanes);
    assert.equal(await service.end('SIGKILL'), 'SIGKILL');

    await sh('restore', { DATA_DIR: restored, BACKUP: backup });
    await using second = await Service.create('standalone', { DATA_DIR: restored });
    await second.start();
    let found: string[] = [];
    const isThere = async (): Promise<boolean> => {
      found = await searchIds(second.url, { service: SERVICE });
      const ids = new Set(found);
      return before.every((id) => ids.has(id));
    };
    await waitUntil(isThere, 30_000, () => `${before.length} records, have ${found.length}`);
    assert.equal(new Set(found).size, found.length, 'nothing is there twice');
    // It takes new records, and the same ones again.
    const lines = before.slice(0, 100).map((id) => JSON.stringify({ id, service: SERVICE, message: `load ${id}` }));
    const more = JSON.stringify({ id: 'after', service: SERVICE, message: 'after the restore' });
    assert.equal((await ingest(second.url, [...lines, more])).accepted, 101);
    await waitUntil(
      async () => (await searchIds(second.url, { service: SERVICE, q: 'restore' })).length === 1,
      30_000,
      () => 'the new record',
    );
    assert.equal(
      new Set(await searchIds(second.url, { service: SERVICE })).size,
      (await searchIds(second.url, { service: SERVICE })).length,
    );
    assert.equal(await second.end('SIGTERM'), 0);
  });
});
