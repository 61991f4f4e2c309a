import assert from 'node:assert/strict';
import { it } from 'mocha';
import { describeClient, expectExactlyOnce, messagesOf, needsProgram, newMarker } from './harness.ts';
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
      const letters = (await kafka.read(kafka.topics.deadLetters))
        .map(({ value }) => JSON.parse(String(value)) as { record: string; error: { type: string } })
        .filter(({ record }) => record.includes(marker));
      assert.deepEqual(
        letters.map(({ record, error }) => [record, error.type]).sort(),
        [
          [poison[0], 'invalid_json'],
          [poison[1], 'missing_field'],
        ].sort(),
      );
    });
  },
  { on: ['Kafka and Elasticsearch'], needs: needsProgram('kcat', ['-V'], 'apt-get install kcat') },
);
