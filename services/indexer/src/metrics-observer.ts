import type { Clock } from '@paylog/shared/ports/clock';
import type { StoreDocument } from '@paylog/shared/ports/store';
import type { Metrics } from '@paylog/shared/telemetry/metrics';
import { parseTraceparent, type TraceContext } from '@paylog/shared/telemetry/tracing/trace-context';
import type { BulkReport } from './bulk-batcher.ts';
import type { IndexerObserver } from './indexer-observer.ts';

/** Records of a bulk whose latency is looked at; each speaks for its neighbors. Reading every time stamp would cost more than writing it. */
const LATENCY_SAMPLES = 16;

/**
 * Counts what the indexer does in the process's metrics. Children of the frequent ones are resolved once.
 *
 * @param searchableAfterMs at most so long after the store took a record a search finds it
 */
export function createMetricsObserver(metrics: Metrics, clock: Clock, searchableAfterMs: number): IndexerObserver {
  const stored = metrics.recordsSettled.child({ outcome: 'stored' });
  const duplicate = metrics.recordsSettled.child({ outcome: 'duplicate' });
  const deadLettered = metrics.recordsSettled.child({ outcome: 'dead_lettered' });
  const panFound = metrics.redactions.child({ kind: 'pan' });
  const cvvFound = metrics.redactions.child({ kind: 'cvv' });
  const bulkRecords = metrics.bulkRecords.child({});
  const bulkBytes = metrics.bulkBytes.child({});
  const bulkSeconds = metrics.bulkSeconds.child({});
  const latency = metrics.acceptToStoredSeconds.child({});
  const searchable = metrics.acceptToSearchableSeconds.child({});
  const searchableAfter = searchableAfterMs / 1000;
  let lastSettledMs = clock.now();
  metrics.lastSettledTimestampSeconds.child({}).readFrom(() => lastSettledMs / 1000);
  return {
    settled(storedRecords, duplicates) {
      stored.add(storedRecords);
      duplicate.add(duplicates);
      if (storedRecords + duplicates > 0) lastSettledMs = clock.now();
    },
    deadLettered({ stage, type }) {
      deadLettered.add();
      lastSettledMs = clock.now();
      metrics.deadLetters.add({ stage, type });
    },
    redacted(pan, cvv) {
      panFound.add(pan);
      cvvFound.add(cvv);
    },
    bulk(report) {
      bulkRecords.observe(report.documents.length);
      bulkBytes.observe(report.bytes);
      const traced = report.documents.find(({ traceparent }) => traceparent !== undefined);
      bulkSeconds.observe(report.milliseconds / 1000, 1, spanOf(traced));
      sampleLatency(report, clock.now(), (seconds, records, document) => {
        const span = spanOf(document);
        latency.observe(seconds, records, span);
        searchable.observe(seconds + searchableAfter, records, span);
      });
    },
    retried(type, documents) {
      metrics.bulkRetries.add({ type }, documents);
    },
    lag({ topic, partition, records, seconds }) {
      const labels = { topic, partition: String(partition) };
      metrics.queueLagRecords.set(labels, records);
      metrics.queueLagSeconds.set(labels, seconds);
    },
    owned(partitions) {
      metrics.queueOwnedPartitions.set({}, partitions);
    },
  };
}

/** Duplicates are left out: their time says how late a re-delivery was. */
function sampleLatency(
  { documents, outcomes }: BulkReport,
  nowMs: number,
  observe: (seconds: number, records: number, document: StoreDocument) => void,
): void {
  const step = Math.ceil(documents.length / LATENCY_SAMPLES);
  for (let i = 0; i < documents.length; i += step) {
    const document = documents[i];
    if (document === undefined || outcomes[i]?.status !== 'stored') continue;
    const acceptedMs = Date.parse(document.receivedAt);
    if (Number.isNaN(acceptedMs)) continue;
    observe(Math.max(0, nowMs - acceptedMs) / 1000, Math.min(step, documents.length - i), document);
  }
}

/** The span that works on a document whose trace is sampled: the exemplar of what is measured. */
function spanOf(document: StoreDocument | undefined): TraceContext | undefined {
  return parseTraceparent(document?.traceparent);
}
