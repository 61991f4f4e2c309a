import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { createKafkaPublisher } from '@paylog/shared/kafka/create-kafka-publisher';
import { acquireKafka } from '../stack/acquire-kafka.ts';
import { freePort } from '../stack/free-port.ts';
import { orSkip } from '../stack/skip.ts';
import type { KafkaBroker } from '../stack/stack-service.ts';
import { type CliEnd, runCli } from './cli-process.ts';
import { silentLogger } from './indexer-world.ts';

describe('paylog topics, on a real Kafka', function () {
  this.timeout(120_000);
  const topic = `cli${Date.now().toString(36)}`;
  let kafka: KafkaBroker;
  let directory = '';

  before(async function () {
    kafka = orSkip(this, await acquireKafka());
    directory = await mkdtemp(path.join(tmpdir(), 'paylog-cli-'));
  });

  after(async () => {
    if (directory !== '') await rm(directory, { recursive: true });
  });

  const topics = (...args: readonly string[]): Promise<CliEnd> =>
    runCli({
      args: ['topics', ...args],
      directory,
      env: { KAFKA_BROKERS: kafka.brokers, KAFKA_TOPIC: topic, KAFKA_PARTITIONS: '2', KAFKA_RETENTION_MS: '2d' },
    });

  it('says what is missing, makes it, and leaves it as it is the next time', async () => {
    const missing = await topics('describe');
    assert.equal(missing.code, 1, missing.stderr);
    assert.match(missing.stdout, new RegExp(`^${topic}: does not exist`));
    const made = await topics('create');
    assert.deepEqual(
      [made.code, made.stdout, made.stderr],
      [0, `${topic}: created\n${topic}.direct: created\n${topic}.dlq: created\n`, ''],
    );
    const again = await topics('create', '--json');
    assert.deepEqual(
      (JSON.parse(again.stdout) as { topics: { created: boolean }[] }).topics.map(({ created }) => created),
      [false, false, false],
    );
  });

  it('describes partitions, replicas and settings', async () => {
    const { code, stdout } = await topics('describe');
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`^${topic}: kept 2d, batches up to 1048576 bytes, min\\.insync\\.replicas 1\\n`));
    assert.match(stdout, /\n +1 +\d+ +1 +1 +0 +0 +0\n/);
    assert.match(stdout, new RegExp(`\\n${topic}\\.dlq: kept 30d`));
  });

  it('counts what the group has not committed', async () => {
    const publisher = createKafkaPublisher(
      {
        brokers: kafka.brokers.split(','),
        clientId: 'cli-test',
        client: 'kafkajs',
        publishTimeoutMs: 4500,
        maxBatchBytes: 1_048_576,
      },
      silentLogger,
    );
    await publisher.start();
    const messages = Array.from({ length: 7 }, (_, i) => ({ key: String(i), value: Buffer.from('{}') }));
    assert.deepEqual(await publisher.publish(topic, messages), { status: 'stored' });
    await publisher.stop();
    const { code, stdout } = await topics('lag', '--json');
    assert.equal(code, 0);
    const lag = JSON.parse(stdout) as { records: number; partitions: { topic: string; records: number }[] };
    assert.equal(lag.records, 7);
    assert.equal(lag.partitions.filter((partition) => partition.topic === topic).length, 2);
    assert.match((await topics('lag')).stdout, /\ngroup paylog-indexer is 7 messages behind\n$/);
  });

  it('takes its configuration from a file, and says with code 3 that no broker answers', async () => {
    const file = path.join(directory, 'prod.env');
    await writeFile(file, `KAFKA_BROKERS=127.0.0.1:${String(await freePort())}\n`);
    const { code, stdout, stderr } = await topics('describe', '--env-file', file);
    assert.deepEqual([code, stdout], [3, '']);
    assert.match(stderr, /^paylog: Kafka cannot be asked for its topics: [^\n]+\n$/);
  });
});
