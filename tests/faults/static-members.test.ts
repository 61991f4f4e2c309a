import assert from 'node:assert/strict';
import { AssignerProtocol, Kafka, logLevel } from 'kafkajs';
import { before, describe, it } from 'mocha';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { Deployment } from '../e2e/deployment.ts';
import type { Service } from '../e2e/service.ts';
import { acquireElasticsearch } from '../stack/acquire-elasticsearch.ts';
import { acquireKafka } from '../stack/acquire-kafka.ts';
import { orSkip } from '../stack/skip.ts';
import type { ElasticsearchNode, KafkaBroker } from '../stack/stack-service.ts';
import { settleAccounts } from './ledger.ts';
import { LoadProducer } from './load-producer.ts';

/** Long, as for the pods of a StatefulSet: whoever is killed must not wait for its end. */
const SESSION_MS = 60_000;
const SOON_MS = 20_000;
const PODS = ['pod-0', 'pod-1'] as const;

/** Partitions of each member, by its instance id. */
async function sharesOf({ brokers, group }: Deployment): Promise<Readonly<Record<string, unknown>>> {
  const admin = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    const { groups } = await admin.describeGroups([group]);
    return Object.fromEntries(
      (groups[0]?.members ?? []).map(({ memberId, memberAssignment }) => [
        PODS.find((pod) => memberId.startsWith(`${pod}-`)) ?? memberId,
        AssignerProtocol.MemberAssignment.decode(memberAssignment)?.assignment,
      ]),
    );
  } finally {
    await admin.disconnect();
  }
}

async function works(indexer: Service): Promise<void> {
  await waitUntil(
    async () => (await indexer.metric('paylog_records_settled_total').catch(() => 0)) > 0,
    SOON_MS,
    () => 'records that it settled',
  );
}

describe('indexers that are static members', function () {
  this.timeout(180_000);
  let kafka: KafkaBroker;
  let elasticsearch: ElasticsearchNode;

  before(async function () {
    this.timeout(300_000);
    kafka = orSkip(this, await acquireKafka());
    elasticsearch = orSkip(this, await acquireElasticsearch());
  });

  it('go on with their partitions under load, replaced one after another and killed; nothing is lost, nothing twice', async () => {
    const env = { KAFKA_PARTITIONS: '4', KAFKA_SESSION_TIMEOUT_MS: String(SESSION_MS) };
    await using here = new Deployment(kafka.brokers, elasticsearch.url, env);
    const api = await here.add('api');
    const indexers = await Promise.all(PODS.map((pod) => here.add('indexer', { KAFKA_GROUP_INSTANCE_ID: pod })));
    await Promise.all([api, ...indexers].map((each) => each.start()));
    const load = new LoadProducer({
      url: () => api.url,
      service: here.dataSet,
      prefix: here.dataSet,
      lanes: 4,
      restMs: 50,
    });
    try {
      await Promise.all(indexers.map(works));
      const shares = await sharesOf(here);
      assert.deepEqual(Object.keys(shares).sort(), PODS);
      for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
        for (const indexer of indexers) {
          assert.equal(await indexer.end(signal), signal === 'SIGTERM' ? 0 : signal);
          assert.deepEqual(await sharesOf(here), shares, 'nobody has its partitions while it is away');
          await indexer.start();
          await works(indexer);
          assert.deepEqual(await sharesOf(here), shares, 'it has them again');
        }
      }
      await load.more(200);
      await load.finish();
    } catch (error) {
      load.abandon();
      throw error;
    }
    await settleAccounts(load, here, api.url);
  });
});
