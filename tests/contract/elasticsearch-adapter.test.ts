import assert from 'node:assert/strict';
import { createElasticsearchSearcher } from '@paylog/shared/elasticsearch/elasticsearch-searcher';
import { createElasticsearchWriter } from '@paylog/shared/elasticsearch/elasticsearch-writer';
import type { ElasticsearchWriterOptions } from '@paylog/shared/elasticsearch/options';
import type { StoreWriter } from '@paylog/shared/ports/store';
import { prepareRecord, RecordPreparer } from '@paylog/shared/record/prepare';
import { storeDocument, timeOf } from '@paylog/shared/testing/store-documents';
import { NEVER, statuses } from '@paylog/shared/testing/store-harness';
import { acquireElasticsearch } from '../stack/acquire-elasticsearch.ts';
import { orSkip } from '../stack/skip.ts';
import type { ElasticsearchNode } from '../stack/stack-service.ts';
import { callNode, ownPrefix, removePrefix, silentLogger, writerOptions } from './elasticsearch-harness.ts';

const DAY = '2026-11-20';
const at = timeOf(DAY, 60);

describe('elasticsearch adapter on a real node', function () {
  this.timeout(180_000);
  let node: ElasticsearchNode;
  let prefix: string;
  let index: string;
  let writer: StoreWriter;

  const makeWriter = (rest: Partial<ElasticsearchWriterOptions> = {}): StoreWriter =>
    createElasticsearchWriter(writerOptions(node.url, prefix, rest), silentLogger);
  const call = (method: string, path: string, body?: object): Promise<unknown> =>
    callNode(node.url, method, path, body);
  const write = (...ids: string[]): ReturnType<StoreWriter['write']> =>
    writer.write(
      ids.map((id) => storeDocument({ id, timestamp: at })),
      { signal: NEVER },
    );

  before(async function () {
    node = orSkip(this, await acquireElasticsearch());
  });
  beforeEach(async () => {
    prefix = ownPrefix();
    index = `${prefix}-main-2026.11.20`;
    writer = makeWriter();
    await writer.start();
  });
  afterEach(async () => {
    await writer.stop();
    await removePrefix(node.url, prefix);
  });
  after(() => (node as ElasticsearchNode | undefined)?.dispose());

  describe('template', () => {
    it('makes indices with our mapping, settings and alias', async () => {
      assert.equal(writer.state().state, 'up');
      assert.deepEqual(statuses(await write('a')), ['stored']);
      const found = (await call('GET', `/${index}`)) as Record<string, Record<string, never>>;
      const { aliases, mappings, settings } = found[index] as unknown as {
        aliases: object;
        mappings: { properties: Record<string, { type: string }>; subobjects: boolean };
        settings: { index: { codec: string; sort: object; translog: object } };
      };
      assert.deepEqual(Object.keys(aliases), [`paylog-${prefix}`]);
      assert.equal(mappings.properties['@timestamp']?.type, 'date_nanos');
      assert.equal(mappings.properties['service.name']?.type, 'alias');
      assert.equal(settings.index.codec, 'best_compression');
      assert.deepEqual(settings.index.translog, { durability: 'request' });
    });

    it('is installed again with other settings, and expands replicas to the cluster', async () => {
      await makeWriter({ replicas: 3, shards: 2, refreshMs: 5000 }).start();
      await write('a');
      const found = (await call('GET', `/${index}/_settings?flat_settings=true`)) as Record<
        string,
        { settings: Record<string, string> }
      >;
      const settings = found[index]?.settings;
      assert.equal(settings?.['index.auto_expand_replicas'], '0-3');
      assert.equal(settings['index.number_of_replicas'], '0');
      assert.equal(settings['index.number_of_shards'], '2');
      assert.equal(settings['index.refresh_interval'], '5000ms');
    });

    it('leaves a newer version alone', async () => {
      const path = `/_index_template/paylog-${prefix}`;
      const found = (await call('GET', path)) as { index_templates: [{ index_template: Record<string, unknown> }] };
      await call('PUT', path, { ...found.index_templates[0].index_template, version: 1_000_000 });
      await makeWriter({ shards: 2 }).start();
      const after = (await call('GET', path)) as typeof found;
      assert.equal(after.index_templates[0].index_template['version'], 1_000_000);
    });

    it('refuses to start when another template would make our indices', async () => {
      const name = `/_index_template/${prefix}-foreign`;
      await call('PUT', name, { index_patterns: [`${prefix}-*`], priority: 9000, template: {} });
      try {
        await assert.rejects(makeWriter().start(), /higher priority/);
      } finally {
        await call('DELETE', name);
      }
    });

    it('comes back when it was removed while the store was away', async () => {
      const lonely = makeWriter();
      await call('DELETE', `/_index_template/paylog-${prefix}`);
      // A writer that has not been started, or has seen an outage, looks again before it writes.
      const document = storeDocument({ id: 'a', timestamp: at });
      assert.deepEqual(statuses(await lonely.write([document], { signal: NEVER })), ['stored']);
      const aliases = (await call('GET', `/${index}/_alias`)) as object;
      assert.deepEqual(aliases, { [index]: { aliases: { [`paylog-${prefix}`]: {} } } });
      await lonely.stop();
    });
  });

  describe('numeric attributes beyond the limit of fields', () => {
    it('are told, once for each index, with the names of some', async () => {
      const told: { readonly message: string; readonly fields: object | undefined }[] = [];
      const warn = (message: string, fields?: object): void => void told.push({ message, fields });
      const telling = createElasticsearchWriter(writerOptions(node.url, prefix), { ...silentLogger, warn });
      await telling.start();
      const nowMs = Date.parse(at) + 600_000;
      const put = async (id: string, count: number): Promise<void> => {
        const numbers = Array.from({ length: count }, (_, n) => `"${id}${n}":${n}`).join(',');
        const document = storeDocument({ id, timestamp: at, raw: `"num":{${numbers}}` });
        assert.deepEqual(statuses(await telling.write([document], { signal: NEVER })), ['stored']);
        await call('POST', `/${index}/_refresh`);
        await telling.enforceRetention(nowMs);
      };
      await telling.enforceRetention(nowMs);
      await put('few', 100);
      assert.deepEqual(told, []);
      await put('many', 1000);
      await put('more', 10);
      assert.equal(told.length, 1);
      const [{ message, fields }] = told as [(typeof told)[number]];
      assert.equal(message, 'numeric attributes are not found by ranges: their index has no more fields');
      const { attributes, ...rest } = fields as { readonly attributes: readonly string[] };
      assert.deepEqual(rest, { index, records: 1 });
      assert.ok(attributes.length === 5 && attributes.every((name) => /^many\d+$/.test(name)), attributes.join());
      await telling.stop();
    });
  });

  describe('mapping', () => {
    it('takes values that its types cannot hold, and finds numbers by range', async () => {
      const odd = [
        '"num":{"latency_ms":12.5,"http.status":200,"a.b.c":1,"a.b":2,"a":3,"":4,"..":5,"huge":1e400}',
        '"num":{"latency_ms":7},"duration_ms":1e400',
        '"payment":{"amount_minor":9.2e18,"id":"p"},"http":{"client_ip":"not an address","status_code":200.0}',
        '"attributes":{"a":1e400,"b":{"c":[[{"d":null}],9007199254740993]}}',
        `"attributes":{"long":"${'x'.repeat(40_000)}","deep":${'{"a":'.repeat(500)}1${'}'.repeat(500)}}`,
        `"http":{"path":"/${'p'.repeat(40_000)}","user_agent":"${'u'.repeat(40_000)}"}`,
        `"error":{"message":"${'m'.repeat(40_000)}","stack":"${'s'.repeat(40_000)}"}`,
        '"timestamp":1732089600123.123456789012345678901234567890',
        '"field_of_a_newer_version":{"x":[1,"a",{"b":{}}]}',
        `"num":{${Array.from({ length: 1500 }, (_, n) => `"f${n}":${n}`).join(',')}}`,
      ];
      const documents = odd.map((raw, n) => {
        const document = storeDocument({ id: `odd${n}`, timestamp: at, raw });
        const text = document.source.toString('utf8');
        // `timestamp` is a member that the helper writes; the odd one takes its place.
        return raw.startsWith('"timestamp"')
          ? { ...document, source: Buffer.from(text.replace(`"timestamp":"${at}",`, '')) }
          : document;
      });
      assert.deepEqual(await writer.write(documents, { signal: NEVER }), Array(odd.length).fill({ status: 'stored' }));
      assert.deepEqual(statuses(await writer.write(documents, { signal: NEVER })), Array(odd.length).fill('duplicate'));
      await call('POST', `/${index}/_refresh`);
      const count = async (query: object): Promise<unknown> =>
        ((await call('POST', `/${index}/_count`, { query })) as { count: number }).count;
      assert.equal(await count({ range: { 'num.latency_ms': { gt: 10 } } }), 1);
      assert.equal(await count({ term: { 'attributes.b.c': '9007199254740993' } }), 1);
      assert.equal(await count({ term: { attributes: '1e400' } }), 1);
    });

    it('takes what the record check lets through, whatever form it was sent in', async () => {
      const preparer = new RecordPreparer({ maxBytes: 262_144, maxDepth: 20, maxKeys: 500 });
      const base = '"message":"m","service":"s"';
      const texts = [
        `{${base},"level":"ERROR","duration_ms":1e300,"payment":{"amount_minor":-9.2e18},"http":{"status_code":999}}`,
        '{"@timestamp":"2026-11-20T08:00:00Z","log.level":"warn","message":"ecs","service":{"name":"s","environment":"e","version":"1"},' +
          '"host":{"name":"h","os":{"name":"linux"}},"error":{"message":"m","stack_trace":"s","code":7},"http":{"request":{"method":"GET","id":"r",' +
          '"body":{"bytes":1}},"response":{"status_code":200,"bytes":5}},"url":{"path":"/p","query":"a=1"},"client":{"ip":"x"},"labels":{"a.b":1,"a":2}}',
        `{${base},"attributes":{"":1,"a..b":2,".":3," ":4,"_id":5,"_source":6,"x":{"_id":7},"@t":8,"k/l:m-n":9,"ключ":10}}`,
        `{${base},"attributes":{"a":1,"a.b":2,"a.b.c":3,"num":{"a":4},"n":[1,[2,{"x":3}]],"big":9007199254740993,"huge":1e400}}`,
        `{${base},"_id":"x","_source":1,"v":7,"num":{"a":"b"},"data_set":"evil","received_at":1,"attributes":{"v":1}}`,
        `{${base},"message":"twice","attributes":{"d":1,"d":{"e":2}}}`,
        `{${base},"attributes":{"long":"${'ж'.repeat(40_000)}","list":[${'"x",'.repeat(5000)}"y"]},"trace_id":"${'a'.repeat(32)}"}`,
        `{${base},"attributes":${'{"a":'.repeat(18)}1${'}'.repeat(18)}}`,
        `{${base},"logger":"${'l'.repeat(256)}","host":"${'💳'.repeat(256)}","timestamp":0}`,
      ];
      const context = { dataSet: 'main', receivedAtMs: Date.parse('2026-11-20T09:00:00Z') };
      const documents = texts.map((text, n) => {
        const prepared = prepareRecord(preparer, Buffer.from(text), { ...context, fallbackId: `p${n}` });
        assert.ok(prepared.ok, text);
        return { ...prepared, source: prepared.value };
      });
      assert.deepEqual(
        await writer.write(documents, { signal: NEVER }),
        Array(texts.length).fill({ status: 'stored' }),
      );
      // Sent again a minute later, as a client does that saw no answer.
      const later = { ...context, receivedAtMs: context.receivedAtMs + 60_000 };
      const repeated = texts.map((text, n) => {
        const prepared = prepareRecord(preparer, Buffer.from(text), { ...later, fallbackId: `p${n}` });
        assert.ok(prepared.ok);
        return { ...prepared, source: prepared.value };
      });
      assert.deepEqual(
        statuses(await writer.write(repeated, { signal: NEVER })),
        Array(texts.length).fill('duplicate'),
      );
    });

    it('answers to ECS names', async () => {
      const document = storeDocument({
        id: 'ecs',
        timestamp: at,
        level: 'ERROR',
        service: 'ledger',
        fields: { trace_id: 'ab'.repeat(16), http: { status_code: 503 }, host: 'h1', error: { type: 'T', stack: 's' } },
      });
      await writer.write([document], { signal: NEVER });
      await call('POST', `/${index}/_refresh`);
      const terms = {
        'log.level': 'error',
        'service.name': 'ledger',
        'trace.id': 'ab'.repeat(16),
        'event.id': 'ecs',
        'host.name': 'h1',
        'http.response.status_code': 503,
      };
      for (const [field, value] of Object.entries(terms)) {
        const answer = await call('POST', `/${index}/_count`, { query: { term: { [field]: value } } });
        assert.equal((answer as { count: number }).count, 1, field);
      }
    });

    it('rejects what a foreign mapping cannot take and stores its neighbours', async () => {
      const mapping = { properties: { message: { type: 'date', ignore_malformed: false } } };
      await call('PUT', `/${index}`, { mappings: mapping });
      const secret = `card 4111 1111 1111 1111 ${'secret '.repeat(100)}`;
      const messages = { a: '2026-11-20', b: secret, c: '2026-11-21' };
      const outcomes = await writer.write(
        Object.entries(messages).map(([id, message]) => storeDocument({ id, timestamp: at, message })),
        { signal: NEVER },
      );
      assert.deepEqual(statuses(outcomes), ['stored', 'rejected', 'stored']);
      const rejected = outcomes[1];
      assert.ok(rejected?.status === 'rejected');
      assert.equal(rejected.type, 'document_parsing_exception');
      assert.match(rejected.reason, /message.*date/);
      assert.doesNotMatch(rejected.reason, /4111 1111|secret secret secret secret secret secret secret/);
    });
  });

  describe('blocks', () => {
    const blocks = { 'index.blocks.write': true, 'index.blocks.read_only_allow_delete': true };
    for (const block of Object.keys(blocks)) {
      it(`retries behind ${block} and recovers`, async () => {
        await write('before');
        await call('PUT', `/${index}/_settings`, { [block]: true });
        const blocked = await write('a', 'b');
        assert.deepEqual(statuses(blocked), ['retryable', 'retryable']);
        assert.ok(blocked.every((outcome) => 'type' in outcome && outcome.type === 'cluster_block_exception'));
        await call('PUT', `/${index}/_settings`, { [block]: null });
        assert.deepEqual(statuses(await write('before', 'a', 'b')), ['duplicate', 'stored', 'stored']);
      });
    }

    it('retries while an index is closed and stores in others', async () => {
      await write('before');
      await call('POST', `/${index}/_close`);
      const other = storeDocument({ id: 'other', timestamp: timeOf('2026-11-19', 0) });
      const closed = storeDocument({ id: 'closed', timestamp: at });
      assert.deepEqual(statuses(await writer.write([closed, other], { signal: NEVER })), ['retryable', 'stored']);
      await call('POST', `/${index}/_open?wait_for_active_shards=1`);
      assert.deepEqual(statuses(await writer.write([closed, other], { signal: NEVER })), ['stored', 'duplicate']);
    });
  });

  describe('addresses', () => {
    it('lets no unsafe data set, time or line feed reach the store', async () => {
      const good = storeDocument({ id: 'good', timestamp: at });
      const unsafe = ['../x', 'A', '*', 'a,b', '', '-a', 'a/b', 'ä', 'x'.repeat(101), 'a b', '_all'];
      const injected = Buffer.from(`{"v":1}\n{"delete":{"_index":"${index}","_id":"good"}}`);
      const outcomes = await writer.write(
        [
          ...unsafe.map((dataSet) => ({ ...good, dataSet })),
          { ...good, timestamp: '*-11-20T00:00:00.000000000Z' },
          { ...good, id: 'injected', source: injected },
          good,
        ],
        { signal: NEVER },
      );
      const types = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.type : outcome.status));
      const expected = [...unsafe.map(() => 'invalid_data_set'), 'invalid_timestamp', 'invalid_source', 'stored'];
      assert.deepEqual(types, expected);
    });

    it('rejects only the document that makes Elasticsearch refuse the whole request', async () => {
      // An empty id and one of more than 512 bytes fail the validation of the whole bulk request.
      const ids = ['a', '', 'b', 'c', 'x'.repeat(513), 'd'];
      const outcomes = await write(...ids);
      assert.deepEqual(statuses(outcomes), ['stored', 'rejected', 'stored', 'stored', 'rejected', 'stored']);
      assert.ok(outcomes[4]?.status === 'rejected');
      assert.equal(outcomes[4].type, 'action_request_validation_exception');
    });

    it('makes one index when many calls race for its first document', async () => {
      const outcomes = await Promise.all(Array.from({ length: 8 }, (_, n) => write(`r${n}`)));
      assert.deepEqual(outcomes.flatMap(statuses), Array(8).fill('stored'));
    });
  });

  describe('retention', () => {
    it('drops our indices only', async () => {
      const keeper = makeWriter({ retentionDays: 30 });
      await keeper.start();
      const old = ['2026-01-01', '2026-01-02'].map((day) => storeDocument({ id: 'a', timestamp: timeOf(day, 0) }));
      await writer.write([...old, storeDocument({ id: 'a', timestamp: at })], { signal: NEVER });
      // Our form of name, but not from our template; and names that only look like ours.
      const foreign = [`${prefix}-foreign-2026.01.01`, `${prefix}-main-2026.01.01.x`, `${prefix}-2026.01.01`];
      const path = `/_index_template/paylog-${prefix}`;
      const ours = (await call('GET', path)) as { index_templates: [{ index_template: object }] };
      await call('DELETE', path);
      for (const name of foreign) await call('PUT', `/${name}`);
      await call('PUT', path, ours.index_templates[0].index_template);
      await call('PUT', `/${prefix}-main-2026.13.45`);
      const dropped = await keeper.enforceRetention(Date.parse('2026-11-20T00:00:00Z'));
      assert.deepEqual(dropped, [`${prefix}-main-2026.01.01`, `${prefix}-main-2026.01.02`]);
      const left = Object.keys(
        (await call('GET', `/${prefix}-*/_settings?filter_path=*.settings.index.uuid`)) as object,
      );
      assert.deepEqual(left.sort(), [...foreign, `${prefix}-main-2026.13.45`, index].sort());
      await keeper.stop();
    });
  });

  describe('searcher', () => {
    it('sees our indices only, and is up before there is one', async () => {
      const searcher = createElasticsearchSearcher(writerOptions(node.url, prefix), silentLogger);
      await searcher.start();
      assert.equal(searcher.state().state, 'up');
      await write('a');
      await call('PUT', `/${prefix}-foreign/_doc/b?refresh=true`, { '@timestamp': at, id: 'b', message: 'x' });
      await call('POST', `/${index}/_refresh`);
      const request = { order: 'asc', limit: 10, countUpTo: 10 } as const;
      const { hits, total } = await searcher.search(request, { signal: NEVER });
      assert.deepEqual([hits.map((hit) => hit.id), total], [['a'], { value: 1, relation: 'eq' }]);
      await searcher.stop();
      assert.equal(searcher.state().state, 'down');
    });
  });
});
