import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { startAppServer } from '../support/app-server.ts';
import { ModelSearcher } from '../support/model-searcher.ts';

const serve = () => startAppServer({ searcher: new ModelSearcher() });

describe('the app', () => {
  it('answers unknown paths with a problem document', async () => {
    await using server = await serve();
    for (const path of [
      '/nothing',
      '/API/v1/logs',
      '/docs/',
      '/api/v1/logs/a/b',
      '/docs/assets/index.html',
      '/docs/assets/..%2Fpackage.json',
      '/docs/assets/constructor',
    ]) {
      const response = await server.get(path);
      assert.equal(response.status, 404, path);
      assert.equal(response.headers.get('content-type'), 'application/problem+json');
    }
  });

  for (const [path, allow] of [
    ['/health', 'GET, HEAD, OPTIONS'],
    ['/metrics', 'GET, HEAD, OPTIONS'],
    ['/docs', 'GET, HEAD, OPTIONS'],
    ['/openapi.json', 'GET, HEAD, OPTIONS'],
    ['/api/v1/logs', 'GET, HEAD, POST, OPTIONS'],
    ['/api/v1/logs/search', 'POST, OPTIONS'],
    ['/api/v1/logs/x', 'GET, HEAD, OPTIONS'],
  ] as const) {
    it(`tells the methods of ${path}`, async () => {
      await using server = await serve();
      const refused = await server.get(path, { method: 'DELETE' });
      assert.equal(refused.status, 405);
      assert.equal(refused.headers.get('allow'), allow);
      assert.equal(((await refused.json()) as { code: string }).code, 'method_not_allowed');
      const asked = await server.get(path, { method: 'OPTIONS' });
      assert.equal(asked.status, 204);
      assert.equal(asked.headers.get('allow'), allow);
    });
  }

  it('answers HEAD like GET, without a body', async () => {
    await using server = await serve();
    for (const path of [
      '/health',
      '/metrics',
      '/docs',
      '/docs/assets/init.js',
      '/docs/assets/swagger-ui.css',
      '/api/v1/logs',
      '/nothing',
    ]) {
      const [get, head] = [await server.get(path), await server.get(path, { method: 'HEAD' })];
      assert.equal(head.status, get.status, path);
      assert.equal(head.headers.get('content-type'), get.headers.get('content-type'));
      assert.equal(await head.text(), '');
      await get.arrayBuffer();
    }
  });

  it('sends security headers and a request id with every answer', async () => {
    await using server = await serve();
    for (const path of ['/health', '/api/v1/logs', '/api/v1/logs?limit=0', '/docs', '/nothing', '/']) {
      const { headers } = await server.get(path);
      assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'/);
      assert.doesNotMatch(headers.get('content-security-policy') ?? '', /script-src[^;]*unsafe/);
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
      assert.equal(headers.get('x-powered-by'), null);
      assert.match(headers.get('x-request-id') ?? '', /^[0-9a-f]{32}$/);
    }
  });

  it("keeps the caller's request id when it is a plain word", async () => {
    await using server = await serve();
    const idOf = async (given: string) =>
      (await server.get('/nothing', { headers: { 'x-request-id': given } })).headers.get('x-request-id');
    assert.equal(await idOf('req-1.a_B'), 'req-1.a_B');
    assert.match((await idOf('<script>')) ?? '', /^[0-9a-f]{32}$/);
    assert.match((await idOf('x'.repeat(129))) ?? '', /^[0-9a-f]{32}$/);
  });

  it('keeps answers with records and problems out of caches', async () => {
    await using server = await serve();
    for (const path of ['/api/v1/logs', '/api/v1/logs/x', '/health/ready', '/metrics']) {
      assert.equal((await server.get(path)).headers.get('cache-control'), 'no-store', path);
    }
  });
});
