import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { createElasticsearchSearcher } from '@paylog/shared/elasticsearch/elasticsearch-searcher';
import { createElasticsearchWriter } from '@paylog/shared/elasticsearch/elasticsearch-writer';
import { indexTemplate } from '@paylog/shared/elasticsearch/index-template';
import type { Query } from '@paylog/shared/ports/query';
import type { RecordFilter, StoreDocument, StoreSearcher, StoreWriter } from '@paylog/shared/ports/store';
import { storeDocument, timeOf } from '@paylog/shared/testing/store-documents';
import { NEVER, statuses } from '@paylog/shared/testing/store-harness';
import { acquireElasticsearch } from '../stack/acquire-elasticsearch.ts';
import { orSkip } from '../stack/skip.ts';
import type { ElasticsearchNode } from '../stack/stack-service.ts';
import { callNode, ownPrefix, removePrefix, silentLogger, writerOptions } from './elasticsearch-harness.ts';

const DAY = '2026-11-20';
const REQUEST = { order: 'asc', limit: 100, countUpTo: 100_000 } as const;
const MESSAGE = { type: 'words', name: 'message' } as const;
const STACK = { type: 'words', name: 'error.stack' } as const;
const LEVEL = { type: 'keyword', name: 'level' } as const;

const begins = (text: string): Query => ({ op: 'phrase', field: MESSAGE, text, prefix: true });

/** A mapping as template version 1 had it. */
function mappingOfVersion1(prefix: string): object {
  const { template } = indexTemplate(prefix, { shards: 1, replicas: 0, refreshMs: 1000 }) as {
    template: { mappings: { properties: Record<string, object> } };
  };
  const properties = {
    ...template.mappings.properties,
    'error.stack': { type: 'keyword', index: false, doc_values: false },
    'error.stack_trace': { type: 'alias', path: 'error.stack' },
  };
  return { mappings: { ...template.mappings, properties } };
}

describe('queries on a real Elasticsearch', function () {
  this.timeout(180_000);
  let node: ElasticsearchNode;
  let prefix: string;
  let writer: StoreWriter;
  let searcher: StoreSearcher;

  const call = (method: string, path: string, body?: object): Promise<unknown> =>
    callNode(node.url, method, path, body);
  const store = async (documents: readonly StoreDocument[]): Promise<void> => {
    const outcomes = await writer.write(documents, { signal: NEVER });
    assert.deepEqual([...new Set(statuses(outcomes))], ['stored']);
    await call('POST', `/paylog-${prefix}/_refresh`);
  };
  const idsOf = async (query: Query): Promise<string[]> => {
    const { hits } = await searcher.search({ ...REQUEST, query }, { signal: NEVER });
    return hits.map(({ id }) => id);
  };

  before(async function () {
    node = orSkip(this, await acquireElasticsearch());
  });
  beforeEach(async () => {
    prefix = ownPrefix();
    const options = writerOptions(node.url, prefix);
    writer = createElasticsearchWriter(options, silentLogger);
    searcher = createElasticsearchSearcher(options, silentLogger);
    await writer.start();
    await searcher.start();
  });
  afterEach(async () => {
    await searcher.stop();
    await writer.stop();
    await removePrefix(node.url, prefix);
  });
  after(() => (node as ElasticsearchNode | undefined)?.dispose());

  describe('an index of the template version before', () => {
    const error = { type: 'T', message: 'card expired', stack: 'Error: card expired\n    at charge (gateway.js:1)' };

    beforeEach(async () => {
      await call('PUT', `/${prefix}-main-2026.11.19`, mappingOfVersion1(prefix));
      await store(
        ['2026-11-19', DAY].map((day) => storeDocument({ id: day, timestamp: timeOf(day, 1), fields: { error } })),
      );
    });

    it('is searched by all it has, and finds nothing by what it has not', async () => {
      const phrase = { op: 'phrase', prefix: false } as const;
      assert.deepEqual(await idsOf({ ...phrase, field: STACK, text: 'at charge' }), [DAY]);
      assert.deepEqual(await idsOf({ ...phrase, field: STACK, text: 'at char', prefix: true }), [DAY]);
      assert.deepEqual(await idsOf({ op: 'exists', field: STACK }), [DAY]);
      const inMessage: Query = { ...phrase, field: { type: 'words', name: 'error.message' }, text: 'card expired' };
      assert.deepEqual(await idsOf(inMessage), ['2026-11-19', DAY]);
      const either: Query = { op: 'or', of: [inMessage, { ...phrase, field: STACK, text: 'expired at' }] };
      assert.deepEqual(await idsOf(either), ['2026-11-19', DAY]);
    });

    it('is counted with the others', async () => {
      const bounds = ['2026-11-19', DAY, '2026-11-21'].map((day) => timeOf(day, 0));
      const buckets = await searcher.histogram(
        { filter: {}, bounds, splitBy: { field: LEVEL, limit: 3 } },
        { signal: NEVER },
      );
      assert.deepEqual(buckets, Array(2).fill({ count: 1, split: new Map([['info', 1]]) }));
      const [facet] = await searcher.facets({ filter: {}, fields: [LEVEL], limit: 3 }, { signal: NEVER });
      assert.deepEqual(facet, { values: [{ value: 'info', count: 2 }], others: 0, exact: true });
    });
  });

  describe('facets of more values than a shard sends', () => {
    it('say that they are not exact, and name the frequent ones', async () => {
      const days = ['2026-11-19', DAY];
      const hosts = [...Array.from({ length: 1200 }, (_, n) => `h${n}`), 'often', 'often', 'often'];
      await store(
        days.flatMap((day, d) =>
          hosts.map((host, n) =>
            storeDocument({
              id: `${d}-${n}`,
              timestamp: timeOf(day, n),
              fields: { host: `${host}-${d}`.replace(/^often-./, 'often') },
            }),
          ),
        ),
      );
      const host = { type: 'keyword', name: 'host' } as const;
      const ask = async (filter: RecordFilter, limit: number) =>
        (await searcher.facets({ filter, fields: [host], limit }, { signal: NEVER }))[0];
      const often = { value: 'often', count: 6 };
      assert.deepEqual(await ask({}, 1), { values: [often], others: 2400, exact: false });
      const few: RecordFilter = { to: timeOf('2026-11-19', 900) };
      assert.deepEqual(await ask(few, 1), { values: [{ value: 'h0-0', count: 1 }], others: 899, exact: true });
    });
  });

  describe('costly queries', () => {
    it('are refused with advice, and the store stays up', async () => {
      await store([storeDocument({ id: 'a', timestamp: timeOf(DAY, 1) })]);
      const deep = Array.from({ length: 60 }).reduce<Query>(
        (inner) => ({ op: 'not', of: { op: 'and', of: [begins('a'), inner] } }),
        begins('b'),
      );
      const wide: Query = { op: 'or', of: Array.from({ length: 20_000 }, (_, n) => begins(`a${n}`)) };
      const long: Query = { op: 'prefix', field: { type: 'attribute', path: 'x'.repeat(1000) }, value: 'y' };
      for (const [query, advice] of [
        [deep, /nested too deeply/],
        [wide, /too many parts/],
        [long, /too long/],
      ] as const) {
        await assert.rejects(
          idsOf(query),
          (fault: Error) => fault.name === 'QueryRefusedError' && advice.test(fault.message),
        );
      }
      assert.equal(searcher.state().state, 'up');
    });

    it('of a phrase whose last word is the beginning of too many are refused, of one word not', async () => {
      // 20,000 words that begin alike, a thousand in each record.
      const messages = Array.from({ length: 20 }, (_, d) =>
        Array.from({ length: 1000 }, (_word, n) => `pay order${d * 1000 + n}`).join(' '),
      );
      await store(messages.map((message, n) => storeDocument({ id: `r${n}`, timestamp: timeOf(DAY, n), message })));
      await call('POST', `/${prefix}-main-2026.11.20/_forcemerge?max_num_segments=1`);
      assert.equal((await idsOf(begins('order'))).length, 20);
      assert.equal((await idsOf(begins('pay order1'))).length, 12);
      // More than the node allows, which depends on its memory (16,384 words with a heap of 1 GB).
      await idsOf(begins('pay order')).then(
        (ids) => {
          assert.equal(ids.length, 20);
        },
        (fault: unknown) => {
          assert.match(String(fault), /QueryRefusedError: too many words begin/);
        },
      );
      assert.equal(searcher.state().state, 'up');
    });
  });

  describe('a caller that gives up', () => {
    const slow = async (signal: AbortSignal): Promise<unknown> => {
      // One filter for each of a thousand intervals that have no common step, with two hundred phrases.
      const bounds = Array.from({ length: 1001 }, (_, n) => timeOf(DAY, n * 20, ((n * 7) % 997) * 1_000_000));
      const phrases = Array.from({ length: 200 }, (_, n) => begins(`pay order${n % 10} x${n % 7}`));
      const splitBy = { field: { type: 'attribute', path: 'n' }, limit: 50 } as const;
      return searcher.histogram(
        { filter: { query: { op: 'not', of: { op: 'or', of: phrases } } }, bounds, splitBy },
        { signal },
      );
    };
    const searches = async (): Promise<number> => {
      const { nodes } = (await call('GET', '/_tasks?actions=indices:data/read/search*&detailed=true')) as {
        nodes: Record<string, { tasks: Record<string, { description: string }> }>;
      };
      const tasks = Object.values(nodes).flatMap(({ tasks: of }) => Object.values(of));
      return tasks.filter(({ description }) => description.includes(prefix)).length;
    };

    it('ends the search in the cluster too', async () => {
      const documents = Array.from({ length: 10_000 }, (_, n) =>
        storeDocument({
          id: `r${n}`,
          timestamp: timeOf(DAY, n),
          message: `pay order${n % 10} x${n % 9} y`,
          fields: { attributes: { n: `v${n}` } },
        }),
      );
      await store(documents);
      const controller = new AbortController();
      const started = Date.now();
      const answer = slow(controller.signal).then(
        () => 'answered',
        (fault: unknown) => (fault as Error).name,
      );
      while ((await searches()) === 0) assert.ok(Date.now() - started < 10_000, 'the search was never seen');
      controller.abort();
      assert.equal(await answer, 'AbortError');
      const aborted = Date.now();
      while ((await searches()) > 0) {
        assert.ok(Date.now() - aborted < 5000, 'the search goes on');
        await delay(20);
      }
    });
  });
});
