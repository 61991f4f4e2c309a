import assert from 'node:assert/strict';
import { it } from 'mocha';
import SplunkLogging from 'splunk-logging';
import { createLogger } from 'winston';
import SplunkStreamEvent from 'winston-splunk-httplogger';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { describeClient, expectExactlyOnce, messageOf, messagesOf, newMarker } from './harness.ts';
import { LONG } from './needs.ts';

const COUNT = 10_000;
/** It opens a connection for each record, one at a time: in CI a part of them has to do; CLIENTS_LONG=1 sends all. */
const ONE_BY_ONE_COUNT = LONG ? COUNT : 1000;
/** Above MAX_RECORD_BYTES. */
const TOO_LARGE = 'x'.repeat(300_000);

type Answer = Parameters<NonNullable<Parameters<SplunkLogging.Logger['flush']>[0]>>[2];

describeClient('splunk-logging', (here) => {
  const loggerWith = (
    maxBatchCount: number,
  ): { logger: SplunkLogging.Logger; errors: (Error & { code?: number })[] } => {
    const logger = new SplunkLogging.Logger({ token: 'any', url: here().url, maxBatchCount });
    const errors: (Error & { code?: number })[] = [];
    logger.error = (error) => errors.push(error);
    return { logger, errors };
  };
  const flush = (logger: SplunkLogging.Logger): Promise<Answer> =>
    new Promise((resolve, reject) => {
      logger.flush((error, _response, body) => {
        if (error) reject(error);
        else resolve(body);
      });
    });

  it('10,000 records, all found, none twice, with their fields', async () => {
    const marker = newMarker();
    const { logger, errors } = loggerWith(0);
    const messages = messagesOf(marker, COUNT);
    for (let from = 0; from < COUNT; from += 500) {
      for (const message of messages.slice(from, from + 500)) {
        logger.send({
          message: { message, attempt: 2 },
          severity: 'warn',
          metadata: { source: 'splunk-logging', host: 'web-1' },
        });
      }
      assert.deepEqual(await flush(logger), { text: 'Success', code: 0 });
    }
    assert.deepEqual(errors, []);
    const [first] = await expectExactlyOnce(here(), marker, COUNT);
    assert.equal(first?.['service'], 'splunk-logging');
    assert.deepEqual([first['level'], first['host']], ['warn', 'web-1']);
    assert.deepEqual(first['attributes'], { attempt: 2, source: 'splunk-logging' });
  });

  it("a poison record: Splunk's code, its number and reason; its neighbors are stored", async () => {
    const marker = newMarker();
    const { logger, errors } = loggerWith(0);
    for (const message of [messageOf(marker, 0), TOO_LARGE, messageOf(marker, 1), '']) logger.send({ message });
    const { code, 'invalid-event-number': number, accepted, rejected, errors: reasons } = await flush(logger);
    assert.deepEqual([code, number, accepted, rejected], [6, 1, 3, 1]);
    assert.deepEqual(reasons, [
      { 'event-number': 1, code: 'record_too_large', message: 'a record may have at most 262144 bytes' },
    ]);
    assert.deepEqual(
      errors.map((error) => [error.message, error.code]),
      [['Invalid data format', 6]],
    );
    await expectExactlyOnce(here(), marker, 2);
  });
});

describeClient('winston-splunk-httplogger', (here) => {
  it(`${ONE_BY_ONE_COUNT} records, all found, none twice, with their fields; a poison record with its code`, async () => {
    const marker = newMarker();
    const transport = new SplunkStreamEvent({ splunk: { token: 'any', url: here().url, source: 'winston-splunk' } });
    const errors: (Error & { readonly code?: number })[] = [];
    transport.server.error = (error) => errors.push(error);
    const sent: unknown[] = [];
    transport.on('logged', (record) => sent.push(record));
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- it is one: its class extends it
    const logger = createLogger().add(transport);
    const half = ONE_BY_ONE_COUNT / 2;
    for (const [n, message] of messagesOf(marker, ONE_BY_ONE_COUNT).entries()) {
      if (n === half) logger.info(TOO_LARGE);
      logger.error(message, { payment: { id: 'pay_1' } });
    }
    await waitUntil(
      () => sent.length > ONE_BY_ONE_COUNT,
      120_000,
      () => `all to be sent, ${sent.length} were`,
    );
    assert.deepEqual(
      errors.map(({ message, code }) => [message, code]),
      [['Invalid data format', 6]],
    );
    const [first] = await expectExactlyOnce(here(), marker, ONE_BY_ONE_COUNT);
    assert.equal(first?.['service'], 'winston-splunk');
    assert.deepEqual([first['level'], first['payment']], ['error', { id: 'pay_1' }]);
  });
});
