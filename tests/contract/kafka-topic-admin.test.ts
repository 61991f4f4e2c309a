import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { QueueUnavailableError } from '@paylog/shared/errors/queue-unavailable-error';
import { retryUntilDone } from '@paylog/shared/flow/retry-until-done';
import { settingsOf } from '@paylog/shared/testing/queue-bench';
import { acquireKafka } from '../stack/acquire-kafka.ts';
import { orSkip } from '../stack/skip.ts';
import type { KafkaBroker } from '../stack/stack-service.ts';
import { silentLogger } from '../e2e/indexer-world.ts';
import { testTopicAdmin } from './kafka-harness.ts';

describe('Kafka: making topics', function () {
  this.timeout(60_000);
  let broker: KafkaBroker | undefined;

  before(async function () {
    this.timeout(300_000);
    broker = orSkip(this, await acquireKafka());
  });
  after(async () => {
    await broker?.dispose();
  });

  it('makes them once when several processes start at the same moment, each as a service does', async () => {
    assert.ok(broker);
    const brokers = broker.brokers.split(',');
    for (let round = 0; round < 8; round += 1) {
      const topics = ['a', 'b', 'c'].map((name) => settingsOf(`race-${name}-${randomUUID()}`, 12, 1_000_000));
      const start = (): Promise<void> =>
        retryUntilDone(
          () => testTopicAdmin(brokers).ensureTopics(topics, true),
          {
            minMs: 20,
            maxMs: 500,
            what: 'queue',
            signal: new AbortController().signal,
            isTransient: (error) => error instanceof QueueUnavailableError,
          },
          silentLogger,
        );
      // A topic that one of them has just made is not known to every broker at once: none may end for that.
      await Promise.all(Array.from({ length: 8 }, (_, index) => delay(index * 7).then(start)));
      await testTopicAdmin(brokers).ensureTopics(topics, false);
    }
  });
});
