import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { ServiceProcess } from './service-process.ts';

describe('profiling', function () {
  this.timeout(120_000);
  let folder = '';
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'paylog-profile-'));
  });
  after(() => rm(folder, { recursive: true }));

  const run = async (env: Readonly<Record<string, string>>): Promise<ServiceProcess> => {
    const service = new ServiceProcess('standalone', { PORT: '0', DATA_DIR: path.join(folder, 'data'), ...env });
    await service.waitForOutput(/Pay Log Aggregator is ready/);
    return service;
  };
  const profiles = async (directory: string, ending: string): Promise<string[]> =>
    (await readdir(directory)).filter((name) => name.endsWith(ending)).sort();

  it('is off by default: the signal is told and harmless', async () => {
    await using service = await run({});
    service.send('SIGUSR2');
    await service.waitForOutput(/profiling is off: PROFILE_DIR is not set/);
    assert.equal(await service.end('SIGTERM'), 0);
  });

  it('a signal takes a CPU profile, one at a time, for its owner only; the newest are kept', async () => {
    const directory = path.join(folder, 'signal');
    await using service = await run({ PROFILE_DIR: directory, PROFILE_DURATION_MS: '300', PROFILE_MAX_FILES: '2' });
    service.send('SIGUSR2');
    await service.waitForOutput(/a CPU profile is taken/);
    service.send('SIGUSR2');
    await service.waitForOutput(/a profile is being taken already/);
    for (let count = 1; count <= 3; count += 1) {
      const written = (): number => service.stderr.split('a profile was written').length - 1;
      await waitUntil(
        () => written() === count,
        20_000,
        () => `${String(count)} profiles:\n${service.stderr}`,
      );
      if (count < 3) service.send('SIGUSR2');
    }
    const names = await profiles(directory, '.cpuprofile');
    assert.equal(names.length, 2, 'of three');
    for (const name of names) {
      assert.match(name, /^paylog\..+\.cpuprofile$/);
      assert.equal((await stat(path.join(directory, name))).mode & 0o777, 0o600);
      const profile = JSON.parse(await readFile(path.join(directory, name), 'utf8')) as Record<string, unknown[]>;
      assert.ok((profile['nodes']?.length ?? 0) > 1 && (profile['samples']?.length ?? 0) > 10);
    }
    assert.equal((await stat(directory)).mode & 0o777, 0o700);
    assert.equal(await service.end('SIGTERM'), 0);
  });

  it('a stop ends a profile, which is kept', async () => {
    const directory = path.join(folder, 'stop');
    await using service = await run({ PROFILE_DIR: directory, PROFILE_DURATION_MS: '5m' });
    service.send('SIGUSR2');
    await service.waitForOutput(/a CPU profile is taken/);
    const since = performance.now();
    assert.equal(await service.end('SIGTERM'), 0);
    assert.ok(performance.now() - since < 20_000);
    assert.equal((await profiles(directory, '.cpuprofile')).length, 1);
  });

  it('routes on 127.0.0.1 alone take CPU profiles and heap snapshots, and nothing from a browser', async () => {
    const directory = path.join(folder, 'routes');
    await using service = await run({ PROFILE_DIR: directory, PROFILE_PORT: '0' });
    const [, port = ''] = await service.waitForOutput(/profiles can be asked for.*"port":(\d+)/);
    const url = `http://127.0.0.1:${port}`;
    const ask = async (
      at: string,
      init: RequestInit = { method: 'POST' },
    ): Promise<[number, Record<string, unknown>]> => {
      const response = await fetch(url + at, init);
      return [response.status, (await response.json()) as Record<string, unknown>];
    };

    const taking = ask('/profile/cpu?seconds=0.5');
    await service.waitForOutput(/a CPU profile is taken/);
    assert.equal((await ask('/profile/heap'))[0], 409);
    const [status, cpu] = await taking;
    assert.equal(status, 201);
    assert.ok(JSON.parse(await readFile(String(cpu['file']), 'utf8')));

    const [heapStatus, heap] = await ask('/profile/heap');
    assert.equal(heapStatus, 201);
    const file = String(heap['file']);
    assert.match(file, /\.heapsnapshot$/);
    assert.deepEqual([(await stat(file)).mode & 0o777, (await stat(file)).size], [0o600, heap['bytes']]);
    const snapshot = JSON.parse(await readFile(file, 'utf8')) as { readonly snapshot: { readonly node_count: number } };
    assert.ok(snapshot.snapshot.node_count > 1000);
    assert.deepEqual(await profiles(directory, '.partial'), []);

    assert.equal((await ask('/profile/heap', { method: 'GET' }))[0], 405);
    assert.equal((await ask('/profile/else'))[0], 404);
    assert.equal((await ask('/profile/cpu?seconds=301'))[0], 400);
    assert.equal((await ask('/profile/cpu?seconds=soon'))[0], 400);
    assert.equal((await ask('/profile/heap', { method: 'POST', headers: { origin: 'http://evil.example' } }))[0], 403);
    assert.equal((await profiles(directory, '.heapsnapshot')).length, 1);
    for (const address of Object.values(networkInterfaces()).flat()) {
      if (!address || address.internal || address.family !== 'IPv4') continue;
      await assert.rejects(fetch(`http://${address.address}:${port}/profile/heap`, { method: 'POST' }));
    }
    assert.equal(await service.end('SIGTERM'), 0);
  });

  it('a port without a directory is a fault', async () => {
    await using service = new ServiceProcess('standalone', { PROFILE_PORT: '0', DATA_DIR: path.join(folder, 'none') });
    assert.equal(await service.exit, 78);
    assert.match(service.stderr, /PROFILE_PORT is set: PROFILE_PORT needs PROFILE_DIR/);
  });
});
