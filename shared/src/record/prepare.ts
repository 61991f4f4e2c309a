/**
 * From the JSON text of one record, in any accepted form, to a canonical record: checked, redacted, with the server's fields
 * spliced in front. Records that are canonical already keep their bytes (the fast path); the others are rewritten.
 */
import { isUtf8 } from 'node:buffer';
import { envelopePrefix, envelopeTail } from './envelope.ts';
import { recordFault, type RecordFault } from './fault.ts';
import { JsonLimitError, parseJsonTree } from './json-tree.ts';
import { lexicalScan, scanResult } from './lexical-scan.ts';
import {
  hasTooManyIdBytes,
  MAX_ATTRIBUTE_PATH_LENGTH,
  MAX_ID_BYTES,
  MAX_NAME_LENGTH,
  MAX_NUMBER_LENGTH,
  type RecordLimits,
} from './limits.ts';
import { walkMembers, type MemberWalk } from './member-walk.ts';
import { normalizeRecord } from './normalize-record.ts';
import { isPlain, mayNameCvv } from './plain-text.ts';
import { compileRecordSchema, type CanonicalRecord, type RecordValidator } from './record-schema.ts';
import { missingField, schemaFault } from './schema-fault.ts';
import { cleanText, holdsCardData, holdsPanNumber } from './redact.ts';
import { isoMillis, parseTimestamp } from './timestamp.ts';

/** Finds a name for the service in a record that passed the schema: 1 to 256 characters, or undefined. */
export type ServiceFrom = (record: CanonicalRecord) => string | undefined;

/** What a record takes from the request that carries it. */
export interface RequestFacts {
  readonly dataSet: string;
  /** 24-character form; also the event time of records without one. */
  readonly receivedAt: string;
  /** Id of a record that brings none; `index` is its position in the request. One that `givenIdFault` lets pass. */
  readonly idFor: (index: number) => string;
  /** Service of records that name none. */
  readonly service?: string | undefined;
  /** Finds the service of a record that names none in its other fields; goes before `service`. */
  readonly serviceFrom?: ServiceFrom | undefined;
  /** Ids of the request's trace (W3C `traceparent`), for records without a trace id. */
  readonly trace?: { readonly traceId: string; readonly spanId: string } | undefined;
}

/** {@link RequestFacts} with what is the same for all its records. */
export interface RecordContext extends RequestFacts {
  /** The envelope between the event time and the fields of the record. */
  readonly tail: string;
}

/** Makes the context of one request. The service is redacted as everything else is. */
export function recordContext(facts: RequestFacts): RecordContext {
  const service = facts.service === undefined ? undefined : cleanText(facts.service).text;
  return { ...facts, service, tail: envelopeTail(facts.receivedAt, facts.dataSet) };
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

/** A record that passed the schema, with what its envelope is made of. */
interface Checked {
  readonly record: CanonicalRecord;
  /** The event time as sent, exact. */
  readonly time: string | number | undefined;
  /** Where the time came from. */
  readonly timeField: string;
  readonly walk: MemberWalk;
  /** The canonical record on one line. */
  readonly text: string;
  /** Whether `text` is the text as sent. */
  readonly unchanged: boolean;
  readonly found: { readonly pan: number; readonly cvv: number };
}

const LONG_NUMBER_TEXT = new RegExp(String.raw`[\d.eE+-]{${MAX_NUMBER_LENGTH + 1}}`);
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
    const { maxBytes, maxDepth, maxKeys } = this.#limits;
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
    const walk = walkMembers(parsed as Readonly<Record<string, unknown>>, maxDepth);
    if (walk.tooDeep) return tooDeep(maxDepth);
    const isPlainText = isPlain(text, walk.compactLength);
    const record = parsed as CanonicalRecord;
    if (this.#isCanonical(record) && isTimeExact(record.timestamp)) {
      const body = isPlainText ? text : untouchedBody(text, record, walk);
      if (body !== undefined) {
        if (walk.members > maxKeys) return tooManyKeys(maxKeys);
        const time = record.timestamp;
        const unchanged = body === text;
        const checked = { record, time, timeField: 'timestamp', walk, text: body, unchanged, found: NOTHING_FOUND };
        return assemble(checked, index, context);
      }
    }
    return this.#slowPath(text, isPlainText, index, context);
  }

  #slowPath(text: string, isPlainText: boolean, index: number, context: RecordContext): PreparedRecord | RecordFault {
    const { maxDepth, maxKeys } = this.#limits;
    try {
      const root = parseJsonTree(text, this.#limits);
      if (root.kind !== 'object') return recordFault('not_an_object', 'a record must be a JSON object');
      const normalized = normalizeRecord(text, root, isPlainText);
      if (!normalized.ok) return normalized;
      const record = JSON.parse(normalized.text) as CanonicalRecord;
      if (!this.#isCanonical(record)) return schemaFault(this.#isCanonical.errors?.[0], normalized.sentAs);
      const { timestampText: time, sentAs } = normalized;
      const timeField = sentAs.get('timestamp') ?? 'timestamp';
      // What was moved under `attributes` lies one level deeper than it was sent.
      const walk = walkMembers(record as unknown as Readonly<Record<string, unknown>>, maxDepth + 1);
      const checked = { record, time, timeField, walk, text: normalized.text, unchanged: false, found: normalized };
      return assemble(checked, index, context);
    } catch (error) {
      if (!(error instanceof JsonLimitError)) throw error;
      if (error.limit === 'maxNumberLength')
        return recordFault('too_long', `a number may have at most ${MAX_NUMBER_LENGTH} characters`);
      return error.limit === 'maxDepth' ? tooDeep(maxDepth) : tooManyKeys(maxKeys);
    }
  }
}

/** Whether the double of a numeric timestamp says all that its digits say; fractions and nanoseconds are read from the text. */
function isTimeExact(timestamp: string | number | undefined): boolean {
  return typeof timestamp !== 'number' || Number.isSafeInteger(timestamp);
}

/** The text of a canonical record on one line, when nothing inside has to change; else undefined. */
function untouchedBody(text: string, record: CanonicalRecord, walk: MemberWalk): string | undefined {
  const scan = lexicalScan(text);
  // More members in the text than in what was parsed are duplicates.
  if (scanResult.hasBadEscape(scan) || scanResult.members(scan) !== walk.members) return undefined;
  if (walk.hasLongNumber && holdsPanNumber(text)) return undefined;
  if (text.length > MAX_NUMBER_LENGTH && mayHoldLongNumber(text)) return undefined;
  if ((scanResult.mayHoldData(scan) || mayNameCvv(text)) && holdsCardData(record)) return undefined;
  return scanResult.hasControl(scan) ? text.replaceAll(/[\n\r\t]/g, ' ').trim() : text.trim();
}

function tooManyKeys(maxKeys: number): RecordFault {
  return recordFault('too_many_keys', `a record may have at most ${maxKeys} members in all its objects`);
}

function tooDeep(maxDepth: number): RecordFault {
  return recordFault('too_deep', `a record may nest at most ${maxDepth} levels`);
}

/**
 * V8 quotes the text in its message, which may hold a card number: only the position is taken from it, from the end, where nothing
 * of the text stands.
 */
function positionOf(error: unknown): string {
  const message = error instanceof Error ? error.message : '';
  const position = / at position (\d+)(?: \(line \d+ column \d+\))?$/.exec(message)?.[1];
  return position === undefined ? '' : ` at character ${position}`;
}

/** Whether there is a number, or something like one in a string, beyond {@link MAX_NUMBER_LENGTH}. */
function mayHoldLongNumber(text: string): boolean {
  return LONG_NUMBER_TEXT.test(text);
}

/** What the store could not index: refused here, where the sender still hears of it. */
function indexFault(record: CanonicalRecord, walk: MemberWalk): RecordFault | undefined {
  if (record.id !== undefined && hasTooManyIdBytes(record.id)) {
    return recordFault('too_long', `id must be at most ${MAX_ID_BYTES} bytes long`, 'id');
  }
  if (!walk.hasLongName) return undefined;
  const rule = `a name may have at most ${MAX_NAME_LENGTH} characters, a path of names ${MAX_ATTRIBUTE_PATH_LENGTH}`;
  return recordFault('too_long', rule);
}

function assemble(checked: Checked, index: number, context: RecordContext): PreparedRecord | RecordFault {
  const { record, walk, text, unchanged, found } = checked;
  const service = record.service ?? context.serviceFrom?.(record) ?? context.service;
  if (service === undefined) return missingField('service');
  const timestamp = parseTimestamp(checked.time ?? context.receivedAt);
  if (timestamp === undefined) {
    const right = 'RFC 3339 text with an offset or an epoch number (s, ms, us, ns), between 1970 and 2262';
    return recordFault('invalid_timestamp', `${checked.timeField} must be ${right}`, checked.timeField);
  }
  const fault = indexFault(record, walk);
  if (fault) return fault;
  let extras = walk.numbers;
  let { id } = record;
  if (id === undefined) {
    id = context.idFor(index);
    extras += `"id":"${id}",`;
  }
  if (record.level === undefined) extras += '"level":"info",';
  if (record.timestamp === undefined) extras += `"timestamp":"${context.receivedAt}",`;
  if (record.service === undefined) extras += `"service":${JSON.stringify(service)},`;
  if (context.trace && record.trace_id === undefined) {
    extras += `"trace_id":"${context.trace.traceId}",`;
    if (record.span_id === undefined) extras += `"span_id":"${context.trace.spanId}",`;
  }
  const prefix = envelopePrefix(timestamp, context.tail, extras);
  return {
    ok: true,
    index,
    id,
    service,
    timestamp,
    prefix,
    body: text.slice(1),
    unchanged,
    pan: found.pan,
    cvv: found.cvv,
  };
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
  const text = bytes.toString('utf8', hasByteOrderMark(bytes) ? 3 : 0);
  return complete(preparer.prepare(text, bytes.length, 0, inRequest), inRequest);
}

/** Prepares record `index` of a message that holds several, from its JSON text; `context` is the message's. */
export function preparePart(preparer: RecordPreparer, text: string, index: number, context: RecordContext): Prepared {
  return complete(preparer.prepare(text, Buffer.byteLength(text), index, context), context);
}

function complete(prepared: PreparedRecord | RecordFault, { receivedAt, dataSet }: RecordContext): Prepared {
  if (!prepared.ok) return prepared;
  const { id, service, timestamp, pan, cvv } = prepared;
  const value = Buffer.from(prepared.prefix + prepared.body, 'utf8');
  return { ok: true, id, service, timestamp, receivedAt, dataSet, value, pan, cvv };
}

/** RFC 8259 section 8.1: a parser may ignore it, and Windows tools write it. */
function hasByteOrderMark(bytes: Buffer): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}
