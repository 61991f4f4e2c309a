import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { once } from 'node:events';
import { describe, it } from 'mocha';
import type { Logger } from '../../src/ports/logger.ts';
import { AdminServer } from '../../src/telemetry/admin-server.ts';
import { ADMIN_PATHS, Health } from '../../src/telemetry/health.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';

const errors: string[] = [];
const logger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: (message) => {
    errors.push(message);
  },
};

async function started(stalled?: () => string | undefined) {
  const needed = [() => ({ name: 'queue', state: 'down', sinceMs: 0, reason: 'gone' }) as const];
  const health = new Health({ clock: Date, metrics: createMetrics(), needed, ...(stalled && { stalled }) });
  const server = new AdminServer({ host: '127.0.0.1', port: 0, health }, logger);
  const port = await server.start();
  return { server, port, url: `http://127.0.0.1:${port}` };
}

describe('AdminServer', () => {
  it('answers probes and metrics', async () => {
    let reason: string | undefined;
    const { server, url } = await started(() => reason);
    try {
      const statusOf = async (path: string, method = 'GET') => (await fetch(url + path, { method })).status;
      assert.deepEqual(
        await Promise.all([...ADMIN_PATHS, '/metrics?x=1', '/', '/docs'].map((path) => statusOf(path))),
        [200, 200, 503, 200, 200, 200, 404, 404],
      );
      assert.equal(await statusOf('/health', 'HEAD'), 200);
      const refused = await fetch(`${url}/health`, { method: 'POST' });
      assert.deepEqual([refused.status, refused.headers.get('allow')], [405, 'GET, HEAD']);
      assert.equal(refused.headers.get('content-type'), 'application/problem+json');
      assert.match(await (await fetch(`${url}/metrics`)).text(), /^paylog_dependency_up\{dependency="queue"\} 0$/m);
      reason = 'no progress for 120 s';
      const live = await fetch(`${url}/health/live`);
      assert.equal(live.status, 503);
      assert.deepEqual(await live.json(), { status: 'stalled', reason });
    } finally {
      await server.stop();
    }
  });

  it('names each request, by the name that it came with', async () => {
    const { server, url } = await started();
    try {
      const ofIt = await fetch(`${url}/nowhere`, { headers: { 'x-request-id': 'probe-1' } });
      const problem = (await ofIt.json()) as Record<string, unknown>;
      assert.deepEqual([ofIt.headers.get('x-request-id'), problem['request_id']], ['probe-1', 'probe-1']);
      for (const headers of [{}, { 'x-request-id': 'a b' }]) {
        const given = await fetch(`${url}/metrics`, { headers });
        assert.match(given.headers.get('x-request-id') ?? '', /^[0-9a-f]{32}$/);
      }
    } finally {
      await server.stop();
    }
  });

  it('tells a failure and logs it', async () => {
    const { server, url } = await started(() => {
      throw new Error('bug');
    });
    try {
      const response = await fetch(`${url}/health/live`);
      assert.equal(response.status, 500);
      assert.doesNotMatch(await response.text(), /bug/);
      assert.deepEqual(errors.splice(0), ['Admin request failed']);
    } finally {
      await server.stop();
    }
  });

  it('stops although a connection is open, more than once, and before it was started', async () => {
    const { server, port } = await started();
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const closed = once(socket, 'close');
    socket.resume();
    await server.stop();
    await closed;
    await server.stop();
    const health = new Health({ clock: Date, metrics: createMetrics(), needed: [] });
    await new AdminServer({ host: '127.0.0.1', port: 0, health }, logger).stop();
  });

  it('rejects when the port is taken', async () => {
    const { server, port } = await started();
    try {
      const health = new Health({ clock: Date, metrics: createMetrics(), needed: [] });
      await assert.rejects(new AdminServer({ host: '127.0.0.1', port, health }, logger).start(), {
        code: 'EADDRINUSE',
      });
    } finally {
      await server.stop();
    }
  });
});
