import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { it } from 'mocha';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import {
  sendWithBulkHelper,
  sendWithEcsPino,
  sendWithEcsWinston,
  sendWithPino,
  sendWithWinston,
  startRsyslog,
  type AppLog,
  type Sender,
} from './elasticsearch-clients.ts';
import { describeClient, expectExactlyOnce, messageOf, messagesOf, newMarker } from './harness.ts';
import { needsRsyslogWith } from './rsyslog.ts';

const COUNT = 10_000;
const PAYMENT = { payment: { id: 'pay_4711', amount_minor: 1999, currency: 'EUR' } };

const JS_CLIENTS: readonly (readonly [string, Sender])[] = [
  ["the bulk helper of Elastic's client", sendWithBulkHelper],
  ['winston-elasticsearch', sendWithWinston],
  ['winston-elasticsearch with ECS', sendWithEcsWinston],
  ['pino-elasticsearch', sendWithPino],
  ['pino-elasticsearch with ECS', sendWithEcsPino],
];

for (const [name, send] of JS_CLIENTS) {
  describeClient(name, (here) => {
    it('10,000 records, all found, none twice', async () => {
      const marker = newMarker();
      const logs = messagesOf(marker, COUNT).map((message): AppLog => ({ message, fields: PAYMENT }));
      assert.deepEqual(await send(here(), logs), []);
      const found = await expectExactlyOnce(here(), marker, COUNT);
      const { service, level, payment } = found[0]!;
      assert.deepEqual({ service, level, payment }, { service: 'checkout', level: 'warn', ...PAYMENT });
    });
  });
}

/** winston-elasticsearch sends what is rejected again and again; with ECS it is told to do so 3 times. */
for (const [name, send] of JS_CLIENTS.filter(([, sender]) => sender !== sendWithWinston)) {
  describeClient(
    `${name}, with one poison record`,
    (here) => {
      it('is told which it is and why; its neighbors are there, once', async () => {
        const marker = newMarker();
        const poison: AppLog = { message: `${marker} poison`, fields: { 'trace.id': 'no trace' } };
        const [first = '', ...others] = messagesOf(marker, 20);
        const told = await send(here(), [{ message: first }, poison, ...others.map((message) => ({ message }))]);
        const reason = '[invalid_value] trace.id must be 32 hexadecimal digits';
        assert.deepEqual(told[0], { type: 'mapper_parsing_exception', reason });
        assert.equal(new Set(told.map((one) => one.reason)).size, 1);
        await expectExactlyOnce(here(), marker, 20);
      });
    },
    { on: ['embedded'] },
  );
}

describeClient(
  'rsyslog omelasticsearch',
  (here) => {
    it('10,000 lines, all found, none twice; a line that is no UTF-8 goes to a file with its reason', async () => {
      const marker = newMarker();
      const folder = await mkdtemp(path.join(tmpdir(), 'paylog-rejected-'));
      const rejected = path.join(folder, 'rejected.log');
      try {
        await using rsyslog = await startRsyslog(here(), rejected);
        const poison = Buffer.from(`${marker} caf\u00e9`, 'latin1');
        await rsyslog.log('checkout', [messageOf(marker, 0), poison, ...messagesOf(marker, COUNT).slice(1)]);
        const found = await expectExactlyOnce(here(), marker, COUNT);
        const { service, level, host } = found[0]!;
        assert.deepEqual({ service, level, host }, { service: 'checkout', level: 'info', host: 'localhost' });
        let lines: string[] = [];
        const isTold = async (): Promise<boolean> => {
          lines = (await readFile(rejected, 'latin1').catch(() => '')).split('\n').filter((line) => line !== '');
          return lines.length > 0;
        };
        await waitUntil(isTold, 10_000, () => `a line in ${rejected}; rsyslogd wrote:\n${rsyslog.output}`);
        assert.deepEqual([lines.length, lines[0]?.includes(`${marker} caf\u00e9`)], [1, true]);
        assert.ok(lines[0]?.startsWith('[invalid_utf8] the document is not valid UTF-8 '), lines[0]);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    });
  },
  { needs: needsRsyslogWith('omelasticsearch') },
);
