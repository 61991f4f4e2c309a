/**
 * OTLP logs in protobuf (opentelemetry/proto/logs/v1/logs.proto), straight to the JSON text of records: no object is made for an
 * attribute on the way. `bench/decode-otlp.ts` compares it with generated code.
 */
import {
  orFault,
  OtlpCollector,
  OtlpError,
  type OtlpLimits,
  type OtlpLogs,
  OtlpRecordError,
  type OrFault,
} from './otlp-logs.ts';
import { OtlpProtobufValues } from './otlp-protobuf-values.ts';
import { bytesText, emptyParts, type OtlpRecordParts, OtlpRecordWriter, timeOrFault } from './otlp-record-writer.ts';
import { type OtlpResource, OtlpResourceWriter, type OtlpScope, OtlpScopeWriter } from './otlp-shared-parts.ts';
import { otlpTime } from './otlp-time.ts';
import { fieldBits, ProtobufError, ProtobufReader } from './protobuf-reader.ts';

/** Field number << 3 | wire type. Resource, scope, and what holds them have the same numbers for the same roles. */
const TAG = {
  resourceLogs: 0x0a,
  /** `resource` of `ResourceLogs`, `scope` of `ScopeLogs`. */
  head: 0x0a,
  /** `scope_logs`, `log_records`. */
  parts: 0x12,
  schemaUrl: 0x1a,
  resourceAttributes: 0x0a,
  resourceDropped: 0x10,
  scopeName: 0x0a,
  scopeVersion: 0x12,
  scopeAttributes: 0x1a,
  scopeDropped: 0x20,
  time: 0x09,
  severityNumber: 0x10,
  severityText: 0x1a,
  body: 0x2a,
  attributes: 0x32,
  dropped: 0x38,
  flags: 0x45,
  traceId: 0x4a,
  spanId: 0x52,
  observedTime: 0x59,
  eventName: 0x62,
} as const;

const REQUEST = fieldBits(1);
const LOGS = fieldBits(1, 2, 3);
const RESOURCE = fieldBits(1, 2);
const SCOPE = fieldBits(1, 2, 3, 4);
const LOG_RECORD = fieldBits(1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12);

const EMPTY_TEXT = '""';

/** A place in the bytes. */
interface Span {
  readonly start: number;
  readonly end: number;
}

const NOWHERE: Span = { start: 0, end: 0 };

/** `ResourceLogs` and `ScopeLogs`: a head, the parts under it, and the URL of a schema. */
interface Parts {
  readonly head: Span;
  /** Start and end of each, flat. */
  readonly parts: readonly number[];
  readonly schemaUrl: Span;
}

class Decoder {
  readonly #reader: ProtobufReader;
  readonly #values: OtlpProtobufValues;
  readonly #logs: OtlpCollector;
  readonly #writer = new OtlpRecordWriter();
  #lastHigh = 0;
  #lastLow = 0;
  #lastTime: string | undefined;

  constructor(bytes: Buffer, limits: OtlpLimits) {
    this.#reader = new ProtobufReader(bytes);
    this.#values = new OtlpProtobufValues(this.#reader);
    this.#logs = new OtlpCollector(limits);
  }

  /** ExportLogsServiceRequest and LogsData, which have the same fields. */
  request(): OtlpLogs {
    const reader = this.#reader;
    const end = reader.bytes.length;
    for (let index = 0; reader.at < end;) {
      const tag = reader.tag(end);
      if (tag === TAG.resourceLogs) {
        this.#resourceLogs(reader.span(end), index);
        index += 1;
      } else reader.skip(tag, end, REQUEST);
    }
    return this.#logs;
  }

  /** Finds the parts first: the head may stand behind them. */
  #parts(end: number): Parts {
    const reader = this.#reader;
    const parts: number[] = [];
    let head = NOWHERE;
    let schemaUrl = NOWHERE;
    while (reader.at < end) {
      const tag = reader.tag(end);
      if (tag !== TAG.parts && tag !== TAG.head && tag !== TAG.schemaUrl) {
        reader.skip(tag, end, LOGS);
        continue;
      }
      const partEnd = reader.span(end);
      if (tag === TAG.parts) parts.push(reader.at, partEnd);
      else if (tag === TAG.head) head = { start: reader.at, end: partEnd };
      else schemaUrl = { start: reader.at, end: partEnd };
      reader.at = partEnd;
    }
    return { head, parts, schemaUrl };
  }

  #resourceLogs(end: number, resourceIndex: number): void {
    const { head, parts, schemaUrl } = this.#parts(end);
    const resource = orFault(() => this.#resource(head, schemaUrl));
    for (let at = 0; at < parts.length; at += 2) {
      this.#reader.at = parts[at] ?? end;
      this.#scopeLogs(parts[at + 1] ?? end, resource, resourceIndex, at / 2);
    }
    this.#reader.at = end;
  }

  #scopeLogs(end: number, resource: OrFault<OtlpResource>, resourceIndex: number, scopeIndex: number): void {
    const { head, parts, schemaUrl } = this.#parts(end);
    const scope = orFault(() => this.#scope(head, schemaUrl));
    if (parts.length > 0) this.#logs.group(resourceIndex, scopeIndex);
    for (let at = 0; at < parts.length; at += 2) {
      this.#add({ start: parts[at] ?? end, end: parts[at + 1] ?? end }, resource, scope);
    }
    this.#reader.at = end;
  }

  #add({ start, end }: Span, resource: OrFault<OtlpResource>, scope: OrFault<OtlpScope>): void {
    try {
      if (resource instanceof OtlpRecordError) throw resource;
      if (scope instanceof OtlpRecordError) throw scope;
      this.#reader.at = start;
      this.#writer.begin();
      const parts = this.#logRecord(end);
      this.#logs.add({ text: this.#writer.finish(parts, resource, scope) });
    } catch (error) {
      if (!(error instanceof OtlpRecordError)) throw error;
      this.#logs.add({ ...error.fault, source: this.#reader.bytes.subarray(start, end) });
    }
  }

  #resource({ start, end }: Span, schemaUrl: Span): OtlpResource {
    const reader = this.#reader;
    const writer = new OtlpResourceWriter();
    let dropped = 0;
    reader.at = start;
    while (reader.at < end) {
      const tag = reader.tag(end);
      if (tag === TAG.resourceAttributes) this.#values.sharedAttribute(writer, reader.span(end), 'resource');
      else if (tag === TAG.resourceDropped) dropped = reader.varint(end);
      else reader.skip(tag, end, RESOURCE);
    }
    return writer.finish(dropped, this.#values.textAt(schemaUrl.start, schemaUrl.end, 'schema_url'));
  }

  #scope({ start, end }: Span, schemaUrl: Span): OtlpScope {
    const reader = this.#reader;
    const writer = new OtlpScopeWriter();
    let [name, version, dropped] = [EMPTY_TEXT, EMPTY_TEXT, 0];
    reader.at = start;
    while (reader.at < end) {
      const tag = reader.tag(end);
      if (tag === TAG.scopeName) name = this.#values.string(end, 'scope.name');
      else if (tag === TAG.scopeVersion) version = this.#values.string(end, 'scope.version');
      else if (tag === TAG.scopeAttributes) this.#values.sharedAttribute(writer, reader.span(end), 'scope.attributes');
      else if (tag === TAG.scopeDropped) dropped = reader.varint(end);
      else reader.skip(tag, end, SCOPE);
    }
    return writer.finish(name, version, dropped, this.#values.textAt(schemaUrl.start, schemaUrl.end, 'schema_url'));
  }

  #logRecord(end: number): OtlpRecordParts {
    const reader = this.#reader;
    const parts = emptyParts();
    while (reader.at < end) {
      const tag = reader.tag(end);
      switch (tag) {
        case TAG.time:
          parts.time = this.#time(end, 'time_unix_nano');
          break;
        case TAG.observedTime:
          parts.observedTime = this.#time(end, 'observed_time_unix_nano');
          break;
        case TAG.severityNumber:
          parts.severityNumber = reader.varint(end) | 0;
          break;
        case TAG.severityText:
          parts.severityText = this.#optionalString(end, 'severity_text');
          break;
        case TAG.body:
          this.#body(reader.span(end));
          break;
        case TAG.attributes:
          this.#values.attribute(this.#writer, reader.span(end));
          break;
        case TAG.dropped:
          parts.droppedAttributes = reader.varint(end);
          break;
        case TAG.flags:
          parts.flags = reader.fixed32(end);
          break;
        case TAG.traceId:
          parts.badTraceId = this.#id('trace_id', end, 16);
          break;
        case TAG.spanId:
          parts.badSpanId = this.#id('span_id', end, 8);
          break;
        case TAG.eventName:
          parts.eventName = this.#optionalString(end, 'event_name');
          break;
        default:
          reader.skip(tag, end, LOG_RECORD);
      }
    }
    return parts;
  }

  /** Zero is absent. The observed time is mostly the same as the time. */
  #time(end: number, field: string): string | undefined {
    const low = this.#reader.fixed64(end);
    const { high } = this.#reader;
    if (low === 0 && high === 0) return undefined;
    if (low !== this.#lastLow || high !== this.#lastHigh) {
      this.#lastTime = timeOrFault(otlpTime(high, low), field);
      this.#lastLow = low;
      this.#lastHigh = high;
    }
    return this.#lastTime;
  }

  /** Empty is absent, as for every string of proto3. */
  #optionalString(end: number, field: string): string | undefined {
    const text = this.#values.string(end, field);
    return text === EMPTY_TEXT ? undefined : text;
  }

  /** One of another length is no id (logs.proto: assume that there is none): it is returned as JSON text. All zeros are absent. */
  #id(field: 'trace_id' | 'span_id', end: number, length: number): string | undefined {
    const reader = this.#reader;
    const { bytes } = reader;
    const idEnd = reader.span(end);
    const start = reader.at;
    reader.at = idEnd;
    let bits = 0;
    for (let at = start; at < idEnd; at += 1) bits |= bytes[at] ?? 0;
    if (bits === 0) return undefined;
    if (idEnd - start !== length) return bytesText(bytes.subarray(start, idEnd));
    this.#writer.id(field, bytes, start, idEnd);
    return undefined;
  }

  #body(end: number): void {
    const out = this.#writer.bodyStart();
    const start = out.at;
    this.#values.write(out, end, 1, 'body');
    const { kind } = this.#values;
    this.#writer.bodyEnd(start, kind, kind === 'bytes' ? this.#values.lastBytes() : undefined);
  }
}

/** Decodes the protobuf of a logs request. Throws {@link OtlpError} and nothing else, whatever the bytes are. */
export function decodeOtlpProtobuf(bytes: Buffer, limits: OtlpLimits): OtlpLogs {
  try {
    return new Decoder(bytes, limits).request();
  } catch (error) {
    if (error instanceof ProtobufError) throw new OtlpError('malformed', `not an OTLP logs request: ${error.message}`);
    throw error;
  }
}
