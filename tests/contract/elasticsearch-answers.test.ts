import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { once } from 'node:events';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { createElasticsearchSearcher } from '@paylog/shared/elasticsearch/elasticsearch-searcher';
import { createElasticsearchWriter } from '@paylog/shared/elasticsearch/elasticsearch-writer';
import type { StoreWriter, WriteOutcome } from '@paylog/shared/ports/store';
import { storeDocument, timeOf } from '@paylog/shared/testing/store-documents';
import { NEVER, statuses } from '@paylog/shared/testing/store-harness';
import { silentLogger, writerOptions } from './elasticsearch-harness.ts';

interface Reply {
  readonly status: number;
  readonly body: object | string;
  /** What a proxy answers lacks Elasticsearch's header and its JSON. */
  readonly foreign?: boolean;
}

/** Undefined: no answer comes. */
type Handler = (bulk: string, request: IncomingMessage) => Reply | undefined;

const document = (n: number, message?: string): ReturnType<typeof storeDocument> =>
  storeDocument({
    id: `d${n}`,
    timestamp: timeOf('2026-11-20', 36_000),
    ...(message === undefined ? {} : { message }),
  });
const stored = (count: number): object => ({
  errors: false,
  took: 1,
  items: Array.from({ length: count }, () => ({ create: { status: 201 } })),
});
const errorBody = (type: string, reason: string, status: number): object => ({ error: { type, reason }, status });
const countOf = (bulk: string): number => bulk.split('\n').filter((line) => line.startsWith('{"create"')).length;

/**
 * Status codes that a node without security, a proxy and limits cannot be made to answer: a small server speaks them with the
 * bodies that Elasticsearch 8.19 writes. Everything else is tested on the real one.
 */
describe('elasticsearch adapter and refusing answers', () => {
  let server: Server;
  let url: string;
  let onBulk: Handler;
  let onSearch: Handler;
  let onMget: Handler;
  let writer: StoreWriter;

  beforeEach(async () => {
    onBulk = (bulk) => ({ status: 200, body: stored(countOf(bulk)) });
    onMget = () => ({ status: 200, body: { docs: [] } });
    onSearch = () => ({ status: 200, body: { hits: { total: { value: 0, relation: 'eq' }, hits: [] } } });
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const path = request.url ?? '';
        const text = Buffer.concat(chunks).toString('utf8');
        const reply = path.startsWith('/_bulk')
          ? onBulk(text, request)
          : path.includes('/_search')
            ? onSearch(text, request)
            : path.startsWith('/_mget')
              ? onMget(text, request)
              : templateReply(request);
        if (reply === undefined) return;
        const type = reply.foreign === true ? 'text/html' : 'application/vnd.elasticsearch+json;compatible-with=8';
        response.writeHead(reply.status, {
          'content-type': type,
          ...(reply.foreign === true ? {} : { 'x-elastic-product': 'Elasticsearch' }),
        });
        response.end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body));
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    writer = createElasticsearchWriter(writerOptions(url, 'logs', { timeoutMs: 2000 }), silentLogger);
    await writer.start();
  });
  afterEach(async () => {
    await writer.stop();
    server.closeAllConnections();
    server.close();
  });

  function templateReply(request: IncomingMessage): Reply {
    const meta = { paylog: { template: 'paylog-logs' } };
    if (request.url?.includes('/_mapping') === true) {
      return { status: 200, body: { 'logs-default-2026.10.01': { mappings: { _meta: meta } } } };
    }
    if (request.method === 'GET') return { status: 404, body: {} };
    return { status: 200, body: { acknowledged: true, template: { mappings: { _meta: meta } } } };
  }

  async function writeSome(count: number): Promise<readonly WriteOutcome[]> {
    return writer.write(
      Array.from({ length: count }, (_, n) => document(n)),
      { signal: NEVER },
    );
  }

  const refusals: readonly (Reply & { readonly name: string; readonly type: string })[] = [
    { name: 'unauthorized', status: 401, body: errorBody('security_exception', 'missing credentials', 401), type: 'security_exception' },
    { name: 'forbidden', status: 403, body: errorBody('security_exception', 'unauthorized for user', 403), type: 'security_exception' },
    { name: 'wrong path', status: 404, body: '<html>not found</html>', foreign: true, type: 'http_404' },
    { name: 'overload', status: 429, body: errorBody('es_rejected_execution_exception', 'queue full', 429), type: 'es_rejected_execution_exception' },
    { name: 'no master', status: 503, body: errorBody('cluster_block_exception', 'blocked by: [SERVICE_UNAVAILABLE/1/state not recovered];', 503), type: 'cluster_block_exception' },
    { name: 'bad gateway', status: 502, body: '<html>', foreign: true, type: 'http_502' },
    { name: 'a 400 of a proxy', status: 400, body: '<html>bad request</html>', foreign: true, type: 'http_400' },
    { name: 'another server', status: 200, body: '<html>hello</html>', foreign: true, type: 'connection_error' },
    { name: 'half an answer', status: 200, body: '{"errors":true,"items":[{"crea', type: 'incomplete_answer' },
    { name: 'too few items', status: 200, body: stored(2), type: 'incomplete_answer' },
    { name: 'too many items', status: 200, body: stored(4), type: 'incomplete_answer' },
  ]; // prettier-ignore

  for (const { name, type, ...reply } of refusals) {
    it(`keeps every document retryable: ${name}`, async () => {
      let requests = 0;
      onBulk = () => {
        requests += 1;
        return reply;
      };
      const outcomes = await writeSome(3);
      assert.deepEqual(statuses(outcomes), ['retryable', 'retryable', 'retryable']);
      assert.ok(
        outcomes.every((outcome) => 'type' in outcome && outcome.type === type),
        JSON.stringify(outcomes[0]),
      );
      assert.equal(requests, 1);
      assert.equal(
        writer.state().state,
        reply.status === 429 || (reply.foreign !== true && reply.status === 200) ? 'up' : 'down',
      );
    });
  }

  it('drops old indices also while it gets no answer about numbers', async () => {
    const keeper = createElasticsearchWriter(
      writerOptions(url, 'logs', { timeoutMs: 500, retentionDays: 30 }),
      silentLogger,
    );
    onSearch = () => undefined;
    try {
      const dropped = await keeper.enforceRetention(Date.parse('2026-11-20T12:00:00Z'));
      assert.deepEqual(dropped, ['logs-default-2026.10.01']);
    } finally {
      await keeper.stop();
    }
  });

  it('a searcher starts while the store takes the connection and says nothing', async () => {
    const silent = createTcpServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const silentUrl = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const searcher = createElasticsearchSearcher(
      { ...writerOptions(silentUrl, 'logs'), timeoutMs: 8000 },
      silentLogger,
    );
    const began = performance.now();
    await searcher.start();
    assert.ok(performance.now() - began < 4000, 'the process has other things to do');
    assert.deepEqual([searcher.state().state, searcher.state().reason], ['down', 'it has not answered yet']);
    await searcher.stop();
    silent.close();
  });

  it('may be stopped twice, before its start too, and answers after it', async () => {
    await writer.stop();
    await writer.stop();
    assert.deepEqual(statuses(await writeSome(1)), ['retryable']);
    const idle = createElasticsearchSearcher(writerOptions(url, 'logs'), silentLogger);
    await idle.stop();
    await idle.stop();
    await assert.rejects(idle.get('a', { signal: NEVER }), { code: 'store_unavailable' });
  });

  it('halves a request that is too large and rejects only a document that is too large alone', async () => {
    const sizes: number[] = [];
    onBulk = (bulk) => {
      sizes.push(countOf(bulk));
      return bulk.length > 5000
        ? { status: 413, body: '', foreign: true }
        : { status: 200, body: stored(countOf(bulk)) };
    };
    const documents = Array.from({ length: 16 }, (_, n) => document(n, n === 5 ? 'x'.repeat(10_000) : 'y'.repeat(500)));
    const outcomes = await writer.write(documents, { signal: NEVER });
    assert.deepEqual(
      statuses(outcomes),
      documents.map((_, n) => (n === 5 ? 'rejected' : 'stored')),
    );
    assert.deepEqual(outcomes[5], { status: 'rejected', type: 'http_413', reason: 'HTTP 413' });
    assert.equal(sizes[0], 16);
    assert.ok(sizes.length < 16);
  });

  const items: readonly [name: string, status: number, type: string, outcome: string][] = [
    ['flood stage of today', 429, 'cluster_block_exception', 'retryable'],
    ['flood stage of older versions', 403, 'cluster_block_exception', 'retryable'],
    ['limit of shards', 400, 'validation_exception', 'retryable'],
    ['index that may not be made', 404, 'index_not_found_exception', 'retryable'],
    ['race for an index', 400, 'resource_already_exists_exception', 'retryable'],
    ['missing privilege', 403, 'security_exception', 'retryable'],
    ['shards away', 503, 'unavailable_shards_exception', 'retryable'],
    ['memory', 429, 'circuit_breaking_exception', 'retryable'],
    ['bad document', 400, 'document_parsing_exception', 'rejected'],
    ['bad index name', 400, 'invalid_index_name_exception', 'rejected'],
    ['unknown error', 400, 'Something Else!', 'rejected'],
  ];

  for (const [name, status, type, expected] of items) {
    it(`judges each item alone: ${name} is ${expected}`, async () => {
      const failed = { create: { status, error: { type, reason: 'why', caused_by: { type: 'x', reason: 'deeper' } } } };
      const good = { create: { status: 201 } };
      onBulk = () => ({ status: 200, body: { errors: true, took: 1, items: [good, failed, good] } });
      const outcomes = await writeSome(3);
      assert.deepEqual(statuses(outcomes), ['stored', expected, 'stored']);
      const word = /^[a-z_]+$/.test(type) ? type : 'unknown_error';
      assert.deepEqual(outcomes[1], { status: expected, type: word, reason: 'why; caused by: deeper' });
    });
  }

  it('stores no record without a time of its own while the other day of midnight cannot be read', async () => {
    let bulks = 0;
    onBulk = (bulk) => {
      bulks += 1;
      return { status: 200, body: stored(countOf(bulk)) };
    };
    onMget = () => ({ status: 503, body: errorBody('no_shard_available_action_exception', 'no shard', 503) });
    const arrival = storeDocument({ id: 'a', timestamp: timeOf('2026-11-20', 1) });
    const outcomes = await writer.write([arrival], { signal: NEVER });
    assert.deepEqual(outcomes, [
      { status: 'retryable', type: 'no_shard_available_action_exception', reason: 'HTTP 503: no shard' },
    ]);
    assert.equal(bulks, 0);
  });

  it('keeps documents retryable when what is stored under their ids cannot be read', async () => {
    onBulk = () => ({
      status: 200,
      body: { errors: true, items: [{ create: { status: 201 } }, { create: { status: 409 } }] },
    });
    for (const body of ['{"docs":[', '{"docs":[{}', '{"docs":[]}', '', '{"docs":[{"found":false}]}']) {
      onMget = () => ({ status: 200, body });
      assert.deepEqual(statuses(await writeSome(2)), ['stored', 'retryable']);
    }
    onMget = () => ({ status: 503, body: errorBody('no_shard_available_action_exception', 'away', 503) });
    const reason = 'HTTP 503: away';
    assert.deepEqual((await writeSome(2))[1], {
      status: 'retryable',
      type: 'no_shard_available_action_exception',
      reason,
    });
  });

  it('sends its API key and names no secret in what it says', async () => {
    let authorization: string | undefined;
    onBulk = (_, request) => {
      authorization = request.headers.authorization;
      return { status: 401, body: errorBody('security_exception', 'invalid credentials', 401) };
    };
    const secret = createElasticsearchWriter({ ...writerOptions(url, 'logs'), apiKey: 'c2VjcmV0' }, silentLogger);
    const outcomes = await secret.write([document(0)], { signal: NEVER });
    await secret.stop();
    assert.equal(authorization, 'ApiKey c2VjcmV0');
    assert.doesNotMatch(JSON.stringify(outcomes), /c2VjcmV0/);
  });

  describe('searching', () => {
    const request = { order: 'asc', limit: 1, countUpTo: 1 } as const;

    it('waits for the shards of an index that is just being made, on a busy cluster too', async () => {
      let requests = 0;
      const hits = { total: { value: 0, relation: 'eq' }, hits: [] };
      onSearch = () => {
        requests += 1;
        if (requests < 6)
          return { status: 503, body: errorBody('search_phase_execution_exception', 'all shards failed', 503) };
        return { status: 200, body: { timed_out: false, hits } };
      };
      const searcher = createElasticsearchSearcher(writerOptions(url, 'logs'), silentLogger);
      assert.deepEqual(await searcher.search(request, { signal: NEVER }), {
        hits: [],
        total: { value: 0, relation: 'eq' },
      });
      assert.equal(requests, 6);
      await searcher.stop();
    });

    it('does not ask again for a caller who has left while it waited', async () => {
      const caller = new AbortController();
      let requests = 0;
      onSearch = () => {
        requests += 1;
        setTimeout(() => caller.abort(), 10);
        return { status: 503, body: errorBody('search_phase_execution_exception', 'all shards failed', 503) };
      };
      const searcher = createElasticsearchSearcher(writerOptions(url, 'logs'), silentLogger);
      await assert.rejects(searcher.search(request, { signal: caller.signal }), { name: 'AbortError' });
      assert.equal(requests, 1);
      await searcher.stop();
    });

    const failures: readonly [name: string, reply: Reply, error: object][] = [
      ['unauthorized', { status: 401, body: errorBody('security_exception', 'no', 401) }, { code: 'store_unavailable' }],
      ['overload', { status: 429, body: errorBody('es_rejected_execution_exception', 'full', 429) }, { code: 'store_unavailable' }],
      ['shards away for long', { status: 503, body: errorBody('search_phase_execution_exception', 'all shards failed', 503) }, { code: 'store_unavailable' }],
      ['half an answer', { status: 200, body: '{"hits":{"hits":[{"_source":{}}' }, { code: 'store_unavailable' }],
      ['part of an answer', { status: 200, body: { timed_out: true, hits: { hits: [] } } }, { code: 'store_timeout' }],
      ['a request that is wrong', { status: 400, body: errorBody('parsing_exception', 'odd', 400) }, { name: 'Error', message: 'the store refused the search: HTTP 400: odd' }],
    ]; // prettier-ignore
    for (const [name, reply, error] of failures) {
      it(`says why it cannot answer: ${name}`, async () => {
        onSearch = () => reply;
        const searcher = createElasticsearchSearcher(writerOptions(url, 'logs'), silentLogger);
        await searcher.start();
        await assert.rejects(searcher.search(request, { signal: NEVER }), error);
        await searcher.stop();
      });
    }
  });
});
