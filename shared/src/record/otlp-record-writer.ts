/**
 * From the parts of one OTLP log record (https://opentelemetry.io/docs/specs/otel/logs/data-model/) to the JSON text of a record in
 * the product's own names, so that it takes the fast path of `prepare.ts`. Values arrive as JSON: nothing is lost on the way, 64-bit
 * integers included.
 */
import { isUtf8 } from 'node:buffer';
import { recordFault } from './fault.ts';
import { JsonBytes } from './json-bytes.ts';
import { levelFromOtelNumber, LEVELS, parseLevel, type Level } from './level.ts';
import { FIELD_COUNT, OTLP_FIELDS, type OtlpKind, type OtlpName, OWN_NAMES, RESOURCE_FIELDS } from './otlp-fields.ts';
import { OtlpRecordError } from './otlp-logs.ts';
import type { OtlpResource, OtlpScope } from './otlp-shared-parts.ts';
import { redactText, REDACTED } from './redact.ts';

/** Service of log records whose resource names none; the default of the resource conventions. */
const UNKNOWN_SERVICE = Buffer.from('"unknown_service"');

/** Parts of a log record besides its attributes and its body. Texts are JSON; undefined or zero is absent. */
export interface OtlpRecordParts {
  time: string | undefined;
  observedTime: string | undefined;
  severityNumber: number;
  severityText: string | undefined;
  /** Ids that are no ids, as JSON text. */
  badTraceId: string | undefined;
  badSpanId: string | undefined;
  eventName: string | undefined;
  flags: number;
  droppedAttributes: number;
}

/** A log record that says nothing. */
export function emptyParts(): OtlpRecordParts {
  return {
    time: undefined,
    observedTime: undefined,
    severityNumber: 0,
    severityText: undefined,
    badTraceId: undefined,
    badSpanId: undefined,
    eventName: undefined,
    flags: 0,
    droppedAttributes: 0,
  };
}

/** JSON text of bytes: base64, which no redaction looks into, so bytes that hold card data as text are not kept. */
export function bytesText(bytes: Buffer): string {
  if (redactText(bytes.toString('latin1')).redacted > 0) return `"${REDACTED}"`;
  return `"${bytes.toString('base64')}"`;
}

/** JSON text of a double; what JSON has no number for becomes a string. */
export function doubleText(value: number): string {
  return Number.isFinite(value) ? String(value) : `"${value}"`;
}

/** The event time as RFC 3339, or why there is none. */
export function timeOrFault(time: string | undefined, field: string): string {
  if (time !== undefined) return time;
  const right = 'nanoseconds since 1970, at most 9223372036854775807 (2262-04-11)';
  throw new OtlpRecordError(recordFault('invalid_timestamp', `${field} must be ${right}`, field));
}

const NOTHING = Buffer.alloc(0);
const MESSAGE = ',"message":';
const ATTRIBUTES = Buffer.from(',"attributes":{');
const [QUOTE, OPEN_BRACE, CLOSE_BRACE] = [0x22, 0x7b, 0x7d];

/**
 * Writes one record after the other: `begin`, then body and attributes in any order, then `finish`. The JSON of body and attributes is
 * written by the caller into the piece that he is given.
 */
export class OtlpRecordWriter {
  /** Members of the record; each begins with a comma, the first of which becomes the brace. */
  readonly #members = new JsonBytes();
  /** Members of `attributes`, likewise. */
  readonly #attributes = new JsonBytes();
  /** Values that may become fields. */
  readonly #values = new JsonBytes();
  readonly #starts = new Int32Array(FIELD_COUNT);
  readonly #ends = new Int32Array(FIELD_COUNT);
  readonly #names = new Array<OtlpName | undefined>(FIELD_COUNT).fill(undefined);
  #hasFields = false;
  /** Attributes under names that the writer may need itself, with start and end of their values. */
  #ownNamed: [OtlpName, number, number][] = [];
  /** Those names that it needed. */
  #taken = 0;
  #hasMessage = false;
  #bodyStart = 0;
  #bodyEnd = 0;

  /** Begins a record: what is there of the one before is gone. */
  begin(): void {
    this.#members.reset();
    this.#attributes.reset();
    this.#values.reset();
    if (this.#ownNamed.length > 0) this.#ownNamed = [];
    this.#taken = 0;
    this.#hasMessage = false;
    this.#bodyEnd = this.#bodyStart = 0;
    if (!this.#hasFields) return;
    this.#names.fill(undefined);
    this.#hasFields = false;
  }

  /** Where the value of this attribute is to be written; then comes {@link attributeEnd}. */
  attributeStart(name: OtlpName): JsonBytes {
    if (name.target !== undefined || name.ownBit !== 0) return this.#values;
    this.#named(name);
    return this.#attributes;
  }

  /** The value was written into `out` from `start` on. */
  attributeEnd(name: OtlpName, out: JsonBytes, start: number, kind: OtlpKind): void {
    if (out !== this.#values) return;
    const { target } = name;
    const end = out.at;
    if (target?.fits(kind, end - start, out.buffer[start] ?? 0) === true) {
      this.#claim(name, target.field, target.rank, start, end);
    } else if (name.ownBit !== 0) {
      this.#ownNamed.push([name, start, end]);
    } else {
      this.#keep(name, start, end);
    }
  }

  /** An attribute whose value is there as JSON text. */
  attribute(name: OtlpName, text: string, kind: OtlpKind): void {
    const out = this.attributeStart(name);
    const start = out.at;
    out.text(text);
    this.attributeEnd(name, out, start, kind);
  }

  #claim(name: OtlpName, field: number, rank: number, start: number, end: number): void {
    const before = this.#names[field];
    if (before?.target !== undefined && before.target.rank < rank) {
      this.#keep(name, start, end);
      return;
    }
    // Of one name given twice the last counts, as in JSON.
    if (before && before.name !== name.name) this.#keep(before, this.#starts[field] ?? 0, this.#ends[field] ?? 0);
    this.#starts[field] = start;
    this.#ends[field] = end;
    this.#names[field] = name;
    this.#hasFields = true;
  }

  /** Keeps a value under `attributes`. */
  #keep(name: OtlpName, start: number, end: number): void {
    this.#named(name);
    this.#attributes.copy(this.#values.buffer, start, end);
  }

  #named(name: OtlpName): void {
    this.#attributes.copy(name.bytes, 0, name.bytes.length);
    if (name.isWide) this.#attributes.isWide = true;
  }

  /** Where the body is to be written; then comes {@link bodyEnd}. */
  bodyStart(): JsonBytes {
    this.#members.ascii(MESSAGE);
    return this.#members;
  }

  /** The body was written from `start` on; `bytes` are what it stands for when it is of kind `bytes`. */
  bodyEnd(start: number, kind: OtlpKind, bytes: Buffer = NOTHING): void {
    const out = this.#members;
    if (kind === 'none') {
      out.at = start - MESSAGE.length;
      return;
    }
    this.#hasMessage = true;
    if (kind === 'string') return;
    if (kind === 'bytes' && isUtf8(bytes)) {
      // Collectors read files and topics as bytes: what is text is taken as text.
      out.at = start;
      out.string(bytes, 0, bytes.length);
      return;
    }
    this.#bodyStart = this.#values.at;
    this.#values.copy(out.buffer, start, out.at);
    this.#bodyEnd = this.#values.at;
    if (kind === 'bytes') return;
    out.at = start;
    out.string(this.#values.buffer, this.#bodyStart, this.#bodyEnd);
  }

  /** A trace or span id from its bytes. */
  id(field: 'trace_id' | 'span_id', bytes: Buffer, start: number, end: number): void {
    const out = this.#members;
    out.ascii(field === 'trace_id' ? ',"trace_id":"' : ',"span_id":"');
    out.hex(bytes, start, end);
    out.byte(QUOTE);
  }

  /** JSON text of the record. */
  finish(parts: OtlpRecordParts, resource: OtlpResource, scope: OtlpScope): string {
    const out = this.#members;
    const level = levelOf(parts);
    if (!this.#hasMessage) {
      // A record without a body is an event, named by its name.
      out.ascii(MESSAGE);
      out.text(parts.eventName ?? '""');
    }
    const time = parts.time ?? parts.observedTime;
    if (time !== undefined) quoted(out, ',"timestamp":"', time);
    if (level !== undefined) quoted(out, ',"level":"', level);
    this.#resourceFields(resource);
    out.copy(scope.logger, 0, scope.logger.length);
    if (this.#hasFields) this.#ownFields();
    this.#ownMembers(parts, level);
    this.#shared(OWN_NAMES.resource, resource.members);
    this.#shared(OWN_NAMES.scope, scope.members);
    this.#apart();
    return this.#text(resource.isWide || scope.isWide);
  }

  #text(isWide: boolean): string {
    const out = this.#members;
    const attributes = this.#attributes;
    if (attributes.at > 0) {
      out.copy(ATTRIBUTES, 0, ATTRIBUTES.length);
      out.copy(attributes.buffer, 1, attributes.at);
      out.byte(CLOSE_BRACE);
    }
    out.byte(CLOSE_BRACE);
    out.buffer[0] = OPEN_BRACE;
    if (isWide || attributes.isWide || this.#values.isWide) out.isWide = true;
    return out.toString();
  }

  #field(at: number, value: Buffer, start: number, end: number): void {
    const name = OTLP_FIELDS[at]?.bytes ?? NOTHING;
    this.#members.copy(name, 0, name.length);
    this.#members.copy(value, start, end);
  }

  #resourceFields(resource: OtlpResource): void {
    for (let at = 0; at < RESOURCE_FIELDS; at += 1) {
      const given = resource.fields[at];
      const name = this.#names[at];
      const [start, end] = [this.#starts[at] ?? 0, this.#ends[at] ?? 0];
      if (given) {
        this.#field(at, given, 0, given.length);
        if (name) this.#keep(name, start, end);
      } else if (name) {
        this.#field(at, this.#values.buffer, start, end);
      } else if (at === 0) {
        this.#field(at, UNKNOWN_SERVICE, 0, UNKNOWN_SERVICE.length);
      }
    }
  }

  #ownFields(): void {
    const out = this.#members;
    let open: string | undefined;
    for (let at = RESOURCE_FIELDS; at < FIELD_COUNT; at += 1) {
      const field = OTLP_FIELDS[at];
      if (this.#names[at] === undefined || !field) continue;
      const isFirst = field.group !== open;
      if (isFirst && open !== undefined) out.byte(CLOSE_BRACE);
      open = field.group;
      const name = isFirst ? field.firstBytes : field.bytes;
      out.copy(name, 0, name.length);
      out.copy(this.#values.buffer, this.#starts[at] ?? 0, this.#ends[at] ?? 0);
    }
    if (open !== undefined) out.byte(CLOSE_BRACE);
  }

  /** What the level does not say of the severity, and everything else that has no field of its own. */
  #ownMembers(parts: OtlpRecordParts, level: Level | undefined): void {
    const { severityNumber, severityText, eventName, observedTime, time } = parts;
    if (this.#bodyEnd > this.#bodyStart) {
      this.#own(OWN_NAMES.body, '');
      this.#attributes.copy(this.#values.buffer, this.#bodyStart, this.#bodyEnd);
    }
    if (eventName !== undefined) this.#own(OWN_NAMES.event_name, eventName);
    if (severityText !== undefined && severityText.toLowerCase() !== `"${level ?? ''}"`) {
      this.#own(OWN_NAMES.severity_text, severityText);
    }
    if (severityNumber !== 0 && severityNumber !== baseNumber(level)) {
      this.#own(OWN_NAMES.severity_number, String(severityNumber));
    }
    if (time !== undefined && observedTime !== undefined && observedTime !== time) {
      this.#own(OWN_NAMES.observed_timestamp, `"${observedTime}"`);
    }
    if (parts.flags !== 0) this.#own(OWN_NAMES.flags, String(parts.flags));
    if (parts.badTraceId !== undefined) this.#own(OWN_NAMES.trace_id, parts.badTraceId);
    if (parts.badSpanId !== undefined) this.#own(OWN_NAMES.span_id, parts.badSpanId);
    if (parts.droppedAttributes !== 0) {
      this.#own(OWN_NAMES.dropped_attributes_count, String(parts.droppedAttributes));
    }
  }

  #own(name: OtlpName, text: string): void {
    this.#taken |= name.ownBit;
    this.#named(name);
    if (text !== '') this.#attributes.text(text);
  }

  #shared(name: OtlpName, members: Buffer): void {
    if (members.length === 0) return;
    this.#own(name, '');
    this.#attributes.copy(members, 0, members.length);
  }

  /** Attributes whose name is taken go beside it as `record.<name>`. */
  #apart(): void {
    for (const [name, start, end] of this.#ownNamed) {
      if ((this.#taken & name.ownBit) === 0) {
        this.#keep(name, start, end);
      } else {
        this.#attributes.ascii(`,"record.${name.name}":`);
        this.#attributes.copy(this.#values.buffer, start, end);
      }
    }
  }
}

function quoted(out: JsonBytes, name: string, ascii: string): void {
  out.ascii(name);
  out.ascii(ascii);
  out.byte(QUOTE);
}

/** The number says it; the text where there is none. */
function levelOf({ severityNumber, severityText }: OtlpRecordParts): Level | undefined {
  if (severityNumber !== 0) {
    const level = levelFromOtelNumber(severityNumber);
    if (level !== undefined) return level;
  }
  return severityText === undefined ? undefined : parseLevel(JSON.parse(severityText) as string);
}

/** The number that stands for a level and no more: TRACE 1, DEBUG 5 ... FATAL 21. */
function baseNumber(level: Level | undefined): number {
  return level === undefined ? 0 : LEVELS.indexOf(level) * 4 + 1;
}
