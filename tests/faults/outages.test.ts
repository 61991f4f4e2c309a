import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { after, before, describe, it } from 'mocha';
import { acquireElasticsearch } from '../stack/acquire-elasticsearch.ts';
import { acquireKafka } from '../stack/acquire-kafka.ts';
import { orSkip } from '../stack/skip.ts';
import type { ElasticsearchNode, KafkaBroker } from '../stack/stack-service.ts';
import { underLoad, type Scene } from './scene.ts';

/** A queue that does not answer must not keep a client longer than this: 5 s are promised, and the machine is busy. */
const ANSWERED_MS = 8000;

describe('outages of Kafka and Elasticsearch', function () {
  this.timeout(240_000);
  let kafka: KafkaBroker | undefined;
  let elasticsearch: ElasticsearchNode | undefined;

  before(async function () {
    this.timeout(300_000);
    kafka = orSkip(this, await acquireKafka({ own: true }));
    elasticsearch = orSkip(this, await acquireElasticsearch({ own: true }));
  });

  after(async function () {
    this.timeout(60_000);
    await kafka?.dispose();
    await elasticsearch?.dispose();
  });

  const run = (fault: (scene: Scene) => Promise<void>, env: Readonly<Record<string, string>> = {}): Promise<void> => {
    assert.ok(kafka && elasticsearch);
    return underLoad({ kafka, elasticsearch }, env, fault);
  };

  it('broker paused for 12 s: 503 in time, then on as before without a restart', () =>
    run(async ({ api, load }) => {
      await kafka!.pause();
      await delay(12_000);
      await api.waitForStatus('/health/ready', 503);
      assert.equal(await api.status('/health/live'), 200);
      await kafka!.resume();
      await load.more(100);
      await api.waitForStatus('/health/ready', 200);
      assert.ok((load.statuses.get(503) ?? 0) > 0);
      assert.equal(load.statuses.get(0), undefined, 'no connection breaks');
      assert.ok(load.slowestMs < ANSWERED_MS, load.summary());
    }));

  it('broker down: 503 in time and not ready, searches go on, then on as before without a restart', () =>
    run(async ({ api, indexer, load }) => {
      await kafka!.kill();
      await api.waitForStatus('/health/ready', 503);
      await indexer.waitForStatus('/health/ready', 503);
      await delay(6000);
      assert.deepEqual([await api.status('/health/live'), await indexer.status('/health/live')], [200, 200]);
      // What load balancers ask: they must not take away all that answers.
      assert.equal(await api.status('/health/serving'), 200);
      assert.equal(await api.status('/api/v1/logs'), 200);
      const refused = await fetch(`${api.url}/api/v1/logs`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"message":"refused","service":"outages"}',
      });
      assert.equal(refused.status, 503, await refused.text());
      assert.match(refused.headers.get('retry-after') ?? '', /^\d+$/);
      await kafka!.start();
      await load.more(100);
      await Promise.all([api, indexer].map((service) => service.waitForStatus('/health/ready', 200)));
      assert.ok((load.statuses.get(503) ?? 0) > 0);
      assert.equal(load.statuses.get(0), undefined, 'no connection breaks');
      assert.ok(load.slowestMs < ANSWERED_MS, load.summary());
    }));

  it('store down for 20 s: ingest goes on, searches say so, and all is stored in the end', () =>
    run(async ({ api, indexer, load, here }) => {
      await elasticsearch!.kill();
      await load.more(500);
      await indexer.waitForStatus('/health/ready', 503);
      assert.equal(await api.status('/health/ready'), 200, 'ingest needs no store');
      assert.equal(await api.status('/api/v1/logs'), 503);
      await delay(15_000);
      await load.more(100);
      assert.deepEqual([...load.statuses.keys()], [202], 'every request was taken');
      assert.ok((await here.lag()) > 0);
      assert.equal(await indexer.status('/health/live'), 200, 'waiting for the store is no reason to be restarted');
      await elasticsearch!.start();
      await indexer.waitForStatus('/health/ready', 200);
      assert.equal(await api.status('/api/v1/logs'), 200);
    }));

  it('store paused for 12 s: ingest goes on, and all is stored once', () =>
    run(async ({ load, indexer }) => {
      await elasticsearch!.pause();
      await load.more(200);
      await delay(12_000);
      assert.deepEqual([...load.statuses.keys()], [202], 'every request was taken');
      await elasticsearch!.resume();
      await indexer.waitForStatus('/health/ready', 200);
    }));

  it('SIGTERM under load: what was begun is answered, exit with 0, nothing is lost', () =>
    run(async ({ api, indexer, load }) => {
      for (const service of [api, indexer]) {
        await load.more(100);
        assert.equal(await service.end('SIGTERM'), 0, service.output);
        await service.start();
      }
    }));

  it('a second signal ends a process at once', () =>
    run(async ({ api, indexer }) => {
      // With the queue silent a publish is under way, and with the store silent a bulk: there is something to wait for.
      await kafka!.pause();
      await elasticsearch!.pause();
      await delay(500);
      for (const service of [api, indexer]) {
        service.send('SIGTERM');
        await delay(300);
        assert.notEqual(await service.status('/health/serving'), 200, 'nothing new is sent to what stops');
        assert.equal(await service.end('SIGINT'), 130);
      }
      await kafka!.resume();
      await elasticsearch!.resume();
      await Promise.all([api.start(), indexer.start()]);
    }));
});
