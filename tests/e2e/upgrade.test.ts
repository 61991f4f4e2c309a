import assert from 'node:assert/strict';
import { cp, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { TEMPLATE_VERSION } from '@paylog/shared/elasticsearch/index-template';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { settleAccounts } from '../faults/ledger.ts';
import { LoadProducer } from '../faults/load-producer.ts';
import { acquireElasticsearch } from '../stack/acquire-elasticsearch.ts';
import { acquireKafka } from '../stack/acquire-kafka.ts';
import { previousVersion } from '../stack/previous-version.ts';
import { orSkip } from '../stack/skip.ts';
import type { ElasticsearchNode, KafkaBroker } from '../stack/stack-service.ts';
import { TOOL_BUILD_MS } from '../stack/tools.ts';
import { ingest, searchAll, searchIds, type FoundLog } from './api-client.ts';
import { Deployment } from './deployment.ts';
import { Service } from './service.ts';
import { samples } from './upgrade-samples.ts';

const WAIT_MS = 60_000;
const BETWEEN = 150;

/** What both versions say of a record; the time of receipt and a minted id are each request's own. */
function comparable(records: readonly FoundLog[]): string[] {
  return records
    .map((record) =>
      JSON.stringify({ ...record, received_at: '', id: record['message'] === 'without an id' ? '' : record.id }),
    )
    .sort();
}

/** Layout of an embedded database that no process has open (https://www.sqlite.org/fileformat.html, the user version). */
async function layoutOf(database: string): Promise<number> {
  await using file = await open(database);
  const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 60);
  return buffer.readUInt32BE();
}

describe('upgrade from the previous version', function () {
  this.timeout(300_000);
  let old = '';
  let kafka: KafkaBroker;
  /** Its own: the template is one for the whole cluster. */
  let elasticsearch: ElasticsearchNode | undefined;

  before(async function () {
    this.timeout(TOOL_BUILD_MS);
    old = orSkip(this, await previousVersion()).directory;
    kafka = orSkip(this, await acquireKafka());
    elasticsearch = orSkip(this, await acquireElasticsearch({ own: true }));
  });

  after(async () => {
    await elasticsearch?.dispose();
  });

  const deployment = (): Deployment => new Deployment(kafka.brokers, elasticsearch!.url);
  const today = (): string => new Date().toISOString();
  const yesterday = (): string => new Date(Date.now() - 86_400_000).toISOString();

  // First: it begins with a cluster that only the old version has seen.
  it('raises the index template; an old indexer leaves the new one alone; old and new indices are searched together', async () => {
    await using here = deployment();
    const template = async (): Promise<number | undefined> => {
      const found = (await here.elasticsearch('GET', '/_index_template/paylog-logs')) as {
        index_templates: { index_template: { version: number } }[];
      };
      return found.index_templates[0]?.index_template.version;
    };
    const [oldApi, oldIndexer] = [await here.add('api', {}, old), await here.add('indexer', {}, old)];
    await Promise.all([oldApi.start(), oldIndexer.start()]);
    const [before, later] = [`${here.dataSet}-before`, `${here.dataSet}-after`];
    await ingest(oldApi.url, samples(before, yesterday()));
    await here.waitForNoLag();
    const oldTemplate = await template();
    assert.ok(oldTemplate !== undefined && oldTemplate <= TEMPLATE_VERSION, `template version ${oldTemplate}`);

    const [api, indexer] = [await here.add('api'), await here.add('indexer')];
    await Promise.all([api.start(), indexer.start()]);
    assert.equal(await template(), TEMPLATE_VERSION);
    assert.equal(await oldIndexer.end('SIGTERM'), 0);
    await oldIndexer.start();
    assert.equal(await template(), TEMPLATE_VERSION, 'an old service leaves the newer template alone');

    // Whichever of the two indexers makes the index of today, it is made from the new template.
    await ingest(oldApi.url, samples(later, today()));
    await here.waitForNoLag();
    await here.countStored();
    for (const { url } of [api, oldApi]) {
      assert.equal((await searchIds(url, { q: 'numbers' })).length, 2);
      assert.equal((await searchAll(url, {})).length, 2 * samples('', '').length);
    }
    const texts = comparable(await searchAll(api.url, {}));
    assert.deepEqual(comparable(await searchAll(oldApi.url, {})), texts, 'both versions give the same records');
    assert.equal(texts.filter((text) => /4111 ?1111 ?1111 ?1111/.test(text)).length, 0);
    assert.equal(texts.filter((text) => text.includes('12345678901234567000')).length, 2, 'numbers as they were sent');
    const found = async (query: string): Promise<string[]> => searchIds(api.url, { query });
    assert.deepEqual(await found('attributes.retries:>=3'), [`${later}-50`, `${before}-50`].sort());
    assert.deepEqual(await found('error.message:no'), [`${later}-53`, `${before}-53`].sort());
    // What a template adds holds for indices that are made from it: words of stack traces came with version 2.
    const withWords = oldTemplate >= 2 ? [`${later}-53`, `${before}-53`] : [`${later}-53`];
    assert.deepEqual(await found('error.stack:boom'), withWords.sort());
    const histogram = await fetch(`${api.url}/api/v1/histogram?from=-3d`);
    assert.equal(((await histogram.json()) as { total?: number }).total, texts.length);
  });

  for (const [title, apiIsOld] of [
    ['an old API and a new indexer', true],
    ['a new API and an old indexer', false],
  ] as const) {
    it(`${title} understand each other`, async () => {
      await using here = deployment();
      const writer = await here.add('api', {}, apiIsOld ? old : undefined);
      const reader = await here.add('api', {}, apiIsOld ? undefined : old);
      const indexer = await here.add('indexer', {}, apiIsOld ? undefined : old);
      await Promise.all([writer.start(), reader.start(), indexer.start()]);
      const lines = samples(here.dataSet, today());
      for (let again = 0; again < 2; again += 1) {
        const answer = await ingest(writer.url, lines, { key: here.dataSet });
        assert.deepEqual([answer.status, answer.accepted], [202, lines.length]);
      }
      await here.waitForNoLag();
      assert.equal(await here.countStored(), lines.length, 'the repeated request adds nothing');
      const here_ = { service: here.dataSet };
      const stored = await searchAll(writer.url, here_);
      assert.deepEqual(await searchAll(reader.url, here_), stored, 'either version reads it');
      assert.equal((await here.read(here.topics.deadLetters)).length, 0);
      assert.equal(await indexer.metric('paylog_records_settled_total', { outcome: 'duplicate' }), lines.length);
    });
  }

  it('rolls forward and back under load, both versions in one consumer group: nothing is lost, nothing twice', async () => {
    await using here = deployment();
    const oldApi = await here.add('api', {}, old);
    const api = await here.add('api');
    const oldIndexers = [await here.add('indexer', {}, old), await here.add('indexer', {}, old)] as const;
    const indexers = [await here.add('indexer'), await here.add('indexer')] as const;
    await Promise.all([oldApi.start(), ...oldIndexers.map((each) => each.start())]);
    let url = oldApi.url;
    const load = new LoadProducer({
      url: () => url,
      service: here.dataSet,
      prefix: here.dataSet,
      lanes: 12,
      restMs: 100,
    });
    const works = (indexer: Service): Promise<void> =>
      waitUntil(
        async () => (await indexer.metric('paylog_records_settled_total')) > 0,
        WAIT_MS,
        () => 'the other version to work in the group',
      );
    try {
      await load.more(BETWEEN);
      // Forward: indexers first, one by one, then the API.
      for (const [n, next] of indexers.entries()) {
        await next.start();
        await works(next);
        assert.equal(await oldIndexers[n]!.end('SIGTERM'), 0);
      }
      await load.more(BETWEEN);
      await api.start();
      ({ url } = api);
      await load.more(BETWEEN);
      assert.equal(await oldApi.end('SIGTERM'), 0);
      // And back, in the opposite order.
      await oldApi.start();
      ({ url } = oldApi);
      await load.more(BETWEEN);
      assert.equal(await api.end('SIGTERM'), 0);
      await oldIndexers[0].start();
      await works(oldIndexers[0]);
      for (const each of indexers) assert.equal(await each.end('SIGTERM'), 0);
      await load.more(BETWEEN);
      await load.finish();
    } catch (error) {
      load.abandon();
      throw error;
    }
    await settleAccounts(load, here, url);
  });
});

describe('upgrade of the embedded queue and store', function () {
  this.timeout(180_000);
  let old = '';
  let directory = '';

  before(async function () {
    this.timeout(TOOL_BUILD_MS);
    old = orSkip(this, await previousVersion()).directory;
    directory = await mkdtemp(path.join(tmpdir(), 'paylog-upgrade-'));
  });

  after(async () => {
    if (directory !== '') await rm(directory, { recursive: true });
  });

  it('takes over the data directory of the previous version; back goes what was kept of it', async () => {
    const [dataDir, kept] = [path.join(directory, 'data'), path.join(directory, 'kept')];
    const tag = 'embedded';
    const lines = samples(tag, new Date().toISOString());
    const foundAll = async (url: string, count: number): Promise<FoundLog[]> => {
      let found: FoundLog[] = [];
      const enough = async (): Promise<boolean> => {
        found = await searchAll(url, { service: tag });
        return found.length >= count;
      };
      await waitUntil(enough, WAIT_MS, () => `${count} records, have ${found.length}`);
      assert.equal(found.length, count);
      return found;
    };

    await using oldProcess = await Service.create('standalone', { DATA_DIR: dataDir }, old);
    await oldProcess.start();
    assert.equal((await ingest(oldProcess.url, lines)).accepted, lines.length);
    const before = comparable(await foundAll(oldProcess.url, lines.length));
    assert.equal(await oldProcess.end('SIGTERM'), 0);
    const store = path.join(dataDir, 'store.db');
    const oldLayout = await layoutOf(store);
    await cp(dataDir, kept, { recursive: true });
    // What the old version acknowledged last may still stand in its queue.
    await oldProcess.start();
    const last = Array.from({ length: 2000 }, (_, n) =>
      JSON.stringify({ id: `last-${n}`, service: tag, message: 'last' }),
    );
    assert.equal((await ingest(oldProcess.url, last)).accepted, last.length);
    assert.equal(await oldProcess.end('SIGKILL'), 'SIGKILL');

    await using process = await Service.create('standalone', { DATA_DIR: dataDir });
    await process.start();
    const all = await foundAll(process.url, lines.length + last.length);
    assert.deepEqual(comparable(all.filter(({ id }) => !id.startsWith('last-'))), before);
    // A field that the index of the first layout did not have.
    assert.deepEqual(await searchIds(process.url, { query: 'attributes.retries:3' }), [`${tag}-50`]);
    assert.equal((await ingest(process.url, lines.slice(0, 50))).status, 202);
    await foundAll(process.url, lines.length + last.length);
    assert.equal(await process.end('SIGTERM'), 0);

    const layout = await layoutOf(store);
    assert.ok(oldLayout > 0 && oldLayout <= layout, `layouts ${oldLayout} and ${layout}`);
    if (oldLayout === layout) {
      await oldProcess.start();
      await foundAll(oldProcess.url, lines.length + last.length);
      assert.equal(await oldProcess.end('SIGTERM'), 0);
    } else {
      // Layouts only go forward: the old version says so and touches nothing.
      oldProcess.launch();
      assert.equal(await oldProcess.exit, 1);
      assert.ok(oldProcess.output.includes(`has layout ${layout}, this version knows layout ${oldLayout}`));
    }
    await process.start();
    await foundAll(process.url, lines.length + last.length);
    assert.equal(await process.end('SIGTERM'), 0);
    await using back = await Service.create('standalone', { DATA_DIR: kept }, old);
    await back.start();
    assert.deepEqual(comparable(await foundAll(back.url, lines.length)), before);
    assert.equal(await back.end('SIGTERM'), 0);
  });
});
