import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { DependencyState } from '@paylog/shared/ports/queue';
import { startAppServer } from '../support/app-server.ts';
import { ModelSearcher } from '../support/model-searcher.ts';

const DOWN: DependencyState = { name: 'queue', state: 'down', sinceMs: 0, reason: 'no broker answers' };

const serve = (queue?: () => DependencyState) =>
  startAppServer({ searcher: new ModelSearcher(), ...(queue && { queue }) });

describe("what Elasticsearch's clients ask", () => {
  it('is answered by a server of version 8 that they know', async () => {
    await using server = await serve();
    for (const path of ['/elasticsearch', '/elasticsearch/']) {
      const response = await server.get(path);
      assert.equal(response.headers.get('x-elastic-product'), 'Elasticsearch');
      const { version, tagline } = (await response.json()) as { version: Record<string, string>; tagline: string };
      assert.match(version['number'] ?? '', /^8\.\d+\.\d+$/);
      assert.deepEqual([version['build_flavor'], tagline], ['default', 'You Know, for Search']);
      assert.equal((await server.get(path, { method: 'HEAD' })).status, 200);
    }
  });

  it('is answered with the media type of their version', async () => {
    await using server = await serve();
    const accept = 'application/vnd.elasticsearch+json; compatible-with=8';
    const response = await server.get('/elasticsearch/_license', { headers: { accept } });
    assert.equal(response.headers.get('content-type'), 'application/vnd.elasticsearch+json;compatible-with=8');
    assert.equal(((await response.json()) as { license: { status: string } }).license.status, 'active');
  });

  it('finds templates, policies, pipelines and indices, whatever their names', async () => {
    await using server = await serve();
    for (const path of [
      '_index_template/logs',
      '_component_template/ecs@mappings',
      '_template/filebeat-8.19.4',
      '_ilm/policy/filebeat',
      '_ingest/pipeline/filebeat-8.19.4-nginx-access-pipeline',
      '_data_stream/logs-app-prod',
    ]) {
      const url = `/elasticsearch/${path}`;
      const found = await server.get(url);
      assert.equal(found.status, 200, path);
      assert.ok((await found.text()).includes(path.split('/').at(-1) ?? ''), path);
      assert.equal((await server.get(url, { method: 'HEAD' })).status, 200, path);
      const put = await server.get(url, { method: 'PUT', body: '{"template":{}}' });
      assert.deepEqual([put.status, await put.json()], [200, { acknowledged: true }], path);
    }
    assert.equal((await server.get('/elasticsearch/logs-2026.11.20', { method: 'HEAD' })).status, 200);
    const created = await server.get('/elasticsearch/app', { method: 'PUT' });
    assert.deepEqual(await created.json(), { acknowledged: true, shards_acknowledged: true, index: 'app' });
    assert.equal((await server.get('/elasticsearch/app/_refresh', { method: 'POST' })).status, 200);
  });

  it('is refused in their words when it is not known', async () => {
    await using server = await serve();
    for (const [method, path, status] of [
      ['GET', '/elasticsearch/_search', 404],
      ['HEAD', '/elasticsearch/_unknown', 404],
      ['PUT', '/elasticsearch/_unknown', 404],
      ['POST', '/elasticsearch/app/_search', 404],
      ['GET', '/elasticsearch/_bulk', 404],
      ['DELETE', '/elasticsearch/app', 405],
      ['DELETE', '/elasticsearch/_ilm/policy/logs', 405],
      ['POST', '/elasticsearch/', 405],
    ] as const) {
      const response = await server.get(path, { method });
      assert.equal(response.status, status, `${method} ${path}`);
      assert.equal(response.headers.get('x-elastic-product'), 'Elasticsearch');
      assert.match(response.headers.get('content-security-policy') ?? '', /default-src 'none'/);
      if (method === 'HEAD') continue;
      const answer = (await response.json()) as { status: number; error: { type: string; reason: string } };
      assert.equal(answer.status, status);
      assert.ok(answer.error.type.length > 0 && answer.error.reason.length > 0);
    }
  });

  it('says the health of the queue', async () => {
    let queue: DependencyState = { name: 'queue', state: 'up', sinceMs: 0 };
    await using server = await serve(() => queue);
    const health = async (query = ''): Promise<[number, unknown, unknown]> => {
      const response = await server.get(`/elasticsearch/_cluster/health${query}`);
      const { status, timed_out } = (await response.json()) as { status: string; timed_out: boolean };
      return [response.status, status, timed_out];
    };
    const wanted = '?wait_for_status=yellow&timeout=30s';
    assert.deepEqual(
      [await health(), await health(wanted)],
      [
        [200, 'green', false],
        [200, 'green', false],
      ],
    );
    queue = DOWN;
    assert.deepEqual(
      [await health(), await health(wanted), await health('?wait_for_status=red')],
      [
        [200, 'red', false],
        [408, 'red', true],
        [200, 'red', false],
      ],
    );
    assert.match(
      await (await server.get('/elasticsearch/_cat/health')).text(),
      /^\d+ \d\d:\d\d:\d\d paylog red 1 1 0 0/,
    );
  });

  it('lists one node, at the address that was asked', async () => {
    await using server = await serve();
    for (const path of ['_nodes', '_nodes/http', '_nodes/_all/http']) {
      const { nodes } = (await (await server.get(`/elasticsearch/${path}`)).json()) as {
        nodes: Record<string, { http: { publish_address: string } }>;
      };
      assert.deepEqual(
        Object.values(nodes).map(({ http }) => http.publish_address),
        [new URL(server.url).host],
      );
    }
  });
});
