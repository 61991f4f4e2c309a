import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { startAppServer } from '../support/app-server.ts';
import { ModelSearcher } from '../support/model-searcher.ts';

type State = 'up' | 'down';

async function ask(path: string, state: State = 'up', method = 'GET') {
  const queue = () => ({ name: 'queue', state, sinceMs: 0 });
  await using server = await startAppServer({ searcher: new ModelSearcher(), queue });
  const response = await server.get(path, { method });
  const type = response.headers.get('content-type')?.split(';')[0];
  return { status: response.status, type, allow: response.headers.get('allow'), body: await response.text() };
}

describe('what clients of Loki ask before they push', () => {
  it('/ready follows the queue', async () => {
    assert.deepEqual(await ask('/ready'), { status: 200, type: 'text/plain', allow: null, body: 'ready\n' });
    assert.deepEqual(await ask('/ready', 'down'), {
      status: 503,
      type: 'text/plain',
      allow: null,
      body: 'not ready\n',
    });
  });

  it('the version', async () => {
    const { status, type, body } = await ask('/loki/api/v1/status/buildinfo');
    assert.deepEqual(
      [status, type, (JSON.parse(body) as { version: string }).version],
      [200, 'application/json', '3.0.0'],
    );
  });

  it('nothing else', async () => {
    assert.equal((await ask('/loki/api/v1/labels')).status, 404);
    assert.equal((await ask('/loki/api/v1/push')).status, 404);
    assert.equal((await ask('/ready', 'up', 'POST')).status, 405);
  });
});

describe('what clients of Splunk ask before they send', () => {
  it('health follows the queue', async () => {
    for (const path of ['/services/collector/health', '/services/collector/health/1.0']) {
      const up = await ask(path);
      assert.deepEqual([up.status, JSON.parse(up.body)], [200, { text: 'HEC is healthy', code: 17 }]);
      const down = await ask(path, 'down');
      assert.deepEqual(
        [down.status, JSON.parse(down.body)],
        [503, { text: 'HEC is unhealthy, queues are full', code: 18 }],
      );
    }
  });

  it("whether the collector is there, as Docker's driver does", async () => {
    const { status, allow } = await ask('/services/collector/event/1.0', 'up', 'OPTIONS');
    assert.deepEqual([status, allow], [200, 'POST, OPTIONS']);
    assert.equal((await ask('/services/collector/event')).status, 405);
  });
});
