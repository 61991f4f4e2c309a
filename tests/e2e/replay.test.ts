import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { after, before, describe, it } from 'mocha';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { testedBlocks } from '../clients/markdown-blocks.ts';
import { acquireElasticsearch } from '../stack/acquire-elasticsearch.ts';
import { acquireKafka } from '../stack/acquire-kafka.ts';
import { orSkip } from '../stack/skip.ts';
import type { ElasticsearchNode } from '../stack/stack-service.ts';
import { ingest, searchAll, type FoundLog } from './api-client.ts';
import { Deployment } from './deployment.ts';
import type { Service } from './service.ts';

const PAGE = new URL('../../docs/disaster-recovery.md', import.meta.url);
const run = promisify(execFile);

const DAY_MS = 86_400_000;
const PART = 1500;

describe('disaster recovery with Kafka and Elasticsearch (docs/disaster-recovery.md)', function () {
  this.timeout(240_000);
  const snapshots = path.join(tmpdir(), `paylog-snapshots-${randomBytes(4).toString('hex')}`);
  let here: Deployment | undefined;
  let elasticsearch: ElasticsearchNode | undefined;

  before(async function () {
    this.timeout(300_000);
    const kafka = orSkip(this, await acquireKafka());
    elasticsearch = orSkip(this, await acquireElasticsearch({ own: true, settings: { 'path.repo': snapshots } }));
    here = new Deployment(kafka.brokers, elasticsearch.url);
  });

  after(async () => {
    await here?.[Symbol.asyncDispose]();
    await elasticsearch?.dispose();
    await rm(snapshots, { recursive: true, force: true });
  });

  it('replays a topic into the same store, into a snapshot of it, and into an empty one', async () => {
    assert.ok(here);
    const { dataSet } = here;
    const [api, indexer] = [await here.add('api'), await here.add('indexer')];
    await Promise.all([api.start(), indexer.start()]);
    const records = (from: number): string[] =>
      Array.from({ length: PART }, (_, n) =>
        JSON.stringify({
          id: `${dataSet}-${from + n}`,
          service: dataSet,
          message: `record ${from + n}`,
          // Three days, so three indices; every other record has no time of its own.
          ...(n % 2 === 0 && { timestamp: new Date(Date.now() - (n % 3) * DAY_MS).toISOString() }),
          attributes: { n },
        }),
      );
    const stored = (): Promise<FoundLog[]> => searchAll(api.url, { service: dataSet, order: 'asc' });

    assert.equal((await ingest(api.url, records(0))).accepted, PART);
    await here.waitForNoLag();
    await here.elasticsearch('PUT', '/_snapshot/safe', { type: 'fs', settings: { location: snapshots } });
    const taken = (await here.elasticsearch('PUT', '/_snapshot/safe/first?wait_for_completion=true', {
      indices: 'logs-*-*.*.*',
      include_global_state: false,
    })) as { snapshot: { state: string } };
    assert.equal(taken.snapshot.state, 'SUCCESS');
    // A client that repeats itself: its messages stand in the topic twice.
    const second = records(PART);
    for (let again = 0; again < 2; again += 1) assert.equal((await ingest(api.url, second)).accepted, PART);
    await here.waitForNoLag();
    assert.equal(await here.countStored(), 2 * PART);
    const all = await stored();
    assert.equal(all.length, 2 * PART);
    assert.equal(await indexer.end('SIGTERM'), 0);

    // The same store: every message is a duplicate. By the command of the page.
    await replay(
      here,
      async (fresh) => {
        assert.equal(await fresh.metric('paylog_records_settled_total', { outcome: 'duplicate' }), 3 * PART);
        assert.equal(await fresh.metric('paylog_records_settled_total', { outcome: 'stored' }), 0);
      },
      await environmentOfPage(here),
    );
    assert.deepEqual(await stored(), all, 'a replay changes nothing');

    // The store is lost, and there is a snapshot: the topic brings what came after it.
    await dropIndices(here);
    assert.equal(await here.countStored(), 0);
    const restored = (await here.elasticsearch('POST', '/_snapshot/safe/first/_restore?wait_for_completion=true', {
      indices: 'logs-*-*.*.*',
      include_global_state: false,
    })) as { snapshot: { shards: { failed: number } } };
    assert.equal(restored.snapshot.shards.failed, 0);
    assert.equal(await here.countStored(), PART);
    await replay(here, async (fresh) => {
      assert.equal(await fresh.metric('paylog_records_settled_total', { outcome: 'stored' }), PART);
    });
    assert.deepEqual(lasting(await stored()), lasting(all), 'a snapshot and a replay bring everything back, once');

    // The store is lost, and there is nothing else: as far back as the topic goes.
    await dropIndices(here);
    await replay(here, async (fresh) => {
      assert.equal(await fresh.metric('paylog_records_settled_total', { outcome: 'stored' }), 2 * PART);
    });
    assert.deepEqual(lasting(await stored()), lasting(all), 'the topic alone brings everything back');
    assert.equal((await here.read(here.topics.deadLetters)).length, 0);
    assert.equal(await api.end('SIGTERM'), 0);
  });
});

/**
 * What of the records does not depend on which of two messages came first: partitions have no order among each other, so the message of the
 * second request may be stored in a replay, and its time of receipt (and of the event, where it names none) with it.
 */
function lasting(found: readonly FoundLog[]): FoundLog[] {
  return found
    .map((record) => {
      const n = Number(String(record['message']).slice('record '.length));
      return n < PART ? record : { ...record, received_at: '', ...(n % 2 === 1 && { timestamp: '' }) };
    })
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** The settings with which the page's command starts an indexer, where the two addresses are set. */
async function environmentOfPage({ brokers, elasticsearchUrl }: Deployment): Promise<Record<string, string>> {
  const block = testedBlocks(await readFile(PAGE, 'utf8')).find(({ options }) => options.get('name')?.[0] === 'replay');
  assert.ok(block);
  const { PATH = '' } = process.env;
  // In place of node: tells what it was called with.
  const node = 'node() { [ "$*" = services/indexer/dist/main.js ] && env -0; }';
  const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', `${node}\n${block.text}`], {
    env: { PATH, KAFKA_BROKERS: brokers, ELASTICSEARCH_URL: elasticsearchUrl },
  });
  const settings = stdout.split('\0').flatMap((line) => {
    const [, name = '', value = ''] = /^((?:KAFKA|ELASTICSEARCH)_\w+)=(.*)$/s.exec(line) ?? [];
    return name === '' ? [] : [[name, value] as const];
  });
  return Object.fromEntries(settings);
}

/** An indexer in a consumer group of its own reads the topics from their beginning. */
async function replay(
  here: Deployment,
  check: (fresh: Service) => Promise<void>,
  env: Readonly<Record<string, string>> = { KAFKA_GROUP: `${here.group}-replay-${randomBytes(4).toString('hex')}` },
): Promise<void> {
  const fresh = await here.add('indexer', env);
  await fresh.start();
  await waitUntil(
    async () => (await fresh.metric('paylog_records_settled_total')) === 3 * PART,
    60_000,
    () => `the end of the topic; it wrote:\n${fresh.output}`,
  );
  await check(fresh);
  assert.equal(await fresh.end('SIGTERM'), 0);
  await here.countStored();
}

async function dropIndices(here: Deployment): Promise<void> {
  const found = (await here.elasticsearch(
    'GET',
    `/logs-${here.dataSet}-*/_settings?filter_path=*.settings.index.uuid`,
  )) as object;
  assert.equal(Object.keys(found).length >= 3, true);
  for (const name of Object.keys(found)) await here.elasticsearch('DELETE', `/${name}`);
}
