import assert from 'node:assert/strict';
import { Deployment } from '../e2e/deployment.ts';
import type { Service } from '../e2e/service.ts';
import type { ElasticsearchNode, KafkaBroker } from '../stack/stack-service.ts';
import { settleAccounts } from './ledger.ts';
import { LoadProducer } from './load-producer.ts';

/** Acknowledged records between two faults. */
export const BETWEEN = 150;

/** A deployment under load. */
export interface Scene {
  readonly here: Deployment;
  readonly api: Service;
  readonly indexer: Service;
  readonly load: LoadProducer;
}

/** Runs a fault on a new deployment under load; at the end all accounts must be settled, and the processes end with 0. */
export async function underLoad(
  { kafka, elasticsearch }: { readonly kafka: KafkaBroker; readonly elasticsearch: ElasticsearchNode },
  env: Readonly<Record<string, string>>,
  fault: (scene: Scene) => Promise<void>,
): Promise<void> {
  await using here = new Deployment(kafka.brokers, elasticsearch.url, env);
  const [api, indexer] = [await here.add('api'), await here.add('indexer')];
  await Promise.all([api.start(), indexer.start()]);
  const service = here.dataSet;
  const load = new LoadProducer({ url: () => api.url, service, prefix: service, lanes: 16, restMs: 100 });
  try {
    await load.more(BETWEEN);
    await fault({ here, api, indexer, load });
    await load.more(BETWEEN);
    await load.finish();
  } catch (error) {
    // What went wrong first counts, and a producer cannot finish against a service that is gone.
    load.abandon();
    await kafka.resume();
    await elasticsearch.resume();
    await Promise.all([kafka.start(), elasticsearch.start()]);
    throw error;
  }
  await settleAccounts(load, here, api.url);
  assert.deepEqual(await Promise.all([api.end('SIGTERM'), indexer.end('SIGTERM')]), [0, 0]);
}
