import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'mocha';
import { RecordPreparer, recordContext } from '@paylog/shared/record/prepare';
import { paymentLogs } from '@paylog/shared/testing/payment-corpus';
import { capacityFor, costOf, type Demand, MEASURED } from '../../scripts/docs/capacity-model.ts';
import { scalingPage } from '../../scripts/docs/scaling-page.ts';

const root = path.join(import.meta.dirname, '..', '..');

async function capacity(...flags: readonly string[]) {
  const script = path.join(root, 'scripts/docs/capacity.ts');
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [...process.execArgv, script, ...flags], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

const demand = (logsPerSecond: number, more: Partial<Demand> = {}): Demand => ({
  logsPerSecond,
  bytes: MEASURED.bytes.sent,
  logsPerRequest: 'batch',
  topicDays: 7,
  indexDays: 90,
  ...more,
});

describe('npm run capacity', () => {
  it('answers what docs/scaling.md works out for 50,000 logs a second', async () => {
    const { code, stdout } = await capacity('--rate=50000', '--batch', '--days=90');
    assert.equal(code, 0);
    const got = JSON.parse(stdout) as Record<string, number>;
    const { topicBytes, indexBytesPerDay, indexBytes, shards, dataSets, nodesByDisk } = got;
    // 707 bytes on the topic and 370 in the index, as measured; three brokers and two copies hold them.
    assert.equal(topicBytes, 50_000 * 86_400 * 7 * 707 * 3);
    assert.equal(indexBytesPerDay, 50_000 * 86_400 * 370);
    assert.equal(indexBytes, 50_000 * 86_400 * 370 * 90 * 2);
    // 1,598 GB at 40 GB; 287.7 TB at 8 TB filled to 70 %.
    assert.deepEqual({ shards, dataSets, nodesByDisk }, { shards: 40, dataSets: 1, nodesByDisk: 52 });
    // 212 MB/s at 100 MB/s are three brokers, but 64.1 TB need twelve of 8 TB filled to 70 %.
    const { brokersByTraffic, brokersByDisk, brokers } = got;
    assert.deepEqual(
      { brokersByTraffic, brokersByDisk, brokers },
      { brokersByTraffic: 3, brokersByDisk: 12, brokers: 12 },
    );
    // 100,000 a second at the peak, of 10.7, 13.4 and twice 52 us, on cores that are 60 % busy.
    const rounded = [got['apiCores'], got['indexerCores'], got['storeCores']].map((cores) => cores?.toFixed(2));
    assert.deepEqual(rounded, ['1.78', '2.23', '17.33']);
    const { indexers, partitions, nodesByCores } = got;
    assert.deepEqual({ indexers, partitions, nodesByCores }, { indexers: 3, partitions: 6, nodesByCores: 2 });
    // What the page says is the same.
    const page = scalingPage();
    for (const said of [
      '64.1 TB: 12 brokers of 8 TB',
      '212 MB/s: 3 brokers',
      '2.2 cores, so 3 processes',
      '17.3 cores: 2 nodes',
    ]) {
      assert.ok(page.includes(said), said);
    }
  });

  it('takes longer logs for dearer, in CPU as in bytes', () => {
    const { bytes, perKilobyte } = MEASURED;
    const [short, long] = [capacityFor(demand(50_000)), capacityFor(demand(50_000, { bytes: bytes.sent + 4000 }))];
    const us = (more: number): number => (100_000 * 4 * more) / 1e6 / 0.6;
    const near = (actual: number, expected: number): void => {
      assert.ok(expected > 0 && Math.abs(actual / expected - 1) < 1e-6, `${actual} is not ${expected}`);
    };
    near(long.apiCores - short.apiCores, us(perKilobyte.apiUs));
    near(long.indexerCores - short.indexerCores, us(perKilobyte.indexerUs));
    near(long.storeCores - short.storeCores, 2 * us(perKilobyte.elasticsearchUs));
    near(long.topicBytes / short.topicBytes, (707 + 4000) / 707);
    assert.ok(long.brokers > short.brokers && long.shards > short.shards);
    // The shortest that a log can be still costs something.
    for (const cost of Object.values(costOf({ bytes: 50, logsPerRequest: 'batch' }))) assert.ok(cost > 0);
  });

  it('gives no index more shards than it can have', () => {
    const most = capacityFor(demand(1_280_000));
    assert.deepEqual([most.dataSets, most.shards], [1, 1023]);
    const more = capacityFor(demand(3_000_000));
    assert.deepEqual([more.dataSets, more.shards], [3, 800]);
    assert.ok(more.dataSets * more.shards * 40e9 >= more.indexBytesPerDay);
  });

  it('shows little as little, not as nothing', () => {
    assert.doesNotMatch(scalingPage(), /\b0 cores/);
    assert.match(scalingPage(), /\| 0\.045 cores, so 2 processes \|/);
  });

  it('says all that is wrong with its flags', async () => {
    const { code, stdout, stderr } = await capacity('--rate=many', '--days=-1', '--bytes=Infinity');
    assert.deepEqual([code, stdout], [2, '']);
    assert.equal(
      stderr,
      ['--rate=many', '--bytes=Infinity', '--days=-1'].map((flag) => `${flag}: expected a number above 0\n`).join(''),
    );
    const unknown = await capacity('--logs=5');
    assert.equal(unknown.code, 2);
    assert.match(unknown.stderr, /^Unknown option '--logs'/);
  });
});

describe('the figures behind docs/scaling.md', () => {
  it('are those of README.md', async () => {
    const readme = await readFile(path.join(root, 'README.md'), 'utf8');
    const cells = (name: string): [cpu: number[], rate: number[]] => {
      const row = readme.split('\n').find((line) => line.startsWith(`| ${name} `));
      const numbers = (cell = ''): number[] =>
        (cell.match(/[\d,.]*\d/g) ?? []).map((text) => Number(text.replaceAll(',', '')));
      const [, , cpu, rate] = row?.split('|') ?? [];
      return [numbers(cpu?.replace(', ', ' ; ')), numbers(rate?.replace(', ', ' ; '))];
    };
    const { api, indexerUs, embedded, logsPerSecond } = MEASURED;
    const rounded = (value: number): number => Number(value.toPrecision(value >= 40 && value < 100 ? 2 : 3));
    assert.deepEqual(cells('HTTP to Kafka, 1 log per request')[0], [rounded(api.single)]);
    assert.deepEqual(cells('HTTP to Kafka, 500 NDJSON per request'), [[api.batch], [logsPerSecond.taken]]);
    assert.deepEqual(cells('Kafka to Elasticsearch, process start included'), [[indexerUs], [logsPerSecond.indexed]]);
    assert.deepEqual(cells('embedded, HTTP until stored, 1 and 500 per request')[0], [embedded.single, embedded.batch]);
    assert.ok(scalingPage().includes('some 106,000 logs a second taken and 14,200 indexed'));
  });

  it('are those of the payment corpus, where bytes do not depend on a disk', () => {
    const preparer = new RecordPreparer({ maxBytes: 100_000, maxDepth: 20, maxKeys: 1000 });
    const context = recordContext({ dataSet: 'logs', receivedAt: '2026-11-20T08:00:00.456Z', idFor: () => '' });
    const count = 2000;
    const sum = { sent: 0, value: 0 };
    for (const log of paymentLogs({ seed: 42, count, startMs: Date.parse('2026-11-20T08:00:00Z'), idPrefix: '' })) {
      const text = JSON.stringify(log);
      const prepared = preparer.prepare(text, text.length, 0, context);
      assert.ok(prepared.ok);
      sum.sent += text.length;
      // With its key, and some ten bytes of a message's own.
      sum.value += prepared.prefix.length + prepared.body.length + prepared.id.length + 10;
    }
    const { sent, topic } = MEASURED.bytes;
    const isNear = (measured: number, now: number): boolean => Math.abs(now / measured - 1) < 0.05;
    assert.ok(isNear(sent, sum.sent / count), `sent: ${sum.sent / count}`);
    assert.ok(isNear(topic, sum.value / count), `on the topic: ${sum.value / count}`);
  });
});
