import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { after, before, describe, it } from 'mocha';
import { acquireElasticsearch } from '../stack/acquire-elasticsearch.ts';
import { acquireKafka } from '../stack/acquire-kafka.ts';
import { orSkip } from '../stack/skip.ts';
import type { ElasticsearchNode, KafkaBroker } from '../stack/stack-service.ts';
import { ROUNDS } from './ledger.ts';
import { BETWEEN, underLoad, type Scene } from './scene.ts';

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

  const run = (fault: (scene: Scene) => Promise<void>): Promise<void> => {
    assert.ok(kafka && elasticsearch);
    return underLoad({ kafka, elasticsearch }, {}, fault);
  };

  const rounds = async (round: () => Promise<void>): Promise<void> => {
    for (let n = 0; n < ROUNDS; n += 1) await round();
  };

  it(`kill -9 of the API, ${ROUNDS} times`, () =>
    run(({ api, load }) =>
      rounds(async () => {
        await load.more(BETWEEN);
        await api.end('SIGKILL');
        await api.start();
      }),
    ));

  it(`kill -9 of the indexer, ${ROUNDS} times`, () =>
    run(({ indexer, load }) =>
      rounds(async () => {
        await load.more(BETWEEN);
        await indexer.end('SIGKILL');
        await load.more(BETWEEN);
        await indexer.start();
      }),
    ));

  it(`kill -9 of the broker, ${ROUNDS} times`, () =>
    run(({ load }) =>
      rounds(async () => {
        await load.more(BETWEEN);
        await kafka!.kill();
        await delay(1000);
        await kafka!.start();
      }),
    ));

  it(`kill -9 of the store, ${ROUNDS} times`, () =>
    run(({ load }) =>
      rounds(async () => {
        await load.more(BETWEEN);
        await elasticsearch!.kill();
        await load.more(BETWEEN);
        await elasticsearch!.start();
      }),
    ));
});
