import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createElasticsearchWriter } from '@paylog/shared/elasticsearch/elasticsearch-writer';
import { commonName } from '@paylog/shared/elasticsearch/index-names';
import { DEFAULT_INDEX_PREFIX } from '@paylog/shared/elasticsearch/options';
import type { StoreWriter } from '@paylog/shared/ports/store';
import { acceptedDocuments } from '@paylog/shared/testing/store-documents';
import { NEVER, statuses } from '@paylog/shared/testing/store-harness';
import { parse } from 'yaml';
import { acquireElasticsearch } from '../stack/acquire-elasticsearch.ts';
import { orSkip } from '../stack/skip.ts';
import type { ElasticsearchNode } from '../stack/stack-service.ts';
import { callNode, ownPrefix, removePrefix, silentLogger, writerOptions } from './elasticsearch-harness.ts';
import {
  grafanaBody,
  grafanaMultiSearch,
  grafanaVariableBody,
  interpolate,
  type GrafanaRange,
  type GrafanaTarget,
} from './grafana-requests.ts';

const INFRA = new URL('../../infra/', import.meta.url);
const ALIAS = commonName(DEFAULT_INDEX_PREFIX);
const NOON = Date.parse('2026-11-20T12:00:00Z');
const RANGE: GrafanaRange = { from: NOON - 3_600_000, to: NOON + 3_600_000 };
const TRACE = 'ab'.repeat(16);

const read = (path: string): Promise<string> => readFile(new URL(path, INFRA), 'utf8');

interface DataSource {
  readonly uid: string;
  readonly type: string;
  readonly jsonData: {
    readonly index: string;
    readonly timeField: string;
    readonly logMessageField: string;
    readonly logLevelField: string;
    readonly dataLinks: readonly { readonly field: string; readonly url: string }[];
  };
}

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly type: string;
  readonly datasource: { readonly type: string; readonly uid: string };
  readonly targets: readonly (GrafanaTarget & { readonly datasource: { readonly uid: string } })[];
}

interface Dashboard {
  readonly uid: string;
  readonly panels: readonly Panel[];
  readonly templating: {
    readonly list: readonly {
      readonly name: string;
      readonly type: string;
      readonly query: string;
      readonly datasource?: { readonly uid: string };
      readonly current: { readonly value: unknown };
    }[];
  };
}

interface SavedObject {
  readonly id: string;
  readonly type: string;
  readonly references: readonly { readonly id: string; readonly name: string; readonly type: string }[];
  readonly attributes: {
    readonly title: string;
    readonly timeFieldName?: string;
    readonly columns?: readonly string[];
    readonly sort?: readonly (readonly [string, string])[];
    readonly fieldFormatMap?: string;
    readonly kibanaSavedObjectMeta?: { readonly searchSourceJSON: string };
  };
}

interface Answer {
  readonly error?: unknown;
  readonly hits: { readonly hits: readonly { readonly _source?: object; readonly fields?: object }[] };
  readonly aggregations?: Readonly<Record<string, { readonly buckets: readonly { readonly doc_count: number }[] }>>;
}

type FieldCaps = Readonly<
  Record<string, Readonly<Record<string, { readonly type: string; readonly aggregatable: boolean }>>>
>;

/** Records with everything that the dashboard and the saved searches look at. */
const RECORDS = acceptedDocuments(
  [
    '"message":"card declined","level":"ERROR","error":{"type":"CardDeclined","message":"do not honour","stack":"Error: declined\\n    at charge (gateway.js:1)"},"payment":{"id":"pay_1","status":"declined","provider":"acme","latency_ms":120.5,"amount_minor":1000,"currency":"EUR"}',
    '"message":"payment captured","payment":{"id":"pay_2","status":"captured","provider":"acme","latency_ms":80},"attributes":{"shop":"x"}',
    '"message":"out of memory","level":"fatal","error":{"type":"OutOfMemory"}',
    '"message":"ledger closed","environment":"production","duration_ms":12',
  ].map(
    (rest, n) =>
      `{"id":"r${n}","service":"${n === 3 ? 'ledger' : 'checkout'}","timestamp":"2026-11-20T12:00:0${n}.123456789Z","trace_id":"${TRACE}",${rest}}`,
  ),
);

describe('reading with Grafana and Kibana', function () {
  this.timeout(60_000);
  let node: ElasticsearchNode;
  let prefix: string;
  let writer: StoreWriter;
  let caps: FieldCaps;

  before(async function () {
    node = orSkip(this, await acquireElasticsearch());
    prefix = ownPrefix();
    writer = createElasticsearchWriter(writerOptions(node.url, prefix), silentLogger);
    await writer.start();
    const outcomes = await writer.write(RECORDS, { signal: NEVER });
    assert.deepEqual([...new Set(statuses(outcomes))], ['stored']);
    await callNode(node.url, 'POST', `/${alias()}/_refresh`);
    // As Kibana asks for the fields of a data view.
    const path = `/${alias()}/_field_caps?fields=*&ignore_unavailable=true&allow_no_indices=false`;
    ({ fields: caps } = (await callNode(node.url, 'GET', path)) as { fields: FieldCaps });
  });
  after(async () => {
    await (writer as StoreWriter | undefined)?.stop();
    if ((node as ElasticsearchNode | undefined) === undefined) return;
    await removePrefix(node.url, prefix);
    await node.dispose();
  });

  /** The alias of this test's indices, which stands for the one in the files. */
  const alias = (): string => commonName(prefix);

  /** The type of a field of the index; fails when there is none. */
  function typeOf(field: string): string {
    const [type] = Object.keys(caps[field] ?? {});
    assert.ok(type !== undefined, `the index has no field ${field}`);
    return type;
  }

  function assertCountable(field: string): void {
    assert.ok(caps[field]?.[typeOf(field)]?.aggregatable === true, `${field} cannot be counted`);
  }

  describe('Grafana', () => {
    let source: DataSource;
    let dashboard: Dashboard;
    const variables = { service: ['checkout', 'ledger'], words: '*' };

    before(async () => {
      const text = await read('grafana/provisioning/datasources/pay-log-aggregator.yaml');
      const { apiVersion, datasources } = parse(text) as { apiVersion: number; datasources: readonly DataSource[] };
      const [first] = datasources;
      assert.ok(apiVersion === 1 && datasources.length === 1 && first !== undefined);
      source = first;
      dashboard = JSON.parse(await read('grafana/dashboards/payment-logs.json')) as Dashboard;
    });

    const targets = (): GrafanaTarget[] =>
      dashboard.panels.flatMap((panel) =>
        panel.targets.map((target) => ({ ...target, query: interpolate(target.query, variables) })),
      );

    async function ask(bodies: readonly object[]): Promise<readonly Answer[]> {
      const response = await fetch(`${node.url}/_msearch?max_concurrent_shard_requests=5`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson' },
        body: grafanaMultiSearch(alias(), bodies),
      });
      return ((await response.json()) as { responses: readonly Answer[] }).responses;
    }

    it('has a data source on our alias, with fields that the index has', () => {
      const { index, timeField, logMessageField, logLevelField, dataLinks } = source.jsonData;
      assert.deepEqual([source.type, index], ['elasticsearch', ALIAS]);
      assert.equal(typeOf(timeField), 'date_nanos');
      assert.equal(typeOf(logMessageField), 'text');
      assert.equal(typeOf(logLevelField), 'keyword');
      for (const { field, url } of dataLinks) {
        assert.equal(typeOf(field), 'keyword');
        assert.match(url, /\$\$\{__value\.raw\}$/);
      }
    });

    it('reads its dashboards from a folder', async () => {
      const text = await read('grafana/provisioning/dashboards/pay-log-aggregator.yaml');
      const { apiVersion, providers } = parse(text) as { apiVersion: number; providers: readonly object[] };
      assert.equal(apiVersion, 1);
      assert.deepEqual(
        providers.map((provider) => Object.fromEntries(Object.entries(provider).filter(([name]) => name !== 'name'))),
        [
          {
            orgId: 1,
            folder: 'Payments',
            type: 'file',
            disableDeletion: false,
            allowUiUpdates: true,
            options: { path: '/var/lib/grafana/dashboards' },
          },
        ],
      );
    });

    it('has a dashboard on that data source, or on another that is chosen, with fields that the index has', () => {
      assert.equal(new Set(dashboard.panels.map(({ id }) => id)).size, dashboard.panels.length);
      const [choice, ...others] = dashboard.templating.list;
      assert.deepEqual([choice?.name, choice?.type, choice?.query], ['datasource', 'datasource', source.type]);
      assert.equal(choice?.current.value, source.uid);
      const used = [
        ...others.flatMap(({ datasource }) => datasource ?? []),
        ...dashboard.panels.flatMap(({ datasource, targets: of }) => [
          datasource,
          ...of.map((each) => each.datasource),
        ]),
      ];
      assert.equal(used.length, 11);
      for (const { uid } of used) assert.equal(uid, '${datasource}');
      for (const { timeField, bucketAggs, metrics } of targets()) {
        assert.equal(timeField, source.jsonData.timeField);
        for (const { field } of [...bucketAggs, ...metrics]) if (field !== undefined) assertCountable(field);
      }
    });

    it('gets hits for every panel', async () => {
      const all = targets();
      const answers = await ask(all.map((target) => grafanaBody(target, RANGE)));
      assert.equal(answers.length, 5);
      for (const [n, answer] of answers.entries()) {
        const [first] = all[n]?.bucketAggs ?? [];
        assert.equal(answer.error, undefined, JSON.stringify(answer.error));
        const buckets = answer.aggregations?.[first?.id ?? '1']?.buckets ?? [];
        assert.ok(
          buckets.some((bucket) => bucket.doc_count > 0),
          `panel ${n + 1} shows nothing`,
        );
      }
      const sources = answers.at(-1)?.hits.hits.map((hit) => hit._source as Record<string, unknown>) ?? [];
      const { logMessageField, logLevelField } = source.jsonData;
      assert.deepEqual(
        sources.map((record) => record[logMessageField]),
        ['ledger closed', 'out of memory', 'payment captured', 'card declined'],
      );
      assert.equal(sources.at(-1)?.[logLevelField], 'ERROR');
    });

    it('searches by words that people type, and marks them', async () => {
      const logs = dashboard.panels.find(({ type }) => type === 'logs')?.targets[0] as GrafanaTarget;
      const query = interpolate(logs.query, { ...variables, words: 'declined AND level:error' });
      const [answer] = await ask([grafanaBody({ ...logs, query }, RANGE)]);
      assert.match(JSON.stringify(answer?.hits.hits), /card @HIGHLIGHT@declined@\/HIGHLIGHT@/);
    });

    it('finds the values of each variable', async () => {
      for (const { type, query } of dashboard.templating.list) {
        if (type !== 'query') continue;
        const { find, field } = JSON.parse(query) as { find: string; field: string };
        assert.equal(find, 'terms');
        const [answer] = await ask([grafanaVariableBody(field, source.jsonData.timeField, RANGE)]);
        assert.ok((answer?.aggregations?.['1']?.buckets.length ?? 0) > 0, `${field} has no values`);
      }
    });
  });

  describe('Kibana', () => {
    let objects: readonly SavedObject[];

    before(async () => {
      const lines = (await read('kibana/pay-log-aggregator.ndjson')).trimEnd().split('\n');
      objects = lines.map((line) => JSON.parse(line) as SavedObject);
    });

    /** As Discover asks, whose query (KQL) is given in Elasticsearch's language. */
    async function discover(query: object): Promise<Answer> {
      const bounds = { gte: new Date(RANGE.from).toISOString(), lte: new Date(RANGE.to).toISOString() };
      const time = { range: { '@timestamp': { ...bounds, format: 'strict_date_optional_time' } } };
      return (await callNode(node.url, 'POST', `/${alias()}/_search`, {
        size: 500,
        track_total_hits: true,
        version: true,
        sort: [
          { '@timestamp': { order: 'desc', format: 'strict_date_optional_time', unmapped_type: 'boolean' } },
          { _doc: { order: 'desc', unmapped_type: 'boolean' } },
        ],
        fields: [
          { field: '*', include_unmapped: 'true' },
          { field: '@timestamp', format: 'strict_date_optional_time' },
        ],
        stored_fields: ['*'],
        script_fields: {},
        runtime_mappings: {},
        _source: false,
        query: { bool: { must: [], filter: [query, time], should: [], must_not: [] } },
        highlight: {
          pre_tags: ['@kibana-highlighted-field@'],
          post_tags: ['@/kibana-highlighted-field@'],
          fields: { '*': {} },
          fragment_size: 2_147_483_647,
        },
        aggs: {
          '0': {
            date_histogram: { field: '@timestamp', fixed_interval: '1m', time_zone: 'Europe/Berlin', min_doc_count: 1 },
          },
        },
      })) as Answer;
    }

    it('has a data view on our alias, with its time', () => {
      const [view, ...others] = objects.filter(({ type }) => type === 'index-pattern');
      assert.equal(others.length, 0);
      assert.deepEqual([view?.attributes.title, view?.attributes.timeFieldName], [ALIAS, '@timestamp']);
      assert.equal(typeOf('@timestamp'), 'date_nanos');
      for (const field of Object.keys(JSON.parse(view?.attributes.fieldFormatMap ?? '{}') as object)) typeOf(field);
    });

    it('has saved searches on that view, with fields that the index has', () => {
      const searches = objects.filter(({ type }) => type === 'search');
      assert.equal(new Set(objects.map(({ id }) => id)).size, objects.length);
      assert.equal(searches.length, objects.length - 1);
      for (const { attributes, references } of searches) {
        const { columns = [], sort = [], kibanaSavedObjectMeta } = attributes;
        for (const field of [...columns, ...sort.map(([name]) => name)]) typeOf(field);
        const { indexRefName, query } = JSON.parse(kibanaSavedObjectMeta?.searchSourceJSON ?? '{}') as {
          indexRefName: string;
          query: { query: string; language: string };
        };
        assert.deepEqual(references, [{ id: ALIAS, name: indexRefName, type: 'index-pattern' }]);
        assert.equal(query.language, 'kuery');
        for (const [, field = ''] of query.query.matchAll(/([\w.@]+)\s*:/g)) assertCountable(field);
      }
    });

    it('gets records with all their fields', async () => {
      const { hits, aggregations, error } = await discover({ match_all: {} });
      assert.equal(error, undefined, JSON.stringify(error));
      assert.equal(hits.hits.length, RECORDS.length);
      assert.equal(aggregations?.['0']?.buckets[0]?.doc_count, RECORDS.length);
      const fields = hits.hits.at(-1)?.fields as Record<string, unknown>;
      assert.deepEqual(fields['message'], ['card declined']);
      assert.deepEqual(fields['log.level'], ['error']);
      assert.deepEqual(fields['payment.amount_minor'], [1000]);
      assert.deepEqual(fields['error.stack_trace'], ['Error: declined\n    at charge (gateway.js:1)']);
    });

    it('gets what the saved searches look for', async () => {
      // `field : ("a" or "b")` is a choice of phrases.
      const oneOf = (field: string, ...values: readonly string[]): object => ({
        bool: {
          should: values.map((value) => ({
            bool: { should: [{ match_phrase: { [field]: value } }], minimum_should_match: 1 },
          })),
          minimum_should_match: 1,
        },
      });
      assert.equal((await discover(oneOf('level', 'error', 'fatal'))).hits.hits.length, 2);
      assert.equal((await discover(oneOf('payment.status', 'failed', 'declined'))).hits.hits.length, 1);
    });

    it('knows the ECS names', () => {
      const expected = {
        'log.level': 'keyword',
        'service.name': 'keyword',
        'trace.id': 'keyword',
        'error.stack_trace': 'text',
        'http.response.status_code': 'integer',
        'event.ingested': 'date',
        attributes: 'flattened',
      };
      assert.deepEqual(Object.fromEntries(Object.keys(expected).map((name) => [name, typeOf(name)])), expected);
    });
  });
});
