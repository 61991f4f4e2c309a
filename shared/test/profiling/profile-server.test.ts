import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { describe, it } from 'mocha';
import { ProfileFiles } from '../../src/profiling/profile-files.ts';
import { ProfileServer } from '../../src/profiling/profile-server.ts';
import { Profiler } from '../../src/profiling/profiler.ts';
import { createLogger } from '../../src/telemetry/logger.ts';

describe('ProfileServer', () => {
  it('answers targets that are no path, and goes on', async () => {
    const logger = createLogger({ level: 'error', service: 'svc' });
    const files = new ProfileFiles({ directory: tmpdir(), service: 'svc', maxFiles: 1 });
    const server = new ProfileServer(new Profiler(files, Date, logger), { port: 0, durationMs: 100 });
    const port = await server.start();
    try {
      const statuses: (number | undefined)[] = [];
      for (const path of ['//', 'http://[', '/profile/else']) {
        const asked = request({ host: '127.0.0.1', port, path, method: 'POST', agent: false }).end();
        const [answer] = (await once(asked, 'response', { signal: AbortSignal.timeout(5000) })) as [IncomingMessage];
        statuses.push(answer.resume().statusCode);
      }
      assert.deepEqual(statuses, [404, 404, 404]);
    } finally {
      await server.stop();
    }
  });
});
