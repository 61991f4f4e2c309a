import assert from 'node:assert/strict';
import { it } from 'mocha';
import { describeClient, expectExactlyOnce, messagesOf, newMarker, type Deployed } from './harness.ts';
import { needsOtelCollector, OtelCollector } from './otel-collector.ts';
import { emit, withSdk } from './otlp-sdk.ts';

const COUNT = 10_000;
const POISON = 5000;

/** Logs 10,000 records through a Collector, and one that is too large among them; resolves when it has handed them on. */
async function logThrough(collector: OtelCollector, marker: string): Promise<void> {
  await withSdk('http', collector.url, (logger) => {
    for (const [n, message] of messagesOf(marker, COUNT).entries()) {
      emit(logger, message, { n });
      if (n === POISON) emit(logger, `poison of ${marker} ${'x'.repeat(300_000)}`);
    }
  });
}

for (const encoding of ['proto', 'json'] as const) {
  describeClient(
    `OpenTelemetry Collector with otlp_http (${encoding})`,
    (here) => {
      it('10,000 records, all found, none twice; it logs which one was rejected and why', async () => {
        const marker = newMarker();
        const compression = encoding === 'proto' ? 'zstd' : 'gzip';
        const settings = { endpoint: here().url, encoding, compression };
        await using collector = await OtelCollector.start('otlp_http', settings);
        await logThrough(collector, marker);
        const [one] = await expectExactlyOnce(here(), marker, COUNT).catch((error: unknown) => {
          // A record that is missing may be one that was refused: its reason is in the Collector's log alone.
          throw new Error(`the Collector wrote:\n${collector.output.slice(-4000)}`, { cause: error });
        });
        const { service, host, level } = one as Record<string, unknown>;
        assert.deepEqual([service, host, level], ['checkout', 'web-1', 'warn']);
        assert.match(
          collector.output,
          /Partial success response.*1 of \d+ log records are rejected: log record \d+ \(resource_logs\[\d+\]\.scope_logs\[\d+\]\.log_records\[\d+\]\): record_too_large/,
        );
      });
    },
    { needs: needsOtelCollector },
  );
}

interface Letter {
  readonly origin: { readonly record?: number };
  readonly error: { readonly type: string };
  readonly form: string;
  readonly record: string;
}

async function letterOf({ kafka }: Deployed, marker: string): Promise<Letter> {
  assert.ok(kafka);
  const letters = (await kafka.read(kafka.topics.deadLetters))
    .map(({ value }) => JSON.parse(String(value)) as Letter)
    .filter(({ record }) => record.includes(`poison of ${marker}`));
  assert.equal(letters.length, 1);
  return letters[0]!;
}

for (const encoding of ['otlp_proto', 'otlp_json']) {
  describeClient(
    `OpenTelemetry Collector with the Kafka exporter (${encoding})`,
    (here) => {
      it('10,000 records, all found, none twice; the poison is a dead letter of its own', async () => {
        const { kafka } = here();
        assert.ok(kafka);
        const marker = newMarker();
        const settings = {
          brokers: kafka.brokers.split(','),
          logs: { topic: kafka.topics.direct, encoding },
          producer: { required_acks: -1, compression: 'lz4' },
        };
        await using collector = await OtelCollector.start('kafka', settings);
        await logThrough(collector, marker);
        const found = await expectExactlyOnce(here(), marker, COUNT);
        assert.equal(found[0]?.['service'], 'checkout');
        const { origin, error, form } = await letterOf(here(), marker);
        assert.deepEqual([typeof origin.record, error.type, form], ['number', 'record_too_large', 'original']);
      });
    },
    { on: ['Kafka and Elasticsearch'], needs: needsOtelCollector },
  );
}
