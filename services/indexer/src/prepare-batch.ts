import type { ConsumedBatch, ConsumedMessage } from '@paylog/shared/ports/queue';
import type { StoreDocument } from '@paylog/shared/ports/store';
import { LAYOUT_VERSION, layoutOf, readEnvelope } from '@paylog/shared/record/envelope';
import { OtlpError, type OtlpFault, type OtlpLogs, type OtlpRecord } from '@paylog/shared/record/otlp-logs';
import { readOtlpMessage } from '@paylog/shared/record/otlp-message';
import {
  preparePart,
  prepareRecord,
  type Prepared,
  recordContext,
  type RecordContext,
  type RecordPreparer,
} from '@paylog/shared/record/prepare';
import { isoMillis } from '@paylog/shared/record/timestamp';
import type { FailedPart, Failure } from './failure.ts';

/** What the indexer needs to know to read a topic. */
export interface PrepareOptions {
  /** The topic that anybody may write to; every other one holds canonical records. */
  readonly directTopic: string;
  /** Data set of records from the direct topic. */
  readonly dataSet: string;
  readonly preparer: RecordPreparer;
}

/** A batch, or the messages of it from one position on, sorted into what can go to the store and what cannot. */
export interface PreparedBatch {
  readonly documents: StoreDocument[];
  /** `positions[i]` is the position in the batch of `documents[i]`. */
  readonly positions: number[];
  readonly failures: Failure[];
  /** Messages that hold several records: their number by position. */
  readonly several: Map<number, number>;
  /** Index within its message of `documents[i]`, for those of such messages. */
  readonly parts: Map<number, number>;
  /** The first message that is not prepared yet. */
  next: number;
  /** Card numbers and verification codes found in records of direct producers. */
  pan: number;
  cvv: number;
}

/** Elasticsearch refuses a whole bulk request for one longer `_id`. */
const MAX_KEY_BYTES = 512;

/**
 * Records of direct producers are prepared until they have this many bytes: those of one message may be many times as large as it is,
 * since each carries what they share.
 */
const MAX_PREPARED_BYTES = 16 << 20;

/** Reads the messages of a batch from position `from` on, mostly all; never throws for what is in it. */
export function prepareBatch(batch: ConsumedBatch, options: PrepareOptions, from = 0): PreparedBatch {
  const { messages } = batch;
  const prepared: PreparedBatch = {
    documents: [],
    positions: [],
    failures: [],
    several: new Map(),
    parts: new Map(),
    next: messages.length,
    pan: 0,
    cvv: 0,
  };
  if (batch.topic === options.directTopic) {
    prepareDirect(prepared, batch, options, from);
    return prepared;
  }
  for (let position = from; position < messages.length; position += 1) {
    const message = messages[position];
    if (message !== undefined) addCanonical(prepared, message, position);
  }
  return prepared;
}

function prepareDirect(prepared: PreparedBatch, batch: ConsumedBatch, options: PrepareOptions, from: number): void {
  let bytes = 0;
  for (let position = from; position < batch.messages.length; position += 1) {
    const message = batch.messages[position];
    if (message === undefined) continue;
    if (bytes > MAX_PREPARED_BYTES) {
      prepared.next = position;
      return;
    }
    const before = prepared.documents.length;
    addDirect(prepared, batch, message, position, options);
    for (const { source } of prepared.documents.slice(before)) bytes += source.byteLength;
  }
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
  const layout = layoutOf(value);
  if (layout !== undefined && layout !== LAYOUT_VERSION) {
    const reason = `the record has layout ${String(layout)}, this version reads layout ${String(LAYOUT_VERSION)}: upgrade the indexers before the API`;
    return { type: 'unknown_layout', reason };
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
  const logs = readSafely(value);
  if (logs instanceof OtlpError) {
    prepared.failures.push({ position, stage: 'prepare', type: logs.code, reason: logs.message, attempts: 0 });
  } else if (logs === undefined) {
    addRecord(prepared, position, prepareSafely(value, batch, message, options));
  } else {
    addParts(prepared, logs, messageContext(batch, message, options), position, options.preparer);
  }
}

/** The records of an OTLP message; undefined for every other message, an error for one that is beyond the limits. */
function readSafely(value: Buffer): OtlpLogs | OtlpError | undefined {
  try {
    return readOtlpMessage(value);
  } catch (error) {
    return error instanceof OtlpError ? error : undefined;
  }
}

/** Each record of a message becomes a document or a dead letter of its own; the message is settled when all of them are. */
function addParts(
  prepared: PreparedBatch,
  { records }: OtlpLogs,
  context: RecordContext,
  position: number,
  preparer: RecordPreparer,
): void {
  prepared.several.set(position, records.length);
  for (const [index, record] of records.entries()) {
    const result = 'text' in record ? safely(() => preparePart(preparer, record.text, index, context)) : record;
    if (result.ok) prepared.parts.set(prepared.documents.length, index);
    addRecord(prepared, position, result, result.ok ? undefined : partOf(record, index));
  }
}

function partOf(record: OtlpRecord | OtlpFault, index: number): FailedPart {
  if ('text' in record) return { index, bytes: Buffer.from(record.text), isMessage: true };
  return { index, isMessage: false, ...(record.source !== undefined && { bytes: record.source }) };
}

function addRecord(prepared: PreparedBatch, position: number, record: Checked, part?: FailedPart): void {
  if (!record.ok) {
    const { code, field, message: reason } = record;
    prepared.failures.push({
      position,
      stage: 'prepare',
      type: code,
      reason,
      ...(field !== undefined && { field }),
      attempts: 0,
      ...(part !== undefined && { part }),
    });
    return;
  }
  const { id, dataSet, timestamp, receivedAt } = record;
  prepared.pan += record.pan;
  prepared.cvv += record.cvv;
  prepared.documents.push({ id, dataSet, timestamp, receivedAt, source: record.value });
  prepared.positions.push(position);
}

/** A record after its check, or why it cannot be stored. */
type Checked =
  Prepared | { readonly ok: false; readonly code: string; readonly field?: string; readonly message: string };

/** A record that trips over a bug of ours must not stop its partition for ever: it becomes a dead letter like any other. */
function safely(prepare: () => Prepared): Checked {
  try {
    return prepare();
  } catch (error) {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : 'unknown error';
    return { ok: false, code: 'internal_error', message: reason };
  }
}

function prepareSafely(
  value: Buffer,
  batch: ConsumedBatch,
  message: ConsumedMessage,
  { dataSet, preparer }: PrepareOptions,
): Checked {
  return safely(() =>
    prepareRecord(preparer, value, {
      dataSet,
      receivedAtMs: receivedAt(message),
      fallbackId: addressOf(batch, message),
    }),
  );
}

/** Records without an id get one that follows from where they stand: the same at every delivery. */
function messageContext(batch: ConsumedBatch, message: ConsumedMessage, { dataSet }: PrepareOptions): RecordContext {
  const address = addressOf(batch, message);
  return recordContext({
    dataSet,
    receivedAt: isoMillis(receivedAt(message)),
    idFor: (index) => `${address}-${String(index)}`,
  });
}

function addressOf({ topic, partition }: ConsumedBatch, { offset }: ConsumedMessage): string {
  return `${topic}-${String(partition)}-${String(offset)}`;
}

/** 2100-01-01: no broker's clock is there yet. */
const LATEST_MS = 4_102_444_800_000;

/**
 * The broker's time of the message, or the producer's in a topic that somebody made without `message.timestamp.type=LogAppendTime`: it may be
 * nonsense. The clamp must not depend on our clock, because the
 * document's address must be the same at every delivery.
 */
function receivedAt({ timestampMs }: ConsumedMessage): number {
  return Number.isFinite(timestampMs) ? Math.min(Math.max(0, timestampMs), LATEST_MS) : 0;
}
