import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { acquireElasticsearch } from '../stack/acquire-elasticsearch.ts';
import { acquireKafka } from '../stack/acquire-kafka.ts';
import { orSkip } from '../stack/skip.ts';
import { ingest, searchIds } from './api-client.ts';
import { ServiceProcess } from './service-process.ts';

describe('all-in-one process with one real side', function () {
  this.timeout(180_000);
  const run = `mixed${Date.now().toString(36)}`;
  let dataDir = '';

  beforeEach(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'paylog-mixed-'));
  });

  afterEach(async () => {
    await rm(dataDir, { recursive: true });
  });

  /** Sends through a process of these settings, waits until all is found, and checks which sides it names. */
  async function expectPipeline(settings: Readonly<Record<string, string>>, sides: RegExp): Promise<void> {
    await using service = new ServiceProcess('standalone', { PORT: '0', DATA_DIR: dataDir, ...settings });
    const [line, url = ''] = await service.waitForOutput(/^Pay Log Aggregator is ready: (\S+) .+$/m);
    assert.match(line, sides);
    const ids = Array.from({ length: 200 }, (_, n) => `${run}-${String(n)}`).sort();
    const answer = await ingest(
      url,
      ids.map((id) => JSON.stringify({ id, message: `order ${id}`, service: run })),
    );
    assert.equal(answer.status, 202);
    let found: string[] = [];
    const all = async (): Promise<boolean> => {
      found = (await searchIds(url, { service: run })).sort();
      return found.length >= ids.length;
    };
    await waitUntil(all, 60_000, () => `${String(ids.length)} records, have ${String(found.length)}`);
    assert.deepEqual(found, ids);
  }

  it('uses Kafka and the embedded store when only brokers are named', async function () {
    const broker = orSkip(this, await acquireKafka());
    const settings = { KAFKA_BROKERS: broker.brokers, KAFKA_TOPIC: run, KAFKA_GROUP: run };
    await expectPipeline(settings, / - Kafka at \S+, embedded store in /);
    await broker.dispose();
  });

  it('uses the embedded queue and Elasticsearch when only a cluster is named', async function () {
    const node = orSkip(this, await acquireElasticsearch());
    await expectPipeline({ ELASTICSEARCH_URL: node.url, DATA_SET: run }, / - embedded queue in \S+, Elasticsearch at /);
    await node.dispose();
  });
});
