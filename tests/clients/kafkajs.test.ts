import assert from 'node:assert/strict';
import { it } from 'mocha';
import { deadLettersWith } from './dead-letters.ts';
import { sendWithKafkajs } from './direct-producers.ts';
import { describeClient, expectExactlyOnce, messagesOf, newMarker } from './harness.ts';

const COUNT = 10_000;

describeClient(
  'kafkajs',
  (here) => {
    it('10,000 records, all found, none twice; what is no record is a dead letter with its reason', async () => {
      const marker = newMarker();
      const records = messagesOf(marker, COUNT).map((message) => ({ service: { name: 'checkout' }, message }));
      const poison = { service: 'checkout', message: `${marker} at noon`, timestamp: 'noon' };
      await sendWithKafkajs(here(), [...records, poison]);
      const found = await expectExactlyOnce(here(), marker, COUNT);
      assert.ok(found.every(({ service }) => service === 'checkout'));
      const letters = await deadLettersWith(here(), marker);
      assert.deepEqual(letters, [{ type: 'invalid_timestamp', field: 'timestamp', record: JSON.stringify(poison) }]);
    });
  },
  { on: ['Kafka and Elasticsearch'] },
);
