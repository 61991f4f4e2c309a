import assert from 'node:assert/strict';
import { it } from 'mocha';
import { deadLettersWith } from './dead-letters.ts';
import { describeClient, expectExactlyOnce, messagesOf, newMarker } from './harness.ts';
import { blockOf } from './pages.ts';
import { needsRsyslogWith, Rsyslog } from './rsyslog.ts';

const COUNT = 10_000;

describeClient(
  'rsyslog omkafka',
  (here) => {
    it('10,000 lines, all found, none twice; a line that is no UTF-8 is a dead letter with its reason', async () => {
      const marker = newMarker();
      await using rsyslog = await Rsyslog.start(blockOf('kafka.md', 'rsyslog', here()));
      const poison = Buffer.from(`${marker} caf\u00e9`, 'latin1');
      await rsyslog.log('checkout', [poison, ...messagesOf(marker, COUNT)]);
      const found = await expectExactlyOnce(here(), marker, COUNT);
      const { service, level, host } = found[0]!;
      assert.deepEqual({ service, level, host }, { service: 'checkout', level: 'info', host: 'localhost' });
      const letters = await deadLettersWith(here(), marker);
      assert.deepEqual(
        letters.map(({ type, record }) => [type, record.includes('caf\u00e9')]),
        [['invalid_utf8', true]],
      );
    });
  },
  { on: ['Kafka and Elasticsearch'], needs: needsRsyslogWith('omkafka') },
);
