import type { StoreDocument } from '../ports/store.ts';
import { prepareRecord, RecordPreparer } from '../record/prepare.ts';

/** A record for a test. `raw` is JSON text of further members (`"attributes":{"n":1e400}`), kept as written. */
export interface TestRecord {
  readonly id: string;
  /** 30 characters. */
  readonly timestamp: string;
  /** 24 characters; the time of the event (cut to milliseconds) when absent. */
  readonly receivedAt?: string;
  readonly dataSet?: string;
  readonly service?: string;
  readonly level?: string;
  readonly message?: string;
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly raw?: string;
}

/** The canonical record as the API would have made it: the envelope's members first, then the record's own. */
export function storeDocument(record: TestRecord): StoreDocument {
  const { id, timestamp, dataSet = 'main' } = record;
  const receivedAt = record.receivedAt ?? `${timestamp.slice(0, 23)}Z`;
  const envelope = { v: 1, '@timestamp': timestamp, received_at: receivedAt, data_set: dataSet };
  const own = {
    id,
    timestamp,
    service: record.service ?? 'payments',
    level: record.level ?? 'info',
    message: record.message ?? `message of ${id}`,
    ...record.fields,
  };
  const raw = record.raw === undefined ? '' : `,${record.raw}`;
  const text = `${JSON.stringify(envelope).slice(0, -1)},${JSON.stringify(own).slice(1, -1)}${raw}}`;
  return { id, dataSet, timestamp, receivedAt, source: Buffer.from(text, 'utf8') };
}

const LIMITS = { maxBytes: 262_144, maxDepth: 20, maxKeys: 500 };

/**
 * The documents that the API makes of records which are given as JSON texts (their numbers stay as written), with everything that is
 * spliced in front, such as the numeric attributes. Each names its id; one without a time happened when it was received.
 */
export function acceptedDocuments(texts: readonly string[], receivedAt = '2026-11-20T12:00:00.000Z'): StoreDocument[] {
  const preparer = new RecordPreparer(LIMITS);
  const context = { dataSet: 'main', receivedAtMs: Date.parse(receivedAt), fallbackId: 'none' };
  return texts.map((text) => {
    const prepared = prepareRecord(preparer, Buffer.from(text), context);
    if (!prepared.ok) throw new Error(`${text}: ${prepared.message}`);
    const { id, dataSet, timestamp, value } = prepared;
    return { id, dataSet, timestamp, receivedAt: prepared.receivedAt, source: value };
  });
}

/** A time of the 30-character form: `day` at `secondOfDay` plus nanoseconds. */
export function timeOf(day: string, secondOfDay: number, nanos = 0): string {
  const clock = new Date(secondOfDay * 1000).toISOString().slice(11, 19);
  return `${day}T${clock}.${String(nanos).padStart(9, '0')}Z`;
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32), so that a failure can be repeated. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
