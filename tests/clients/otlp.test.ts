import assert from 'node:assert/strict';
import { it } from 'mocha';
import { describeClient, expectExactlyOnce, messagesOf, newMarker } from './harness.ts';
import { emit, EXPORTERS, sdkLog, withSdk } from './otlp-sdk.ts';

const COUNT = 10_000;

for (const exporter of Object.keys(EXPORTERS) as (keyof typeof EXPORTERS)[]) {
  describeClient(`@opentelemetry/exporter-logs-otlp-${exporter}`, (here) => {
    it('10,000 records, all found, none twice', async () => {
      const marker = newMarker();
      const said = await sdkLog(() =>
        withSdk(exporter, `${here().url}/v1/logs`, (logger) => {
          for (const message of messagesOf(marker, COUNT))
            emit(logger, message, { 'payment.amount_minor': 1999, attempt: 2 });
        }),
      );
      assert.deepEqual(said, []);
      const [one] = await expectExactlyOnce(here(), marker, COUNT);
      const { service, host, logger, level, payment, attributes } = one as Record<string, unknown>;
      assert.deepEqual(
        { service, host, logger, level, payment },
        { service: 'checkout', host: 'web-1', logger: 'shop.pay', level: 'warn', payment: { amount_minor: 1999 } },
      );
      assert.deepEqual((attributes as { attempt?: unknown }).attempt, 2);
    });

    it('hears which record was rejected, and why; its neighbors are stored', async () => {
      const marker = newMarker();
      const said = await sdkLog(() =>
        withSdk(exporter, `${here().url}/v1/logs`, (logger) => {
          const [before = '', after = ''] = messagesOf(marker, 2);
          emit(logger, before);
          emit(logger, 'x'.repeat(300_000));
          emit(logger, after);
        }),
      );
      await expectExactlyOnce(here(), marker, 2);
      assert.equal(said.length, 1, said.join('\n'));
      assert.match(said[0] ?? '', /partial success/i);
      assert.match(
        said[0] ?? '',
        /1 of 3 log records are rejected: log record 1 \(resource_logs\[0\]\.scope_logs\[0\]\.log_records\[1\]\): record_too_large/,
      );
    });
  });
}
