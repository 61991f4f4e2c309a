/**
 * From the JSON text of one record, in any accepted form, to a canonical record: checked, redacted, with the server's fields
 * spliced in front. Records that are canonical already keep their bytes (the fast path); the others are rewritten.
 */
import { isUtf8 } from 'node:buffer';
import { envelopePrefix, envelopeTail } from './envelope.ts';
import { recordFault, type RecordFault } from './fault.ts';
import { JsonTooDeepError, parseJsonTree } from './json-tree.ts';
import { lexicalScan, scanResult } from './lexical-scan.ts';
import type { RecordLimits } from './limits.ts';
import { walkMembers, type MemberWalk } from './member-walk.ts';
import { normalizeRecord } from './normalize-record.ts';
import { isPlain } from './plain-text.ts';
import { compileRecordSchema, type CanonicalRecord, type RecordValidator } from './record-schema.ts';
import { missingField, schemaFault } from './schema-fault.ts';
import { isoMillis, parseTimestamp } from './timestamp.ts';

/** What a record takes from the request that carries it. */
export interface RequestFacts {
  readonly dataSet: string;
  /** 24-character form; also the event time of records without one. */
  readonly receivedAt: string;
  /** Id of a record that brings none; `index` is its position in the request. */
  readonly idFor: (index: number) => string;
  /** Service of records that name none. */
  readonly service?: string | undefined;
  /** Ids of the request's trace (W3C `traceparent`), for records without a trace id. */
  readonly trace?: { readonly traceId: string; readonly spanId: string } | undefined;
}

/** {@link RequestFacts} with what is the same for all its records. */
export interface RecordContext extends RequestFacts {
  /** The envelope between the event time and the fields of the record. */
  readonly tail: string;
}

/** Makes the context of one request. */
export function recordContext(facts: RequestFacts): RecordContext {
  return { ...facts, tail: envelopeTail(facts.receivedAt, facts.dataSet) };
}

/** A record that may go on the queue. Its bytes are `prefix` (ASCII or UTF-8 text) followed by `body`. */
export interface PreparedRecord {
  readonly ok: true;
  /** Position in its request, from 0. */
  readonly index: number;
  readonly id: string;
  readonly service: string;
  /** 30-character form. */
  readonly timestamp: string;
  readonly prefix: string;
  /** The record's text after its opening brace. */
  readonly body: string;
  /** Whether `body` is the text as sent. */
  readonly unchanged: boolean;
  readonly pan: number;
  readonly cvv: number;
}

interface Checked {
  readonly record: CanonicalRecord;
  readonly timestamp: string;
  readonly walk: MemberWalk;
}

const NANOSECONDS_FROM = 1e17;
const NOTHING_FOUND = { pan: 0, cvv: 0 } as const;

/** Prepares records; holds the compiled schema, so make one per process. */
export class RecordPreparer {
  readonly #limits: RecordLimits;
  readonly #isCanonical: RecordValidator;

  constructor(limits: RecordLimits) {
    this.#limits = limits;
    this.#isCanonical = compileRecordSchema();
  }

  /**
   * Prepares the record `text` (trimmed or not, without line breaks it costs less). `byteLength` is its size as sent; `index`
   * its position in the request. Never throws for what a sender did.
   */
  prepare(text: string, byteLength: number, index: number, context: RecordContext): PreparedRecord | RecordFault {
    const { maxBytes } = this.#limits;
    if (byteLength > maxBytes) return recordFault('record_too_large', `a record may have at most ${maxBytes} bytes`);
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch (error) {
      return recordFault('invalid_json', `not valid JSON${positionOf(error)}`);
    }
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
      return recordFault('not_an_object', 'a record must be a JSON object');
    }
    return this.#fastPath(text, parsed as CanonicalRecord, index, context) ?? this.#slowPath(text, index, context);
  }

  /** Undefined when the record needs a change inside, or a reason why it is refused. */
  #fastPath(text: string, parsed: CanonicalRecord, index: number, context: RecordContext): PreparedRecord | undefined {
    if (!this.#isCanonical(parsed)) return undefined;
    // The double of a nanosecond number is not exact: the slow path reads its digits.
    if (typeof parsed.timestamp === 'number' && parsed.timestamp >= NANOSECONDS_FROM) return undefined;
    const checked = this.#check(parsed, parsed.timestamp, context);
    if ('ok' in checked) return undefined;
    const { walk } = checked;
    if (isPlain(text, walk.compactLength)) return assemble(checked, text.slice(1), true, index, context, NOTHING_FOUND);
    const scan = lexicalScan(text);
    // More members in the text than in what was parsed are duplicates.
    if (scanResult.needsChange(scan) || scanResult.members(scan) !== walk.members) return undefined;
    const line = (scanResult.hasControl(scan) ? text.replaceAll(/[\n\r\t]/g, ' ') : text).trim();
    return assemble(checked, line.slice(1), line === text, index, context, NOTHING_FOUND);
  }

  #slowPath(text: string, index: number, context: RecordContext): PreparedRecord | RecordFault {
    const { maxDepth } = this.#limits;
    try {
      const root = parseJsonTree(text, maxDepth);
      if (root.kind !== 'object') return recordFault('not_an_object', 'a record must be a JSON object');
      const normalized = normalizeRecord(text, root);
      if (!normalized.ok) return normalized;
      const record = JSON.parse(normalized.text) as CanonicalRecord;
      if (!this.#isCanonical(record)) return schemaFault(this.#isCanonical.errors?.[0]);
      const checked = this.#check(record, normalized.timestampText, context);
      if ('ok' in checked) return checked;
      return assemble(checked, normalized.text.slice(1), false, index, context, normalized);
    } catch (error) {
      if (error instanceof JsonTooDeepError) return tooDeep(maxDepth);
      throw error;
    }
  }

  /** What the schema does not say. */
  #check(record: CanonicalRecord, time: string | number | undefined, context: RecordContext): Checked | RecordFault {
    const { maxDepth, maxKeys } = this.#limits;
    const walk = walkMembers(record as unknown as Readonly<Record<string, unknown>>, maxDepth);
    if (walk.tooDeep) return tooDeep(maxDepth);
    if (walk.members > maxKeys) {
      return recordFault('too_many_keys', `a record may have at most ${maxKeys} members in all its objects`);
    }
    if (record.service === undefined && context.service === undefined) return missingField('service');
    const timestamp = parseTimestamp(time ?? context.receivedAt);
    if (timestamp === undefined) {
      const right = 'RFC 3339 text with an offset or an epoch number (s, ms, us, ns), between 1970 and 2262';
      return recordFault('invalid_timestamp', `timestamp must be ${right}`, 'timestamp');
    }
    return { record, timestamp, walk };
  }
}

function tooDeep(maxDepth: number): RecordFault {
  return recordFault('too_deep', `a record may nest at most ${maxDepth} levels`);
}

/** V8 quotes the text in its message, which may hold a card number: only the position is taken from it. */
function positionOf(error: unknown): string {
  const position = error instanceof Error ? /position (\d+)/.exec(error.message)?.[1] : undefined;
  return position === undefined ? '' : ` at character ${position}`;
}

function assemble(
  { record, timestamp, walk }: Checked,
  body: string,
  unchanged: boolean,
  index: number,
  context: RecordContext,
  found: { readonly pan: number; readonly cvv: number },
): PreparedRecord {
  let extras = walk.numbers;
  let { id, service } = record;
  if (id === undefined) {
    id = context.idFor(index);
    extras += `"id":"${id}",`;
  }
  if (record.level === undefined) extras += '"level":"info",';
  if (record.timestamp === undefined) extras += `"timestamp":"${context.receivedAt}",`;
  if (service === undefined) {
    service = context.service ?? '';
    extras += `"service":${JSON.stringify(service)},`;
  }
  if (context.trace && record.trace_id === undefined) {
    extras += `"trace_id":"${context.trace.traceId}",`;
    if (record.span_id === undefined) extras += `"span_id":"${context.trace.spanId}",`;
  }
  const prefix = envelopePrefix(timestamp, context.tail, extras);
  return { ok: true, index, id, service, timestamp, prefix, body, unchanged, pan: found.pan, cvv: found.cvv };
}

/** What {@link prepareRecord} needs besides the bytes. */
export interface PrepareContext {
  readonly dataSet: string;
  /** Epoch milliseconds that the queue gave the message. */
  readonly receivedAtMs: number;
  /** Id of a record that brings none. */
  readonly fallbackId: string;
}

/** A record from a direct producer, ready for the store. */
export type Prepared =
  | {
      readonly ok: true;
      readonly id: string;
      readonly service: string;
      readonly timestamp: string;
      readonly receivedAt: string;
      readonly dataSet: string;
      readonly value: Buffer;
      readonly pan: number;
      readonly cvv: number;
    }
  | RecordFault;

/** Prepares one message of a direct producer: UTF-8 bytes of one JSON record. The same bytes and context give the same result. */
export function prepareRecord(preparer: RecordPreparer, bytes: Buffer, context: PrepareContext): Prepared {
  if (!isUtf8(bytes)) return recordFault('invalid_utf8', 'a record must be valid UTF-8');
  const receivedAt = isoMillis(context.receivedAtMs);
  const { dataSet, fallbackId } = context;
  const inRequest = recordContext({ dataSet, receivedAt, idFor: () => fallbackId });
  const prepared = preparer.prepare(bytes.toString('utf8'), bytes.length, 0, inRequest);
  if (!prepared.ok) return prepared;
  const { id, service, timestamp, pan, cvv } = prepared;
  const value = Buffer.from(prepared.prefix + prepared.body, 'utf8');
  return { ok: true, id, service, timestamp, receivedAt, dataSet, value, pan, cvv };
}
