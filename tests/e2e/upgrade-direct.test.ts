import assert from 'node:assert/strict';
import { Kafka, logLevel } from 'kafkajs';
import { before, describe, it } from 'mocha';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { acquireElasticsearch } from '../stack/acquire-elasticsearch.ts';
import { acquireKafka } from '../stack/acquire-kafka.ts';
import { previousVersion } from '../stack/previous-version.ts';
import { orSkip } from '../stack/skip.ts';
import type { ElasticsearchNode, KafkaBroker } from '../stack/stack-service.ts';
import { TOOL_BUILD_MS } from '../stack/tools.ts';
import { searchAll } from './api-client.ts';
import { Deployment } from './deployment.ts';
import { samples } from './upgrade-samples.ts';

const WAIT_MS = 60_000;

/** One message for each text on the topic of direct producers. */
async function produce({ brokers, topics }: Deployment, texts: readonly string[]): Promise<void> {
  const producer = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING }).producer();
  await producer.connect();
  try {
    await producer.send({ topic: topics.direct, messages: texts.map((value) => ({ value })) });
  } finally {
    await producer.disconnect();
  }
}

/** The dead letters with their keys, sorted, without their time and the wording of their reason. */
async function lettersOf(here: Deployment): Promise<string[]> {
  const messages = await here.read(here.topics.deadLetters);
  return messages
    .map(({ key, value }) => {
      const { error, ...letter } = JSON.parse(String(value)) as { readonly error: { readonly type: string } };
      return JSON.stringify([String(key), error.type, { ...letter, dead_lettered_at: '' }]);
    })
    .sort();
}

describe('direct producers and dead letters across versions', function () {
  this.timeout(180_000);
  let old = '';
  let kafka: KafkaBroker;
  let elasticsearch: ElasticsearchNode;

  before(async function () {
    this.timeout(TOOL_BUILD_MS);
    old = orSkip(this, await previousVersion()).directory;
    kafka = orSkip(this, await acquireKafka());
    elasticsearch = orSkip(this, await acquireElasticsearch());
  });

  for (const [title, oldFirst] of [
    ['what an old indexer settled a new one recognizes', true],
    ['what a new indexer settled an old one recognizes', false],
  ] as const) {
    it(title, async () => {
      await using here = new Deployment(kafka.brokers, elasticsearch.url, { OWN_LOGS: 'false' });
      const [first, second] = oldFirst ? [old, undefined] : [undefined, old];
      const indexer = await here.add('indexer', {}, first);
      const api = await here.add('api');
      await Promise.all([api.start(), indexer.start()]);
      const good = samples(here.dataSet, new Date().toISOString());
      // Neither JSON, nor whole, nor (as one of the two) the only one of its id.
      const bad = ['not JSON', '{"message":"no service"}', (good[0] ?? '').replace('plain', 'another')];
      await produce(here, [...good, ...bad]);
      await here.waitForNoLag();
      assert.equal(await here.countStored(), good.length);
      const stored = await searchAll(api.url, { service: here.dataSet });
      assert.equal(stored.length, good.length);
      const letters = await lettersOf(here);
      assert.equal(letters.length, bad.length);

      // A group of its own reads everything once more: nothing gets another id, another address or another content.
      const replaying = await here.add('indexer', { KAFKA_GROUP: `${here.group}-again` }, second);
      await replaying.start();
      const settled = (outcome: string): Promise<number> =>
        replaying.metric('paylog_records_settled_total', { outcome });
      await waitUntil(
        async () => (await replaying.metric('paylog_records_settled_total')) >= good.length + bad.length,
        WAIT_MS,
        () => `the end of the topic; it wrote:\n${replaying.output}`,
      );
      assert.deepEqual([await settled('duplicate'), await settled('dead_lettered')], [good.length, bad.length]);
      assert.equal(await here.countStored(), good.length);
      assert.deepEqual(await searchAll(api.url, { service: here.dataSet }), stored);
      assert.deepEqual(await lettersOf(here), [...letters, ...letters].sort());
    });
  }
});
