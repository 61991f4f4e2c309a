import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Consumer, PartitionLag } from '@paylog/shared/ports/queue';
import type { StoreWriter } from '@paylog/shared/ports/store';
import { createMetrics } from '@paylog/shared/telemetry/metrics';
import { LagMonitor } from '../src/lag-monitor.ts';
import { Liveness } from '../src/liveness.ts';
import { createMetricsObserver } from '../src/metrics-observer.ts';
import { RetentionTimer } from '../src/retention-timer.ts';
import { RECEIVED_MS } from './support/batches.ts';
import { MemoryLogger } from './support/memory-logger.ts';

const lagOf = (partition: number, records: number): PartitionLag => ({
  topic: 'logs',
  partition,
  records,
  seconds: records,
});

describe('LagMonitor', () => {
  it('shows zero, once, for partitions that were lost, and keeps the last values while it cannot ask', async () => {
    const readings: (readonly PartitionLag[] | Error)[] = [
      [lagOf(0, 5), lagOf(1, 7)],
      new Error('no broker'),
      [lagOf(1, 3)],
      [lagOf(1, 2)],
    ];
    const shown: [number, number][] = [];
    const monitor = new LagMonitor(
      {
        intervalMs: 60_000,
        read: async () => {
          const next = readings.shift();
          if (next === undefined || next instanceof Error) throw next ?? new Error('asked too often');
          return next;
        },
        show: ({ partition, records }) => shown.push([partition, records]),
        showOwned: () => undefined,
      },
      new MemoryLogger(),
    );
    for (let i = 0; i < 4; i += 1) await monitor.poll();
    assert.deepEqual(shown, [
      [0, 5],
      [1, 7],
      [1, 3],
      [0, 0],
      [1, 2],
    ]);
  });

  it('shows what it was between two assignments, zero for what the new one lacks, and how many partitions it has', async () => {
    const metrics = createMetrics();
    const observer = createMetricsObserver(metrics, { now: () => RECEIVED_MS }, 0);
    const readings = [[lagOf(0, 5), lagOf(1, 7)], undefined, [lagOf(1, 2)], []];
    const monitor = new LagMonitor(
      {
        intervalMs: 60_000,
        read: () => {
          const reading = readings.shift();
          return reading === undefined ? Promise.reject(new Error('between two')) : Promise.resolve(reading);
        },
        show: (lag) => {
          observer.lag(lag);
        },
        showOwned: (partitions) => {
          observer.owned(partitions);
        },
      },
      new MemoryLogger(),
    );
    const shown = (): number[] => [
      ...[metrics.queueLagRecords, metrics.queueLagSeconds].flatMap((family) =>
        ['0', '1'].map((partition) => family.child({ topic: 'logs', partition }).value),
      ),
      metrics.queueOwnedPartitions.child({}).value,
    ];
    await monitor.poll();
    assert.deepEqual(shown(), [5, 7, 5, 7, 2]);
    await monitor.poll();
    assert.deepEqual(shown(), [5, 7, 5, 7, 2]);
    await monitor.poll();
    assert.deepEqual(shown(), [0, 2, 0, 2, 1]);
    await monitor.poll();
    assert.deepEqual(shown(), [0, 0, 0, 0, 0]);
  });

  it('does not ask again while an answer is due', async () => {
    let asked = 0;
    const read = async (): Promise<readonly PartitionLag[]> => {
      asked += 1;
      await new Promise(setImmediate);
      return [];
    };
    const monitor = new LagMonitor(
      { intervalMs: 60_000, read, show: () => undefined, showOwned: () => undefined },
      new MemoryLogger(),
    );
    await Promise.all([monitor.poll(), monitor.poll(), monitor.poll()]);
    assert.equal(asked, 1);
  });
});

describe('Liveness', () => {
  it('takes a fetch or an attempt as a sign of life, and their absence as a stall', () => {
    let nowMs = 1000;
    let lastActivityMs = 0;
    const consumer = { progress: () => ({ lastActivityMs, joined: true }) } as Consumer;
    const liveness = new Liveness(consumer, { now: () => nowMs }, 100);
    assert.equal(liveness.stalled(), undefined);
    nowMs = 1101;
    assert.match(liveness.stalled() ?? '', /for 0 s$/);
    lastActivityMs = 1050;
    assert.equal(liveness.stalled(), undefined);
    nowMs = 1200;
    assert.notEqual(liveness.stalled(), undefined);
    liveness.sign();
    assert.equal(liveness.stalled(), undefined);
  });
});

describe('RetentionTimer', () => {
  it('enforces at start, and survives a store that cannot be asked', async () => {
    const asked: number[] = [];
    const logger = new MemoryLogger();
    const writer = {
      enforceRetention: (nowMs: number) => {
        asked.push(nowMs);
        return asked.length === 1 ? Promise.resolve(['logs-main-2020.01.01']) : Promise.reject(new Error('away'));
      },
    } as unknown as StoreWriter;
    const timer = new RetentionTimer(writer, { now: () => 42 }, logger);
    timer.start();
    timer.stop();
    await timer.enforce();
    assert.deepEqual(asked, [42, 42]);
    assert.deepEqual(logger.messages('info'), ['dropped what is older than the retention']);
    assert.deepEqual(logger.messages('warn'), ['retention could not be enforced']);
  });
});

describe('createMetricsObserver', () => {
  it('counts what was settled, buried, retried, and the latency of what was stored', async () => {
    const metrics = createMetrics();
    const observer = createMetricsObserver(metrics, { now: () => RECEIVED_MS + 2000 }, 1000);
    const documents = Array.from({ length: 100 }, (_, i) => ({
      id: String(i),
      dataSet: 'main',
      timestamp: '2026-11-20T08:00:00.000000000Z',
      receivedAt: '2026-11-20T08:00:00.000Z',
      source: Buffer.from('{}'),
    }));
    const outcomes = documents.map(() => ({ status: 'stored' }) as const);
    observer.settled(90, 10);
    observer.deadLettered({ position: 0, stage: 'store', type: 'id_conflict', reason: '', attempts: 1 });
    observer.retried('es_rejected_execution_exception', 7);
    observer.redacted(2, 1);
    observer.lag(lagOf(3, 12));
    observer.bulk({ documents, outcomes, bytes: 200, milliseconds: 50 });
    const latency = metrics.acceptToStoredSeconds.child({});
    assert.deepEqual([latency.count, latency.sum], [100, 200]);
    const text = await metrics.render();
    for (const line of [
      'paylog_records_settled_total{outcome="stored"} 90',
      'paylog_records_settled_total{outcome="duplicate"} 10',
      'paylog_records_settled_total{outcome="dead_lettered"} 1',
      'paylog_dead_letters_total{stage="store",type="id_conflict"} 1',
      'paylog_bulk_retries_total{type="es_rejected_execution_exception"} 7',
      'paylog_redactions_total{kind="pan"} 2',
      'paylog_redactions_total{kind="cvv"} 1',
      'paylog_queue_lag_records{topic="logs",partition="3"} 12',
      'paylog_bulk_records_sum 100',
      'paylog_bulk_bytes_sum 200',
      'paylog_bulk_seconds_sum 0.05',
    ]) {
      assert.ok(text.includes(`\n${line}\n`), line);
    }
  });
});
