import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { before, describe, it } from 'mocha';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { Deployment } from '../e2e/deployment.ts';
import type { Service } from '../e2e/service.ts';
import { acquireElasticsearch } from '../stack/acquire-elasticsearch.ts';
import { acquireKafka } from '../stack/acquire-kafka.ts';
import { orSkip } from '../stack/skip.ts';
import type { ElasticsearchNode, KafkaBroker } from '../stack/stack-service.ts';
import { FarStore } from './far-store.ts';
import { settleAccounts } from './ledger.ts';
import { LoadProducer } from './load-producer.ts';

/** With one bulk of 16 KiB under way at a time, the load is about twice what one indexer can do, and half of what four can. */
const STORE_DELAY_MS = 200;
const NARROW = { BULK_MAX_BYTES: '16384', MAX_RECORD_BYTES: '8192', BULK_CONCURRENCY: '1', BULK_MAX_DELAY_MS: '50' };
/** Lag at which more indexers are asked for. */
const MUCH = { records: 800, seconds: 4 };
const WAIT_MS = 90_000;

interface Lag {
  /** Of all partitions. */
  readonly records: number;
  /** Of the partition that is furthest behind. */
  readonly seconds: number;
}

/** What an operator, or an autoscaler, sees: the sum and the maximum over /metrics of all indexers. */
async function lagOf(indexers: readonly Service[]): Promise<Lag> {
  const pages = await Promise.all(
    indexers.map(async ({ url }) => (await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(5000) })).text()),
  );
  const values = (name: string): number[] =>
    pages.flatMap((page) =>
      [...page.matchAll(new RegExp(`^${name}{.*} (\\S+)`, 'gm'))].map(([, value]) => Number(value)),
    );
  return {
    records: values('paylog_queue_lag_records').reduce((sum, value) => sum + value, 0),
    seconds: Math.max(0, ...values('paylog_queue_lag_seconds')),
  };
}

async function waitForLag(indexers: readonly Service[], what: string, is: (lag: Lag) => boolean): Promise<Lag> {
  let lag: Lag = { records: -1, seconds: -1 };
  await waitUntil(
    async () => {
      lag = await lagOf(indexers);
      if (!is(lag)) await delay(250);
      return is(lag);
    },
    WAIT_MS,
    () => `${what}, have ${JSON.stringify(lag)}`,
  );
  return lag;
}

describe('scaling the indexers', function () {
  this.timeout(300_000);
  let kafka: KafkaBroker;
  let elasticsearch: ElasticsearchNode;

  before(async function () {
    this.timeout(300_000);
    kafka = orSkip(this, await acquireKafka());
    elasticsearch = orSkip(this, await acquireElasticsearch());
  });

  it('1, then 4, then 2 indexers under load: lag grows, falls and stays low; nothing is lost, nothing twice', async () => {
    await using here = new Deployment(kafka.brokers, elasticsearch.url, { KAFKA_PARTITIONS: '4' });
    await using far = await FarStore.open(elasticsearch.url, STORE_DELAY_MS);
    const narrow = { ...NARROW, ELASTICSEARCH_URL: far.url };
    const api = await here.add('api');
    const [first, second, third, fourth] = [
      await here.add('indexer', narrow),
      await here.add('indexer', narrow),
      await here.add('indexer', narrow),
      await here.add('indexer', narrow),
    ];
    const all = [first, second, third, fourth];
    await Promise.all([api.start(), first.start()]);
    const service = here.dataSet;
    const load = new LoadProducer({ url: () => api.url, service, prefix: service, lanes: 6, restMs: 100 });
    try {
      const behind = await waitForLag(
        [first],
        'one indexer to fall behind',
        ({ records, seconds }) => records >= MUCH.records && seconds >= MUCH.seconds,
      );

      await Promise.all([second.start(), third.start(), fourth.start()]);
      // It goes on growing while they start and the group sorts itself out.
      let worst = behind;
      const caughtUp = await waitForLag(all, 'four indexers to catch up', (lag) => {
        worst = { records: Math.max(worst.records, lag.records), seconds: Math.max(worst.seconds, lag.seconds) };
        return lag.records < worst.records / 3 && lag.seconds < worst.seconds / 3;
      });
      for (const indexer of all)
        assert.ok((await indexer.metric('paylog_records_settled_total')) > 0, 'all of them work');

      // One leaves, one is gone without a word.
      assert.equal(await fourth.end('SIGTERM'), 0);
      assert.equal(await third.end('SIGKILL'), 'SIGKILL');
      await load.more(500);
      await load.finish();
      console.log(
        `      lag of 1: ${JSON.stringify(behind)}, at most ${JSON.stringify(worst)}, of 4: ${JSON.stringify(caughtUp)}`,
      );
    } catch (error) {
      load.abandon();
      throw error;
    }
    await settleAccounts(load, here, api.url);
    // Both have shown what they own, and zero for what they do not.
    await waitForLag([first, second], 'two indexers to have no lag', ({ records, seconds }) => records + seconds === 0);
    assert.deepEqual(await Promise.all([api, first, second].map((each) => each.end('SIGTERM'))), [0, 0, 0]);
  });
});
