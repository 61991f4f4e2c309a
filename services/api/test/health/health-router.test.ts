import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { DependencyState } from '@paylog/shared/ports/queue';
import { startAppServer } from '../support/app-server.ts';
import { ModelSearcher } from '../support/model-searcher.ts';

const NOW = Date.parse('2026-11-20T10:00:00.000Z');

describe('health of the API', () => {
  it('tells version and uptime', async () => {
    await using server = await startAppServer({ searcher: new ModelSearcher(), nowMs: NOW });
    const body = (await (await server.get('/health')).json()) as Record<string, unknown>;
    assert.deepEqual([body['status'], body['uptime_seconds']], ['up', 0]);
    assert.match(String(body['version']), /^\d+\.\d+\.\d+/);
    assert.deepEqual(await (await server.get('/health/live')).json(), { status: 'alive' });
  });

  it('is ready while what it needs is up, and shows since when', async () => {
    let queue: DependencyState = { name: 'queue', state: 'up', sinceMs: NOW };
    await using server = await startAppServer({ searcher: new ModelSearcher(), queue: () => queue });
    const ready = await server.get('/health/ready');
    assert.equal(ready.status, 200);
    assert.deepEqual(await ready.json(), {
      status: 'ready',
      dependencies: [
        { name: 'queue', state: 'up', since: '2026-11-20T10:00:00.000Z', needed: true },
        { name: 'store', state: 'up', since: '1970-01-01T00:00:00.000Z', needed: false },
      ],
    });
    queue = { name: 'queue', state: 'down', sinceMs: NOW + 1000, reason: 'no broker answers' };
    assert.deepEqual(await (await server.get('/health/serving')).json(), { status: 'serving' });
    const down = await server.get('/health/ready');
    assert.equal(down.status, 503);
    const body = (await down.json()) as { status: string; dependencies: readonly object[] };
    assert.equal(body.status, 'not_ready');
    assert.deepEqual(body.dependencies[0], {
      name: 'queue',
      state: 'down',
      since: '2026-11-20T10:00:01.000Z',
      needed: true,
      reason: 'no broker answers',
    });
    assert.match(
      await (await server.get('/metrics')).text(),
      /paylog_dependency_up\{dependency="queue"\} 0\npaylog_dependency_up\{dependency="store"\} 1/,
    );
  });

  it('is ready without the store: records are taken in all the same', async () => {
    const searcher = new ModelSearcher();
    searcher.state = () => ({ name: 'store', state: 'down', sinceMs: 0, reason: 'refused' });
    await using server = await startAppServer({ searcher });
    assert.equal((await server.get('/health/ready')).status, 200);
  });

  it('is not ready while its start waits for something, though the brokers answer', async () => {
    let missing: string | undefined = 'no topics';
    await using server = await startAppServer({ searcher: new ModelSearcher(), missing: () => missing });
    const early = await server.get('/health/ready');
    const { status, reason } = (await early.json()) as { status: string; reason: string };
    assert.deepEqual([early.status, status, reason], [503, 'not_ready', 'no topics']);
    const starting = await server.get('/health/serving');
    assert.deepEqual([starting.status, await starting.json()], [503, { status: 'starting', reason: 'no topics' }]);
    missing = undefined;
    assert.equal((await server.get('/health/ready')).status, 200);
    assert.equal((await server.get('/health/serving')).status, 200);
  });

  it('is not ready when it stops', async () => {
    await using server = await startAppServer({ searcher: new ModelSearcher() });
    server.health.markStopping();
    const response = await server.get('/health/ready');
    assert.equal(response.status, 503);
    assert.equal(((await response.json()) as { status: string }).status, 'stopping');
    const serving = await server.get('/health/serving');
    assert.deepEqual([serving.status, await serving.json()], [503, { status: 'stopping' }]);
    assert.equal((await server.get('/health')).status, 200);
  });

  it('serves metrics in the text format', async () => {
    await using server = await startAppServer({ searcher: new ModelSearcher() });
    const response = await server.get('/metrics');
    assert.match(response.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
    assert.match(await response.text(), /^# HELP paylog_build_info/m);
  });
});
