import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { it } from 'mocha';
import { freePort } from '../stack/free-port.ts';
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

    it('what it could not send before it was stopped is sent when it runs again', async () => {
      const marker = newMarker();
      const config = blockOf('kafka.md', 'rsyslog', here());
      const directory = await mkdtemp(path.join(tmpdir(), 'paylog-rsyslog-'));
      try {
        const nobody = `127.0.0.1:${await freePort()}`;
        const away = await Rsyslog.start(config.replace(here().kafka!.brokers, nobody), directory);
        await away.log('checkout', messagesOf(marker, 500));
        await away[Symbol.asyncDispose]();
        await using again = await Rsyslog.start(config, directory);
        await expectExactlyOnce(here(), marker, 500).catch((error: unknown) => {
          throw new Error(`rsyslogd wrote:\n${again.output}`, { cause: error });
        });
      } finally {
        await rm(directory, { recursive: true });
      }
    });
  },
  { on: ['Kafka and Elasticsearch'], needs: needsRsyslogWith('omkafka') },
);
