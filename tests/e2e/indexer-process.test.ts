import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { acquireElasticsearch } from '../stack/acquire-elasticsearch.ts';
import { acquireKafka } from '../stack/acquire-kafka.ts';
import { freePort } from '../stack/free-port.ts';
import { orSkip } from '../stack/skip.ts';
import { ServiceProcess } from './service-process.ts';
import { uniqueName } from '../stack/unique-name.ts';

async function statusOf(port: string, path: string): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  await response.arrayBuffer();
  return response.status;
}

describe('indexer process', function () {
  this.timeout(300_000);

  it('refuses to start with everything that is wrong with its configuration, and says it in one go', async () => {
    await using indexer = new ServiceProcess('indexer', { BULK_CONCURRENCY: 'many', RETRY_MIN_MS: '0' });
    assert.equal(await indexer.exit, 78);
    assert.match(indexer.stderr, /BULK_CONCURRENCY=many/);
    assert.match(indexer.stderr, /RETRY_MIN_MS=0/);
    assert.equal(indexer.stdout, '');
  });

  it('waits for brokers and store that are not there, alive but not ready, and can be stopped while it waits', async () => {
    const [broker, store] = [await freePort(), await freePort()];
    await using indexer = new ServiceProcess('indexer', {
      PORT: '0',
      KAFKA_BROKERS: `127.0.0.1:${String(broker)}`,
      ELASTICSEARCH_URL: `http://127.0.0.1:${String(store)}`,
    });
    const [, port = ''] = await indexer.waitForOutput(/health and metrics are served.*"port":(\d+)/);
    await indexer.waitForOutput(/not there yet, waiting for it.*"what":"queue"/);
    assert.deepEqual(
      [await statusOf(port, '/health/live'), await statusOf(port, '/health/ready'), await statusOf(port, '/metrics')],
      [200, 503, 200],
    );
    assert.equal(await indexer.end('SIGTERM'), 0);
  });

  it('becomes ready, stops on SIGTERM with 0, and at once on a second signal', async function () {
    const kafka = orSkip(this, await acquireKafka());
    const elasticsearch = orSkip(this, await acquireElasticsearch());
    const name = uniqueName('e2e-');
    const env = {
      PORT: '0',
      KAFKA_BROKERS: kafka.brokers,
      KAFKA_TOPIC: name,
      KAFKA_GROUP: name,
      KAFKA_PARTITIONS: '2',
      ELASTICSEARCH_URL: elasticsearch.url,
    };
    await using indexer = new ServiceProcess('indexer', env);
    const [, port = ''] = await indexer.waitForOutput(/health and metrics are served.*"port":(\d+)/);
    await indexer.waitForOutput(/indexer is ready/);
    let ready = 0;
    for (let i = 0; i < 100 && ready !== 200; i += 1) {
      ready = await statusOf(port, '/health/ready');
      if (ready !== 200) await new Promise((resolve) => setTimeout(resolve, 200));
    }
    assert.equal(ready, 200);
    assert.equal(await indexer.end('SIGTERM'), 0);

    await using hasty = new ServiceProcess('indexer', env);
    await hasty.waitForOutput(/indexer is ready/);
    hasty.send('SIGTERM');
    hasty.send('SIGINT');
    // The system may deliver them in any order, and the stop may be through before the second one is seen.
    const code = await hasty.exit;
    assert.ok([0, 130, 143].includes(Number(code)), String(code));
  });
});
