import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import { settingsOf } from '@paylog/shared/testing/queue-bench';
import { QueueProbe } from '@paylog/shared/testing/queue-probe';
import { acquireKafka } from '../stack/acquire-kafka.ts';
import { orSkip } from '../stack/skip.ts';
import type { KafkaBroker } from '../stack/stack-service.ts';
import { testConsumer, testTopicAdmin } from './kafka-harness.ts';

const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;

describe('Kafka: batches that other producers compressed', function () {
  this.timeout(60_000);
  let broker: KafkaBroker | undefined;

  before(async function () {
    this.timeout(300_000);
    broker = orSkip(this, await acquireKafka());
    if (spawnSync('kcat', ['-V']).status !== 0) orSkip(this, { skipped: 'apt-get install kcat' });
  });
  after(async () => {
    await broker?.dispose();
  });

  for (const codec of CODECS) {
    it(`reads ${codec}`, async () => {
      assert.ok(broker);
      const brokers = broker.brokers.split(',');
      const topic = `compression-${randomUUID()}`;
      await testTopicAdmin(brokers).ensureTopics([settingsOf(topic, 1, 1_000_000)], true);
      const lines = Array.from(
        { length: 2000 },
        (_, index) => `{"message":"line ${String(index)} of wörter","n":1e400}`,
      );
      const kcat = spawn('kcat', ['-P', '-b', broker.brokers, '-t', topic, '-z', codec, '-K', '|'], {
        stdio: ['pipe', 'ignore', 'inherit'],
      });
      kcat.stdin.end(lines.map((line, index) => `k-${String(index)}|${line}\n`).join(''));
      assert.deepEqual(await once(kcat, 'exit'), [0, null]);
      const probe = new QueueProbe();
      const consumer = testConsumer({ brokers }, { groupId: randomUUID(), topics: [topic] });
      await consumer.start(probe.handler);
      try {
        await probe.waitForKeys(lines.length);
      } finally {
        await consumer.stop();
      }
      assert.deepEqual(
        probe.deliveries.map(({ message }) => message.value?.toString()),
        lines,
      );
    });
  }
});
