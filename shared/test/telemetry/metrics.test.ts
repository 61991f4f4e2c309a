import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { boundedLabel } from '../../src/telemetry/metric-family.ts';
import { LABELS, METRIC_TABLE, type MetricDefinition } from '../../src/telemetry/metric-table.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';

const linesOf = async (metrics: ReturnType<typeof createMetrics>, name: string): Promise<string[]> =>
  (await metrics.render()).split('\n').filter((line) => line.startsWith(name));

describe('createMetrics', () => {
  it('counts with children that are resolved once', async () => {
    const metrics = createMetrics();
    const child = metrics.ingestRecords.child({ service: 'checkout', protocol: 'json', outcome: 'accepted' });
    for (let i = 0; i < 10; i++) child.add();
    child.add(32);
    assert.equal(metrics.ingestRecords.child({ outcome: 'accepted', protocol: 'json', service: 'checkout' }), child);
    metrics.ingestRejected.add({ code: 'too_deep' });
    assert.deepEqual(await linesOf(metrics, 'paylog_ingest_records_total'), [
      'paylog_ingest_records_total{service="checkout",protocol="json",outcome="accepted"} 42',
    ]);
    assert.deepEqual(await linesOf(metrics, 'paylog_ingest_rejected_total'), [
      'paylog_ingest_rejected_total{code="too_deep"} 1',
    ]);
  });

  it('reads gauges when somebody scrapes, and forgets what was cleared', async () => {
    const metrics = createMetrics();
    let held = 1;
    metrics.ingestInflightBytes.child({}).readFrom(() => held);
    held = 7;
    metrics.queueLagRecords.set({ topic: 'logs', partition: '0' }, 3);
    assert.deepEqual(await linesOf(metrics, 'paylog_ingest_inflight_bytes'), ['paylog_ingest_inflight_bytes 7']);
    assert.deepEqual(await linesOf(metrics, 'paylog_queue_lag_records'), [
      'paylog_queue_lag_records{topic="logs",partition="0"} 3',
    ]);
    metrics.queueLagRecords.clear();
    assert.deepEqual(await linesOf(metrics, 'paylog_queue_lag_records'), []);
  });

  it('makes cumulative histograms', async () => {
    const metrics = createMetrics();
    const child = metrics.bulkRecords.child({});
    for (const value of [1, 2, 10, 30_000]) child.observe(value);
    child.observe(500, 2);
    assert.deepEqual([child.count, child.sum], [6, 31_013]);
    const lines = await linesOf(metrics, 'paylog_bulk_records');
    assert.deepEqual(lines.slice(0, 3), [
      'paylog_bulk_records_bucket{le="1"} 1',
      'paylog_bulk_records_bucket{le="10"} 3',
      'paylog_bulk_records_bucket{le="50"} 3',
    ]);
    assert.deepEqual(lines.slice(-3), [
      'paylog_bulk_records_bucket{le="+Inf"} 6',
      'paylog_bulk_records_sum 31013',
      'paylog_bulk_records_count 6',
    ]);
  });

  it('keeps its registries apart, and shows Node and the build', async () => {
    const [one, two] = [createMetrics(), createMetrics()];
    one.consumerRestarts.child({}).add();
    assert.deepEqual(await linesOf(two, 'paylog_consumer_restarts_total'), []);
    assert.equal((await linesOf(two, 'paylog_build_info')).length, 1);
    assert.ok((await linesOf(two, 'process_cpu_seconds_total')).length > 0);
  });

  it('shows nothing that promtool would complain of', async () => {
    const types = [...(await createMetrics().render()).matchAll(/^# TYPE (\S+) (\S+)$/gm)];
    assert.ok(types.length > 40);
    for (const [, name = '', type] of types) assert.equal(name.endsWith('_total'), type === 'counter', name);
  });

  it('bounds the values of every label', async () => {
    const metrics = createMetrics();
    for (let i = 0; i < 1000; i++)
      metrics.ingestRecords.add({ service: `s${i}`, protocol: 'json', outcome: 'accepted' });
    const lines = await linesOf(metrics, 'paylog_ingest_records_total');
    assert.equal(lines.length, 201);
    assert.deepEqual(
      lines.filter((line) => line.includes('"other"')),
      ['paylog_ingest_records_total{service="other",protocol="json",outcome="accepted"} 800'],
    );
  });

  it('escapes label values', async () => {
    const metrics = createMetrics();
    metrics.ingestRecords.add({ service: 'a"b\\c\nd', protocol: 'json', outcome: 'accepted' });
    const [line] = await linesOf(metrics, 'paylog_ingest_records_total');
    assert.ok(line?.includes('service="a\\"b\\\\c\\nd"'), line);
  });
});

describe('boundedLabel', () => {
  it('keeps the first values and calls later ones other', () => {
    const label = boundedLabel(2);
    assert.deepEqual(['a', 'b', 'c', 'a', 'd'].map(label), ['a', 'b', 'other', 'a', 'other']);
  });
});

describe('the table of metrics', () => {
  const rows: readonly MetricDefinition[] = Object.values(METRIC_TABLE);

  it('names metrics as Prometheus wants them', () => {
    assert.equal(new Set(rows.map(({ name }) => name)).size, rows.length);
    for (const { kind, name, help } of rows) {
      assert.match(name, /^paylog_[a-z]+(_[a-z]+)*$/);
      assert.equal(name.endsWith('_total'), kind === 'counter', name);
      assert.doesNotMatch(
        name,
        /_(ms|milliseconds|micros|kb|mb|minutes|hours|count|sum|bucket|gauge|histogram|counter)(_|$)/,
      );
      assert.match(help, /\.$/);
    }
  });

  it('has ascending buckets for histograms only, and no reserved label', () => {
    for (const { kind, name, buckets, labels } of rows) {
      assert.equal(kind === 'histogram', buckets !== undefined, name);
      assert.deepEqual(buckets, buckets && [...new Set(buckets)].sort((a, b) => a - b));
      assert.ok(!(labels as readonly string[]).includes('le'));
    }
  });

  it('uses every label', () => {
    const used = new Set(rows.flatMap(({ labels }) => labels));
    assert.deepEqual(
      Object.keys(LABELS).filter((label) => !used.has(label as keyof typeof LABELS)),
      [],
    );
  });
});
