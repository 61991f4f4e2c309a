import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { Kafka, logLevel } from 'kafkajs';
import { after, before, describe, it } from 'mocha';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { acquireElasticsearch } from '../stack/acquire-elasticsearch.ts';
import { acquireKafka } from '../stack/acquire-kafka.ts';
import { orSkip } from '../stack/skip.ts';
import { searchAll, searchIds } from './api-client.ts';
import { Deployment } from './deployment.ts';
import type { Service } from './service.ts';

const COUNT = 300;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

interface Letter {
  readonly error: { readonly type: string };
  readonly record: string;
}

/** kcat is librdkafka: a producer that shares no code with ours. */
async function kcatIsThere(): Promise<{ readonly skipped: string } | object> {
  try {
    await promisify(execFile)('kcat', ['-V']);
    return {};
  } catch {
    return { skipped: 'there is no kcat; enable it with `apt-get install kcat`' };
  }
}

describe('direct Kafka producer', function () {
  this.timeout(180_000);
  let here: Deployment | undefined;
  let api: Service | undefined;
  let indexer: Service | undefined;

  before(async function () {
    this.timeout(300_000);
    orSkip(this, await kcatIsThere());
    const kafka = orSkip(this, await acquireKafka());
    const elasticsearch = orSkip(this, await acquireElasticsearch());
    here = new Deployment(kafka.brokers, elasticsearch.url);
    [api, indexer] = [await here.add('api'), await here.add('indexer')];
    await Promise.all([api.start(), indexer.start()]);
  });

  after(async () => {
    await here?.[Symbol.asyncDispose]();
  });

  /** One message for each line. */
  async function kcat(lines: readonly string[]): Promise<void> {
    assert.ok(here);
    const child = spawn('kcat', ['-P', '-b', here.brokers, '-t', here.topics.direct, '-z', 'lz4'], {
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    child.stdin.end(lines.map((line) => `${line}\n`).join(''));
    const [code] = (await once(child, 'exit')) as [number | null];
    assert.equal(code, 0);
  }

  it('its records are found, in simple and in ECS form; what is no record is a dead letter', async () => {
    assert.ok(here && api);
    const service = here.dataSet;
    const simple = Array.from({ length: COUNT }, (_, n) => JSON.stringify({ message: `direct ${n}`, service }));
    const ecs = JSON.stringify({
      '@timestamp': '2026-11-20T08:00:00.123Z',
      'log.level': 'WARN',
      message: 'from an ECS library',
      ecs: { version: '8.10.0' },
      service: { name: service },
      trace: { id: '4bf92f3577b34da6a3ce929d0e0e4736' },
    });
    await kcat([...simple, ecs, 'not JSON', '{"message":"no service"}']);
    await here.waitForNoLag();
    const { url } = api;
    await waitUntil(
      async () => (await searchIds(url, { service })).length > COUNT,
      30_000,
      () => 'the records',
    );
    assert.equal((await searchIds(url, { service })).length, COUNT + 1);
    const found = await searchAll(url, { service, level: 'warn', trace_id: '4bf92f3577b34da6a3ce929d0e0e4736' });
    assert.deepEqual(
      found.map(({ message }) => message),
      ['from an ECS library'],
    );
    const letters = (await here.read(here.topics.deadLetters)).map(({ value }) => JSON.parse(String(value)) as Letter);
    assert.deepEqual(letters.map(({ error, record }) => [error.type, record]).sort(), [
      ['invalid_json', 'not JSON'],
      ['missing_field', '{"message":"no service"}'],
    ]);
  });

  it('nothing is stored twice when all of it is delivered again to another group', async () => {
    assert.ok(here && api && indexer);
    const before = await searchIds(api.url, { service: here.dataSet });
    assert.equal(await indexer.end('SIGTERM'), 0);
    await using again = await here.add('indexer', { KAFKA_GROUP: `${here.group}-again` });
    await again.start();
    await waitUntil(
      async () => (await again.metric('paylog_records_settled_total')) >= COUNT + 3,
      60_000,
      () => 'the second delivery',
    );
    assert.equal(await again.metric('paylog_records_settled_total', { outcome: 'duplicate' }), COUNT + 1);
    assert.equal(await again.metric('paylog_records_settled_total', { outcome: 'stored' }), 0);
    assert.equal(await here.countStored(), before.length);
    assert.deepEqual(await searchIds(api.url, { service: here.dataSet }), before);
    // The letters of the second delivery have the keys of the first: origin and offset.
    const letters = await here.read(here.topics.deadLetters);
    assert.equal(new Set(letters.map(({ key }) => String(key))).size, 2);
  });

  it('was received when the broker took it, whatever the producer says', async () => {
    assert.ok(here && api && indexer);
    await indexer.start();
    const service = `${here.dataSet}-old`;
    const producer = new Kafka({ brokers: here.brokers.split(','), logLevel: logLevel.NOTHING }).producer();
    await producer.connect();
    const sentMs = Date.now();
    const value = JSON.stringify({ message: 'from a mirror', service });
    await producer.send({ topic: here.topics.direct, messages: [{ value, timestamp: String(sentMs - DAY_MS) }] });
    await producer.disconnect();
    await here.waitForNoLag();
    const { url } = api;
    let found: Awaited<ReturnType<typeof searchAll>> = [];
    await waitUntil(
      async () => {
        found = await searchAll(url, { service });
        return found.length > 0;
      },
      30_000,
      () => 'the record',
    );
    const receivedMs = Date.parse(String(found[0]?.['received_at']));
    assert.ok(receivedMs > sentMs - HOUR_MS, new Date(receivedMs).toISOString());
  });
});
