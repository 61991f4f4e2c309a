import { paymentLogs } from '@paylog/shared/testing/payment-corpus';
import type { StoreDocument, StoreWriter } from '@paylog/shared/ports/store';
import { prepareRecord, RecordPreparer } from '@paylog/shared/record/prepare';

/** Data set of the records, so that they are told from others in a shared cluster. */
export const DATA_SET = 'bench-search';
/** Event time of the first record. Fixed, so that a load that was stopped goes on, and a larger one contains a smaller one. */
export const START_MS = Date.UTC(2026, 9, 1);
/** One record every 300 ms: two million of them are a week. */
const STEP_MS = 300;

const BATCH_RECORDS = 5000;
const WRITE_TIMEOUT_MS = 120_000;
const MAX_ATTEMPTS = 20;
/** Batches are written two at a time: what a load that was stopped may have left out below its count. */
const OVERLAP_RECORDS = 2 * BATCH_RECORDS;

/** Event time of the end of a load. */
export function endMs(records: number): number {
  return START_MS + records * STEP_MS;
}

/** Ids of payments, evenly spread over the load. */
export function somePaymentIds(records: number, count: number): string[] {
  const every = Math.max(1, Math.floor(records / count));
  const ids: string[] = [];
  for (const { index, log } of corpus(records)) {
    if (index % every === 0 && ids.length < count) ids.push(log.payment.id);
  }
  return ids;
}

function* corpus(records: number) {
  let index = 0;
  for (const log of paymentLogs({ seed: 1, count: records, startMs: START_MS, idPrefix: 'search-' })) {
    yield { index, log };
    index += 1;
  }
}

function* batches(records: number, from: number): Generator<StoreDocument[]> {
  const preparer = new RecordPreparer({ maxBytes: 262_144, maxDepth: 20, maxKeys: 500 });
  let batch: StoreDocument[] = [];
  for (const { index, log } of corpus(records)) {
    if (index < from) continue;
    const receivedAtMs = START_MS + index * STEP_MS;
    const bytes = Buffer.from(JSON.stringify({ ...log, timestamp: new Date(receivedAtMs).toISOString() }));
    const prepared = prepareRecord(preparer, bytes, { dataSet: DATA_SET, receivedAtMs, fallbackId: log.id });
    if (!prepared.ok) throw new Error(`record ${index} was refused: ${prepared.message}`);
    const { id, dataSet, timestamp, receivedAt, value } = prepared;
    batch.push({ id, dataSet, timestamp, receivedAt, source: value });
    if (batch.length === BATCH_RECORDS) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

/**
 * Brings a store that holds `present` of the records to `records` through its own writer. Records that are there already are
 * recognized, so a load that was stopped goes on where it was.
 */
export async function load(store: string, writer: StoreWriter, records: number, present: number): Promise<void> {
  if (present >= records) {
    process.stderr.write(`${store}: ${present} records are there\n`);
    return;
  }
  const from = Math.max(0, present - OVERLAP_RECORDS);
  process.stderr.write(`${store}: loading records ${from} to ${records}\n`);
  const startedMs = performance.now();
  const source = batches(records, from);
  let done = from;
  let toldMs = startedMs;
  const lane = async (): Promise<void> => {
    for (let next = source.next(); next.done !== true; next = source.next()) {
      await writeAll(writer, next.value);
      done += next.value.length;
      if (performance.now() - toldMs < 10_000) continue;
      toldMs = performance.now();
      process.stderr.write(`${store}: ${done} of ${records}, ${perSecond(done - from, startedMs)} records/s\n`);
    }
  };
  await Promise.all([lane(), lane()]);
  process.stderr.write(`${store}: loaded at ${perSecond(done - from, startedMs)} records/s\n`);
}

function perSecond(count: number, sinceMs: number): number {
  return Math.round(count / ((performance.now() - sinceMs) / 1000));
}

async function writeAll(writer: StoreWriter, documents: readonly StoreDocument[]): Promise<void> {
  let waiting = documents;
  for (let attempt = 1; waiting.length > 0; attempt += 1) {
    const outcomes = await writer.write(waiting, { signal: AbortSignal.timeout(WRITE_TIMEOUT_MS) });
    const refused = outcomes.find((outcome) => outcome.status === 'rejected');
    if (refused) throw new Error(`the store refused a record: ${refused.type}: ${refused.reason}`);
    const later = waiting.filter((_, at) => outcomes[at]?.status === 'retryable');
    if (later.length > 0) {
      if (attempt === MAX_ATTEMPTS)
        throw new Error(`the store did not take ${later.length} records in ${attempt} attempts`);
      await new Promise((resolve) => setTimeout(resolve, Math.min(5000, 100 * 2 ** attempt)));
    }
    waiting = later;
  }
}
