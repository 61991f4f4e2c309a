import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import { after, before, describe, it } from 'mocha';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { ingest, searchPage } from '../e2e/api-client.ts';
import { Deployment } from '../e2e/deployment.ts';
import type { Service } from '../e2e/service.ts';
import { acquireElasticsearch } from '../stack/acquire-elasticsearch.ts';
import { acquireKafka } from '../stack/acquire-kafka.ts';
import { orSkip } from '../stack/skip.ts';
import type { ElasticsearchNode, KafkaBroker } from '../stack/stack-service.ts';

/** Long enough for several rounds of whatever would feed itself. */
const WATCHED_MS = 4000;
/** Connections are found again, and what waited is sent: each service in its own time, a busy machine takes some of it. */
const CALM_BY_MS = 60_000;
/** Lines of a service about one fault, its beginning and its end and what hangs on it. */
const FEW = 40;

/** Own logs must not make own logs: each fault is real, and the number of lines is watched while it lasts. */
describe('own logs while the pipeline fails', function () {
  this.timeout(180_000);
  let kafka: KafkaBroker | undefined;
  let elasticsearch: ElasticsearchNode | undefined;
  let here: Deployment;
  let api: Service;
  let indexer: Service;

  before(async function () {
    this.timeout(300_000);
    kafka = orSkip(this, await acquireKafka({ own: true }));
    elasticsearch = orSkip(this, await acquireElasticsearch({ own: true }));
    here = new Deployment(kafka.brokers, elasticsearch.url, { OWN_LOGS: 'true' });
    [api, indexer] = [await here.add('api'), await here.add('indexer')];
    await api.start();
    await indexer.start();
    await stored();
  });

  after(async function () {
    this.timeout(60_000);
    // Nothing was made when the suite is skipped.
    await (here as Deployment | undefined)?.[Symbol.asyncDispose]();
    await kafka?.dispose();
    await elasticsearch?.dispose();
  });

  const published = async (): Promise<number> => {
    const each = [api, indexer].map((service) => service.metric('paylog_own_logs_total', { outcome: 'published' }));
    return (await Promise.all(each)).reduce((sum, lines) => sum + lines, 0);
  };
  const lines = (): number => (api.output + indexer.output).split('\n').length;

  /** A user's record goes all the way. */
  async function stored(): Promise<void> {
    const id = `r${String(Date.now())}`;
    await waitUntil(
      async () => (await ingest(api.url, [JSON.stringify({ id, message: 'm', service: 'shop' })])).status === 202,
      60_000,
      () => '202',
    );
    await waitUntil(
      async () => (await searchPage(api.url, { query: `id:${id}` }).catch(() => undefined))?.logs.length === 1,
      60_000,
      () => `the record; indexer:\n${indexer.output.slice(-3000)}`,
    );
  }

  /** Once what hangs on the fault itself is told, nothing new is logged or sent for a while. What feeds itself never gets there. */
  async function calm(): Promise<void> {
    let grown = { published: Infinity, lines: Infinity };
    const deadlineMs = Date.now() + CALM_BY_MS;
    while (grown.published > 1 || grown.lines > 2) {
      assert.ok(Date.now() < deadlineMs, `${JSON.stringify(grown)}\n${indexer.output.slice(-3000)}`);
      const before = { published: await published(), lines: lines() };
      await delay(WATCHED_MS);
      grown = { published: (await published()) - before.published, lines: lines() - before.lines };
    }
  }

  it('broker down: few lines, kept until it is back, and each sent once', async () => {
    const before = { published: await published(), lines: lines() };
    await kafka!.kill();
    await api.waitForStatus('/health/ready', 503);
    const since = performance.now();
    assert.equal((await ingest(api.url, ['{"message":"m","service":"shop"}'])).status, 503);
    assert.ok(performance.now() - since < 8000);
    await delay(WATCHED_MS);
    assert.ok(lines() - before.lines <= FEW, api.output + indexer.output);
    assert.equal(await published(), before.published);
    await kafka!.start();
    await stored();
    await waitUntil(
      async () => (await published()) > before.published,
      60_000,
      () => 'what was kept',
    );
    const told = 'data_set:paylog "Kafka is not available"';
    await waitUntil(
      async () => (await searchPage(api.url, { query: told })).logs.length > 0,
      30_000,
      () => 'the outage in the own logs',
    );
    await calm();
    const ids = (await searchPage(api.url, { query: 'data_set:paylog', limit: '1000' })).logs.map(({ id }) => id);
    assert.ok(ids.length <= 2 * FEW && new Set(ids).size === ids.length, String(ids.length));
    assert.equal(ids.length, await published());
  });

  it('store down: few lines, found when it is back', async () => {
    const before = { published: await published(), lines: lines() };
    await elasticsearch!.kill();
    assert.equal((await ingest(api.url, ['{"message":"m","service":"shop"}'])).status, 202);
    await indexer.waitForStatus('/health/ready', 503);
    await delay(WATCHED_MS);
    assert.ok((await published()) - before.published <= FEW && lines() - before.lines <= FEW, indexer.output);
    await calm();
    await elasticsearch!.start();
    await stored();
    await waitUntil(
      async () =>
        (await searchPage(api.url, { query: 'data_set:paylog "takes no documents"' }).catch(() => ({ logs: [] }))).logs
          .length > 0,
      60_000,
      () => 'the outage in the own logs',
    );
    await calm();
  });

  it('a store that blocks own logs: withheld, and no more of them', async () => {
    await here.elasticsearch('PUT', '/logs-paylog-*/_settings', { 'index.blocks.write': true });
    try {
      poke();
      await waitUntil(
        async () => (await indexer.metric('paylog_own_logs_total', { outcome: 'withheld' })) > 0,
        30_000,
        () => indexer.output,
      );
      await calm();
    } finally {
      await here.elasticsearch('PUT', '/logs-paylog-*/_settings', { 'index.blocks.write': false });
    }
    await stored();
  });

  it('own logs that can never be stored are dead letters, once; also while the topic for these is missing', async () => {
    // An index in which no own log fits. One that comes in between would make the usual one.
    const mappings = { properties: { message: { type: 'long', ignore_malformed: false } } };
    const isMade = async (): Promise<boolean> => {
      await here.elasticsearch('DELETE', `/${paylogIndex()}`);
      const answer = (await here.elasticsearch('PUT', `/${paylogIndex()}`, { mappings })) as { acknowledged?: boolean };
      return answer.acknowledged === true;
    };
    await waitUntil(isMade, 30_000, () => 'the index');
    const deadLetters = (): Promise<number> => indexer.metric('paylog_dead_letters_total');
    const before = await deadLetters();
    poke();
    await waitUntil(
      async () => (await deadLetters()) > before,
      30_000,
      () => indexer.output,
    );
    await calm();
    await stored();

    const admin = new Kafka({ brokers: [here.brokers], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    await admin.deleteTopics({ topics: [here.topics.deadLetters] });
    poke();
    await waitUntil(
      () => indexer.output.includes('dead letters cannot be published'),
      60_000,
      () => indexer.output,
    );
    await calm();
    await admin.createTopics({ topics: [{ topic: here.topics.deadLetters, numPartitions: 1 }] });
    await admin.disconnect();
    await stored();
    await calm();
  });

  it('stops in time while the broker is away', async () => {
    await kafka!.kill();
    const since = performance.now();
    assert.deepEqual(await Promise.all([api.end('SIGTERM'), indexer.end('SIGTERM')]), [0, 0]);
    assert.ok(performance.now() - since < 15_000);
  });

  /** Makes the API log a line: profiling is off. */
  function poke(): void {
    api.send('SIGUSR2');
  }

  function paylogIndex(): string {
    return `logs-paylog-${new Date().toISOString().slice(0, 10).replaceAll('-', '.')}`;
  }
});
