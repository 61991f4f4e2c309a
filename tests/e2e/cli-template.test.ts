import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { TEMPLATE_VERSION } from '@paylog/shared/elasticsearch/index-template';
import { callNode } from '../contract/elasticsearch-harness.ts';
import { type GuardedTemplates, guardTemplates } from '../contract/guarded-templates.ts';
import { acquireElasticsearch } from '../stack/acquire-elasticsearch.ts';
import { acquireKafka } from '../stack/acquire-kafka.ts';
import { freePort } from '../stack/free-port.ts';
import { orSkip } from '../stack/skip.ts';
import type { ElasticsearchNode, KafkaBroker } from '../stack/stack-service.ts';
import { ingest, searchIds } from './api-client.ts';
import { type CliEnd, runCli } from './cli-process.ts';
import { Deployment } from './deployment.ts';

const TEMPLATE = '/_index_template/paylog-logs';

describe('paylog template, and indexers that may not install it', function () {
  this.timeout(180_000);
  let kafka: KafkaBroker;
  /** Its own: the template is one for the whole cluster. */
  let elasticsearch: ElasticsearchNode | undefined;
  let guarded: GuardedTemplates;
  let directory = '';
  let here: Deployment;

  before(async function () {
    kafka = orSkip(this, await acquireKafka());
    elasticsearch = orSkip(this, await acquireElasticsearch({ own: true }));
    guarded = await guardTemplates(elasticsearch.url);
    directory = await mkdtemp(path.join(tmpdir(), 'paylog-cli-'));
    here = new Deployment(kafka.brokers, guarded.url, { INDEX_INSTALL_TEMPLATE: 'false' });
  });

  after(async () => {
    await (here as Deployment | undefined)?.[Symbol.asyncDispose]();
    await (guarded as GuardedTemplates | undefined)?.[Symbol.asyncDispose]();
    await elasticsearch?.dispose();
    if (directory !== '') await rm(directory, { recursive: true });
  });

  const template = (...args: readonly string[]): Promise<CliEnd> =>
    runCli({ args: ['template', ...args], directory, env: { ELASTICSEARCH_URL: elasticsearch!.url } });
  const setVersion = async (version: number): Promise<void> => {
    const { url } = elasticsearch!;
    const found = (await callNode(url, 'GET', TEMPLATE)) as { index_templates: [{ index_template: object }] };
    await callNode(url, 'PUT', TEMPLATE, { ...found.index_templates[0].index_template, version });
  };
  /** What an indexer says that ends at its start. */
  const refusal = async (): Promise<string> => {
    const indexer = await here.add('indexer');
    indexer.launch();
    assert.equal(await indexer.exit, 1);
    return indexer.output;
  };

  it('an indexer does not start without the template, and says what to do', async () => {
    assert.match(await refusal(), /the index template paylog-logs does not exist, .*run `paylog template install`/);
    const { code, stdout, stderr } = await template('check');
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /^paylog: the index template paylog-logs does not exist, [^\n]+\n$/);
  });

  it('is installed, and the next time as it was', async () => {
    const version = String(TEMPLATE_VERSION);
    assert.deepEqual(await template('install'), {
      code: 0,
      stdout: `paylog-logs: installed, version ${version}\n`,
      stderr: '',
    });
    assert.equal((await template('install')).stdout, `paylog-logs: was there, version ${version}\n`);
    assert.equal((await template('check')).stdout, `paylog-logs: good, version ${version}\n`);
  });

  it('an indexer whose login may not install it then stores records that are found', async () => {
    const [api, indexer] = [await here.add('api'), await here.add('indexer')];
    await Promise.all([api.start(), indexer.start()]);
    const { status } = await ingest(api.url, [JSON.stringify({ id: 'a', service: here.dataSet, message: 'it works' })]);
    assert.equal(status, 202);
    await here.waitForNoLag();
    await here.countStored();
    assert.deepEqual(await searchIds(api.url, { service: here.dataSet, q: 'works' }), ['a']);
    assert.deepEqual(guarded.refused, []);
    assert.equal(await indexer.end('SIGTERM'), 0);
  });

  it('an older one stops the start, a newer one does not', async () => {
    await setVersion(TEMPLATE_VERSION - 1);
    assert.match(
      await refusal(),
      new RegExp(
        `has version ${String(TEMPLATE_VERSION - 1)}, but version ${String(TEMPLATE_VERSION)} or later is needed`,
      ),
    );
    await setVersion(TEMPLATE_VERSION + 1);
    const indexer = await here.add('indexer');
    await indexer.start();
    assert.equal(await indexer.end('SIGTERM'), 0);
    assert.match(
      (await template('install', '--json')).stdout,
      new RegExp(`"version":${String(TEMPLATE_VERSION + 1)}}`),
    );
  });

  it('a login that may not install it is told so, with code 1; a store that is away is worth another try, code 3', async () => {
    const forbidden = await template('install', '--elasticsearch', guarded.url);
    // The newer one is left alone; the look at what would be made is refused.
    assert.equal(forbidden.code, 1);
    assert.match(forbidden.stderr, /^paylog: cannot check the index template: HTTP 403: .* is unauthorized [^\n]+\n$/);
    const away = await template('install', '--elasticsearch', `http://127.0.0.1:${String(await freePort())}`);
    assert.equal(away.code, 3);
    assert.match(away.stderr, /^paylog: cannot read the index template: cannot reach Elasticsearch: [^\n]+\n$/);
  });

  it('a file of the configuration that cannot be read is named, with code 2', async () => {
    const env = {
      ELASTICSEARCH_URL: 'https://127.0.0.1:9200',
      ELASTICSEARCH_CA_FILE: path.join(directory, 'none.crt'),
    };
    const { code, stderr } = await runCli({ args: ['template', 'check'], directory, env });
    assert.equal(code, 2);
    assert.match(stderr, /^paylog: the configuration cannot be used: ENOENT[^\n]+none\.crt'\n$/);
  });
});
