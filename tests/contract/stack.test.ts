import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import kafkajs from 'kafkajs';
import { acquireElasticsearch } from '../stack/acquire-elasticsearch.ts';
import { acquireKafka } from '../stack/acquire-kafka.ts';
import { launchChromium } from '../stack/chromium.ts';
import { canListen } from '../stack/free-port.ts';
import { elasticsearchAnswers, kafkaAnswers, waitUntil } from '../stack/ready.ts';
import { orSkip } from '../stack/skip.ts';
import type { ElasticsearchNode, KafkaBroker } from '../stack/stack-service.ts';

// CommonJS: Node.js itself does not find all of its names.
const { ConfigResourceTypes, Kafka, logLevel } = kafkajs;
const stackFolder = path.join(import.meta.dirname, '..', 'stack');

describe('the local stack: Kafka', function () {
  this.timeout(120_000);
  let broker: KafkaBroker;

  before(async function () {
    broker = orSkip(this, await acquireKafka({ own: true }));
  });

  after(async () => {
    await (broker as KafkaBroker | undefined)?.dispose();
  });

  it('keeps what it acknowledged across a kill and comes back on the same port', async () => {
    const kafka = new Kafka({ brokers: [broker.brokers], logLevel: logLevel.NOTHING });
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: 'kept', numPartitions: 1 }], waitForLeaders: true });
    await admin.disconnect();
    const producer = kafka.producer();
    await producer.connect();
    await producer.send({ topic: 'kept', acks: -1, messages: [{ value: 'before the kill' }] });
    await producer.disconnect();

    await broker.kill();
    assert.equal(await kafkaAnswers(portOf(broker.brokers)), false);
    await broker.start();

    const again = kafka.admin();
    await again.connect();
    const [offset] = await again.fetchTopicOffsets('kept');
    await again.disconnect();
    assert.equal(offset?.high, '1');
  });

  it('can be paused: connections are taken and nothing answers', async () => {
    await broker.pause();
    assert.equal(await kafkaAnswers(portOf(broker.brokers)), false);
    await broker.resume();
    await waitUntil('Kafka', () => kafkaAnswers(portOf(broker.brokers)), 10_000);
  });

  it('takes properties, and runs beside another one', async () => {
    const other = await acquireKafka({ properties: { 'message.max.bytes': '12345' } });
    assert.ok(!('skipped' in other));
    try {
      assert.notEqual(other.brokers, broker.brokers);
      const admin = new Kafka({ brokers: [other.brokers], logLevel: logLevel.NOTHING }).admin();
      await admin.connect();
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: ConfigResourceTypes.BROKER, name: '1', configNames: ['message.max.bytes'] }],
      });
      await admin.disconnect();
      assert.equal(resources[0]?.configEntries[0]?.configValue, '12345');
    } finally {
      await other.dispose();
    }
  });

  it('does not outlive the process that started it, even when that is killed', async () => {
    const program = `
      import { acquireKafka } from ${JSON.stringify(path.join(stackFolder, 'acquire-kafka.ts'))};
      const broker = await acquireKafka({ own: true });
      await broker.pause();
      process.stdout.write(broker.brokers, () => process.kill(process.pid, 'SIGKILL'));`;
    const address = await promisify(execFile)(
      process.execPath,
      ['--conditions=@paylog/source', '--import', 'tsx', '--input-type=module', '--eval', program],
      { cwd: path.join(stackFolder, '..') },
    ).then(
      () => assert.fail('it was to be killed'),
      (error: unknown) => (error as { stdout: string }).stdout,
    );
    assert.match(address, /^127\.0\.0\.1:\d+$/);
    await waitUntil('its end', () => canListen(portOf(address)), 10_000);
  });
});

describe('the local stack: Elasticsearch', function () {
  this.timeout(120_000);
  let node: ElasticsearchNode;

  before(async function () {
    node = orSkip(this, await acquireElasticsearch({ own: true }));
  });

  after(async () => {
    await (node as ElasticsearchNode | undefined)?.dispose();
  });

  it('keeps what it acknowledged across a kill and comes back on the same port', async () => {
    const stored = await fetch(`${node.url}/kept/_create/1`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: '{"message":"before the kill"}',
    });
    assert.equal(stored.status, 201);
    await stored.arrayBuffer();

    await node.kill();
    assert.equal(await elasticsearchAnswers(node.url), false);
    await node.start();

    const found = (await (await fetch(`${node.url}/kept/_doc/1`)).json()) as { _source: { message: string } };
    assert.equal(found._source.message, 'before the kill');
  });

  it('stops cleanly, twice', async () => {
    await node.stop();
    await node.stop();
    assert.equal(await elasticsearchAnswers(node.url), false);
    await node.start();
    assert.equal(await elasticsearchAnswers(node.url), true);
  });
});

describe('Chromium', function () {
  this.timeout(60_000);

  it('renders a page', async function () {
    const browser = orSkip(this, await launchChromium());
    try {
      const page = await browser.newPage();
      await page.setContent('<title>paylog</title>');
      assert.equal(await page.title(), 'paylog');
    } finally {
      await browser.close();
    }
  });
});

function portOf(address: string): number {
  return Number(address.split(':')[1]);
}
