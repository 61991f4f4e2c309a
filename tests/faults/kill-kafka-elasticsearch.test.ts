import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { after, before, describe, it } from 'mocha';
import { Deployment } from '../e2e/deployment.ts';
import type { Service } from '../e2e/service.ts';
import { acquireElasticsearch } from '../stack/acquire-elasticsearch.ts';
import { acquireKafka } from '../stack/acquire-kafka.ts';
import { orSkip } from '../stack/skip.ts';
import type { ElasticsearchNode, KafkaBroker } from '../stack/stack-service.ts';
import { ROUNDS, settleAccounts } from './ledger.ts';
import { LoadProducer } from './load-producer.ts';

/** Acknowledged records between two faults. */
const BETWEEN = 150;

/** A deployment under load. */
interface Scene {
  readonly here: Deployment;
  readonly api: Service;
  readonly indexer: Service;
  readonly load: LoadProducer;
}

describe('faults on Kafka and Elasticsearch', function () {
  this.timeout(60_000 + ROUNDS * 120_000);
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

  /** Runs a fault under load; at the end all accounts must be settled. */
  async function underLoad(
    env: Readonly<Record<string, string>>,
    fault: (scene: Scene) => Promise<void>,
  ): Promise<void> {
    assert.ok(kafka && elasticsearch);
    await using here = new Deployment(kafka.brokers, elasticsearch.url, env);
    const [api, indexer] = [await here.add('api'), await here.add('indexer')];
    await Promise.all([api.start(), indexer.start()]);
    const service = here.dataSet;
    const load = new LoadProducer({ url: () => api.url, service, prefix: service, lanes: 24, restMs: 40 });
    try {
      await load.more(BETWEEN);
      await fault({ here, api, indexer, load });
      await load.more(BETWEEN);
    } finally {
      await load.finish();
    }
    await settleAccounts(load, here, api.url);
    assert.deepEqual(await Promise.all([api.end('SIGTERM'), indexer.end('SIGTERM')]), [0, 0]);
  }

  const rounds = async (round: () => Promise<void>): Promise<void> => {
    for (let n = 0; n < ROUNDS; n += 1) await round();
  };

  it(`kill -9 of the API, ${ROUNDS} times`, () =>
    underLoad({}, ({ api, load }) =>
      rounds(async () => {
        await load.more(BETWEEN);
        await api.end('SIGKILL');
        await api.start();
      }),
    ));

  it(`kill -9 of the indexer, ${ROUNDS} times`, () =>
    underLoad({}, ({ indexer, load }) =>
      rounds(async () => {
        await load.more(BETWEEN);
        await indexer.end('SIGKILL');
        await load.more(BETWEEN);
        await indexer.start();
      }),
    ));

  it(`kill -9 of the broker, ${ROUNDS} times`, () =>
    underLoad({}, ({ load }) =>
      rounds(async () => {
        await load.more(BETWEEN);
        await kafka!.kill();
        await delay(1000);
        await kafka!.start();
      }),
    ));

  it(`kill -9 of the store, ${ROUNDS} times`, () =>
    underLoad({}, ({ load }) =>
      rounds(async () => {
        await load.more(BETWEEN);
        await elasticsearch!.kill();
        await load.more(BETWEEN);
        await elasticsearch!.start();
      }),
    ));
});
