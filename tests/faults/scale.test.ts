import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import { Deployment } from '../e2e/deployment.ts';
import { acquireElasticsearch } from '../stack/acquire-elasticsearch.ts';
import { acquireKafka } from '../stack/acquire-kafka.ts';
import { orSkip } from '../stack/skip.ts';
import type { ElasticsearchNode, KafkaBroker } from '../stack/stack-service.ts';
import { FarStore } from './far-store.ts';
import { LagWatch, type LagSample } from './lag-watch.ts';
import { settleAccounts } from './ledger.ts';
import { LoadProducer } from './load-producer.ts';

/**
 * With one bulk of 16 KiB under way at a time, the load is about twice what one indexer can do, and half of what four can. Later it is a third
 * of that: less than what two can do.
 */
const STORE_DELAY_MS = 200;
const NARROW = { BULK_MAX_BYTES: '16384', MAX_RECORD_BYTES: '8192', BULK_CONCURRENCY: '1', BULK_MAX_DELAY_MS: '50' };
/** Lag at which more indexers are asked for. */
const MUCH = { records: 800, seconds: 4 };
const PARTITIONS = 4;
/** `logs` and `logs.direct`. */
const ALL_PARTITIONS = 2 * PARTITIONS;
const WAIT_MS = 90_000;
/** Samples one after the other that have to agree. */
const SAMPLES = 6;
const SAMPLE_MS = 500;
const REST_MS = { busy: 100, quiet: 500 };
/** Acknowledged under the smaller load, by what is left: longer than the session of an indexer that was killed. */
const MORE = 800;

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
    await using here = new Deployment(kafka.brokers, elasticsearch.url, { KAFKA_PARTITIONS: String(PARTITIONS) });
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
    let restMs = REST_MS.busy;
    const load = new LoadProducer({ url: () => api.url, service, prefix: service, lanes: 6, restMs: () => restMs });
    const watch = new LagWatch(here, SAMPLE_MS);
    try {
      watch.indexers = [first];
      const isBehind = ({ shown }: LagSample): boolean =>
        shown.records >= MUCH.records && shown.seconds >= MUCH.seconds;
      const behind = await watch.waitFor('one indexer to fall behind', isBehind, WAIT_MS);

      // From here on there is much to do, and at no time may the metrics say that there is nothing.
      await Promise.all([second.start(), third.start(), fourth.start()]);
      watch.indexers = all;
      const caughtUp = await watch.waitFor(
        'four indexers to catch up',
        ({ records }) => records < watch.worst / 3,
        WAIT_MS,
        SAMPLES,
      );
      const worst = watch.worst;
      await watch.waitFor('the metrics to say so', ({ shown }) => shown.records < worst / 3, WAIT_MS, SAMPLES);
      await watch.waitFor('each partition to have one owner', ({ owned }) => owned === ALL_PARTITIONS, WAIT_MS);
      watch.assertHonest();
      for (const indexer of all)
        assert.ok((await indexer.metric('paylog_records_settled_total')) > 0, 'all of them work');

      // Less comes in. One leaves, one is gone without a word.
      restMs = REST_MS.quiet;
      watch.indexers = [first, second];
      assert.equal(await fourth.end('SIGTERM'), 0);
      assert.equal(await third.end('SIGKILL'), 'SIGKILL');
      await watch.waitFor('each partition to have one owner of two', ({ owned }) => owned === ALL_PARTITIONS, WAIT_MS);
      await load.more(MORE);
      // The load goes on: what waited for the session of the killed one is made up for, and the rest does not pile up.
      const left = await watch.waitFor('two to keep up', ({ records }) => records < worst / 3, WAIT_MS, SAMPLES);
      await load.finish();
      console.log(
        `      lag of 1: ${behind.records}, at most ${worst}, of 4: ${caughtUp.records}, of 2: ${left.records}`,
      );
    } catch (error) {
      load.abandon();
      throw error;
    } finally {
      await watch.stop();
    }

    await settleAccounts(load, here, api.url);
    assert.deepEqual(await Promise.all([api, first, second].map((each) => each.end('SIGTERM'))), [0, 0, 0]);
  });
});
