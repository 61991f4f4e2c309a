import type { ConsumedBatch, ConsumedMessage } from '@paylog/shared/ports/queue';
import type { StoreDocument } from '@paylog/shared/ports/store';
import { readEnvelope } from '@paylog/shared/record/envelope';
import { prepareRecord, type Prepared, type RecordPreparer } from '@paylog/shared/record/prepare';
import type { Failure } from './failure.ts';

/** What the indexer needs to know to read a topic. */
export interface PrepareOptions {
  /** The topic that anybody may write to; every other one holds canonical records. */
  readonly directTopic: string;
  /** Data set of records from the direct topic. */
  readonly dataSet: string;
  readonly preparer: RecordPreparer;
}

/** A batch, sorted into what can go to the store and what cannot. */
export interface PreparedBatch {
  readonly documents: StoreDocument[];
  /** `positions[i]` is the position in the batch of `documents[i]`. */
  readonly positions: number[];
  readonly failures: Failure[];
  /** Card numbers and verification codes found in records of direct producers. */
  pan: number;
  cvv: number;
}

/** Elasticsearch refuses a whole bulk request for one longer `_id`. */
const MAX_KEY_BYTES = 512;

/** Reads every message of a batch; never throws for what is in it. */
export function prepareBatch(batch: ConsumedBatch, options: PrepareOptions): PreparedBatch {
  const prepared: PreparedBatch = { documents: [], positions: [], failures: [], pan: 0, cvv: 0 };
  const { messages } = batch;
  const direct = batch.topic === options.directTopic;
  for (let position = 0; position < messages.length; position += 1) {
    const message = messages[position];
    if (message === undefined) continue;
    if (direct) addDirect(prepared, batch, message, position, options);
    else addCanonical(prepared, message, position);
  }
  return prepared;
}

/** The hot path: no parsing, one object per record. */
function addCanonical(prepared: PreparedBatch, message: ConsumedMessage, position: number): void {
  const { key, value } = message;
  const envelope = value === null ? undefined : readEnvelope(value);
  if (value === null || key === null || key.byteLength === 0 || key.byteLength > MAX_KEY_BYTES || !envelope) {
    prepared.failures.push({ position, stage: 'envelope', attempts: 0, ...envelopeFault(message) });
    return;
  }
  const { dataSet, timestamp, receivedAt } = envelope;
  prepared.documents.push({ id: key.toString('utf8'), dataSet, timestamp, receivedAt, source: value });
  prepared.positions.push(position);
}

function envelopeFault({ key, value }: ConsumedMessage): { readonly type: string; readonly reason: string } {
  if (value === null) return EMPTY_VALUE;
  if (key === null || key.byteLength === 0)
    return { type: 'missing_key', reason: 'the message has no key (record id)' };
  if (key.byteLength > MAX_KEY_BYTES) {
    return { type: 'key_too_long', reason: `the key (record id) is longer than ${String(MAX_KEY_BYTES)} bytes` };
  }
  return { type: 'unreadable_envelope', reason: 'the value does not begin with the envelope of a checked record' };
}

const EMPTY_VALUE = { type: 'empty_value', reason: 'the message has no value' } as const;

function addDirect(
  prepared: PreparedBatch,
  batch: ConsumedBatch,
  message: ConsumedMessage,
  position: number,
  options: PrepareOptions,
): void {
  const { value } = message;
  if (value === null) {
    prepared.failures.push({ position, stage: 'prepare', attempts: 0, ...EMPTY_VALUE });
    return;
  }
  const record = prepareSafely(value, batch, message, options);
  if (!record.ok) {
    const { code, field, message: reason } = record;
    prepared.failures.push({
      position,
      stage: 'prepare',
      type: code,
      reason,
      ...(field !== undefined && { field }),
      attempts: 0,
    });
    return;
  }
  const { id, dataSet, timestamp, receivedAt } = record;
  prepared.pan += record.pan;
  prepared.cvv += record.cvv;
  prepared.documents.push({ id, dataSet, timestamp, receivedAt, source: record.value });
  prepared.positions.push(position);
}

/** A record that trips over a bug of ours must not stop its partition for ever: it becomes a dead letter like any other. */
function prepareSafely(
  value: Buffer,
  batch: ConsumedBatch,
  message: ConsumedMessage,
  { dataSet, preparer }: PrepareOptions,
): Prepared | { readonly ok: false; readonly code: string; readonly field?: string; readonly message: string } {
  try {
    return prepareRecord(preparer, value, {
      dataSet,
      receivedAtMs: receivedAt(message),
      fallbackId: `${batch.topic}-${String(batch.partition)}-${String(message.offset)}`,
    });
  } catch (error) {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : 'unknown error';
    return { ok: false, code: 'internal_error', message: reason };
  }
}

/** 2100-01-01: no broker's clock is there yet. */
const LATEST_MS = 4_102_444_800_000;

/**
 * The broker's time of the message. A producer may have set nonsense; the clamp must not depend on our clock, because the
 * document's address must be the same at every delivery.
 */
function receivedAt({ timestampMs }: ConsumedMessage): number {
  return Number.isFinite(timestampMs) ? Math.min(Math.max(0, timestampMs), LATEST_MS) : 0;
}
