import assert from 'node:assert/strict';
import path from 'node:path';
import { it } from 'mocha';
import type { LokiOptions } from 'pino-loki';
import { describeClient, expectExactlyOnce, messageOf, messagesOf, newMarker } from './harness.ts';
import { winstonLoki } from './loki-clients.ts';
import { runProgram } from './program.ts';

const COUNT = 10_000;
/** Above MAX_RECORD_BYTES. */
const TOO_LARGE = 'x'.repeat(300_000);

for (const encoding of ['json', 'protobuf'] as const) {
  describeClient(`winston-loki (${encoding})`, (here) => {
    it('10,000 records, all found, none twice, with their fields', async () => {
      const marker = newMarker();
      const { logger, transport, errors } = winstonLoki(here().url, encoding, 'winston-loki');
      for (const message of messagesOf(marker, COUNT))
        logger.warn(message, { payment: { id: 'pay_1', amount_minor: 5 } });
      await transport.flush();
      await transport.close();
      assert.deepEqual(errors, []);
      const [first] = await expectExactlyOnce(here(), marker, COUNT);
      assert.equal(first?.['service'], 'winston-loki');
      assert.equal(first['level'], 'warn');
      assert.deepEqual(first['payment'], { id: 'pay_1', amount_minor: 5 });
    });

    it('a poison record: its place and reason; its neighbors are stored once, however often they are pushed', async () => {
      const marker = newMarker();
      const { logger, transport, errors } = winstonLoki(here().url, encoding, 'winston-loki');
      logger.info(messageOf(marker, 0));
      logger.info(TOO_LARGE);
      logger.info(messageOf(marker, 1));
      await transport.flush();
      // It pushes the whole batch again, the poison with it: that is how it treats every error.
      logger.info(messageOf(marker, 2));
      await transport.close();
      assert.deepEqual(
        errors.map(({ statusCode }) => statusCode),
        [400, 400],
      );
      assert.match(
        errors[0]?.responseBody ?? '',
        /^1 of 3 entries rejected; the other 2 are stored\nstream 0 entry 1: record_too_large: /,
      );
      await expectExactlyOnce(here(), marker, 3);
    });
  });
}

describeClient('pino-loki', (here) => {
  const run = (script: string): Promise<string> =>
    // The transport runs in a thread of its own and reports on the console.
    runProgram(process.execPath, ['--input-type=module', '-e', script], { cwd: path.join(import.meta.dirname, '..') });

  const optionsFor = (host: string): LokiOptions => ({
    host,
    labels: { service_name: 'pino-loki' },
    batching: { interval: 1 },
  });

  const prelude = (url: string): string => `
    import pino from 'pino';
    console.error = (...words) => console.log(...words);
    const { pinoLoki } = await import('pino-loki');
    const transport = pinoLoki(${JSON.stringify(optionsFor(url))});
    const logger = pino(transport);
    const end = () => new Promise((resolve) => { transport.on('close', resolve); transport.end(); });
  `;

  it('10,000 records, all found, none twice, with their fields', async () => {
    const marker = newMarker();
    const output = await run(`${prelude(here().url)}
      for (let n = 0; n < ${COUNT}; n += 1) logger.error({ payment: { id: 'pay_1' }, attempt: 2 }, '${marker} ' + n);
      await end();
    `);
    assert.equal(output, '');
    const [first] = await expectExactlyOnce(here(), marker, COUNT);
    assert.equal(first?.['service'], 'pino-loki');
    assert.equal(first['level'], 'error');
    assert.deepEqual(first['payment'], { id: 'pay_1' });
  });

  it('a poison record: its place and reason, on its console; its neighbors are stored', async () => {
    const marker = newMarker();
    const output = await run(`${prelude(here().url)}
      logger.info('${marker} 0');
      logger.info('x'.repeat(${TOO_LARGE.length}));
      logger.info('${marker} 1');
      await end();
    `);
    // It makes a stream of each record.
    assert.match(output, /1 of 3 entries rejected; the other 2 are stored\nstream 1 entry 0: record_too_large: /);
    await expectExactlyOnce(here(), marker, 2);
  });
});
