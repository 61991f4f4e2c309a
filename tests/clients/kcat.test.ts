import assert from 'node:assert/strict';
import { it } from 'mocha';
import { deadLettersWith } from './dead-letters.ts';
import { needsKcat } from './needs.ts';
import { describeClient, expectExactlyOnce, messagesOf, newMarker } from './harness.ts';
import { runProgram } from './program.ts';

const COUNT = 10_000;

describeClient(
  'kcat',
  (here) => {
    it('10,000 records, all found, none twice; what is no record is a dead letter with its reason', async () => {
      const { kafka } = here();
      assert.ok(kafka);
      const marker = newMarker();
      const records = messagesOf(marker, COUNT).map((message) => JSON.stringify({ service: 'kcat', message }));
      const poison = [`${marker} is not JSON`, JSON.stringify({ message: `${marker} has no service` })];
      const lines = [...records, ...poison];
      const args = ['-P', '-b', kafka.brokers, '-t', kafka.topics.direct, '-z', 'lz4'];
      await runProgram('kcat', args, { input: lines.map((line) => `${line}\n`).join('') });
      await expectExactlyOnce(here(), marker, COUNT);
      const letters = await deadLettersWith(here(), marker);
      assert.deepEqual(letters.map(({ type, field, record }) => [type, field, record]).sort(), [
        ['invalid_json', undefined, poison[0]],
        ['missing_field', 'service', poison[1]],
      ]);
    });
  },
  { on: ['Kafka and Elasticsearch'], needs: needsKcat },
);
