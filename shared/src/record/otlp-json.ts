/**
 * OTLP logs in JSON (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding): protobuf's JSON mapping with lowerCamelCase
 * names, hexadecimal trace and span ids, and enums as numbers. 64-bit integers are taken as strings and as numbers, exactly.
 */
import { isUtf8 } from 'node:buffer';
import { recordFault } from './fault.ts';
import { OtlpJsonValues, isObject, type JsonObject } from './otlp-json-values.ts';
import {
  orFault,
  OtlpCollector,
  OtlpError,
  type OtlpLimits,
  type OtlpLogs,
  OtlpRecordError,
  type OrFault,
} from './otlp-logs.ts';
import { emptyParts, type OtlpRecordParts, OtlpRecordWriter, timeOrFault } from './otlp-record-writer.ts';
import { type OtlpResource, OtlpResourceWriter, type OtlpScope, OtlpScopeWriter } from './otlp-shared-parts.ts';
import { otlpTimeFromDigits } from './otlp-time.ts';
import { quoteLongIntegers } from './quote-long-integers.ts';

const malformed = (detail: string): OtlpError => new OtlpError('malformed', detail);

/** The members of an array of objects; absent and null stand for none. */
function objects(value: unknown, path: string): readonly JsonObject[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || !value.every(isObject)) throw malformed(`${path} must be an array of objects`);
  return value;
}

const HEX = /^[\da-f]*$/i;

class Decoder {
  readonly #logs: OtlpCollector;
  readonly #values = new OtlpJsonValues();
  readonly #writer = new OtlpRecordWriter();

  constructor(limits: OtlpLimits) {
    this.#logs = new OtlpCollector(limits);
  }

  request(root: JsonObject): OtlpLogs {
    for (const [r, resourceLogs] of objects(root['resourceLogs'], 'resourceLogs').entries()) {
      const path = `resourceLogs[${r}]`;
      const resource = orFault(() => this.#resource(resourceLogs));
      for (const [s, scopeLogs] of objects(resourceLogs['scopeLogs'], `${path}.scopeLogs`).entries()) {
        const scope = orFault(() => this.#scope(scopeLogs));
        const records = scopeLogs['logRecords'] ?? [];
        if (!Array.isArray(records)) throw malformed(`${path}.scopeLogs[${s}].logRecords must be an array`);
        if (records.length > 0) this.#logs.group(r, s);
        for (const record of records as readonly unknown[]) this.#add(record, resource, scope);
      }
    }
    return this.#logs;
  }

  #add(record: unknown, resource: OrFault<OtlpResource>, scope: OrFault<OtlpScope>): void {
    try {
      if (resource instanceof OtlpRecordError) throw resource;
      if (scope instanceof OtlpRecordError) throw scope;
      if (!isObject(record)) throw new OtlpRecordError(recordFault('not_an_object', 'a log record must be an object'));
      this.#writer.begin();
      const parts = this.#logRecord(record);
      this.#logs.add({ text: this.#writer.finish(parts, resource, scope) });
    } catch (error) {
      if (!(error instanceof OtlpRecordError)) throw error;
      this.#logs.add({ ...error.fault, source: sourceOf(record) });
    }
  }

  #resource(resourceLogs: JsonObject): OtlpResource {
    const values = this.#values;
    const resource = values.object(resourceLogs['resource'], 'resource');
    const writer = new OtlpResourceWriter();
    values.attributes(writer, resource['attributes'], 'resource.attributes');
    const dropped = values.count(resource['droppedAttributesCount'], 'resource.dropped_attributes_count');
    return writer.finish(dropped, values.string(resourceLogs['schemaUrl'], 'schema_url'));
  }

  #scope(scopeLogs: JsonObject): OtlpScope {
    const values = this.#values;
    const scope = values.object(scopeLogs['scope'], 'scope');
    const writer = new OtlpScopeWriter();
    values.attributes(writer, scope['attributes'], 'scope.attributes');
    return writer.finish(
      values.string(scope['name'], 'scope.name'),
      values.string(scope['version'], 'scope.version'),
      values.count(scope['droppedAttributesCount'], 'scope.dropped_attributes_count'),
      values.string(scopeLogs['schemaUrl'], 'schema_url'),
    );
  }

  #logRecord(record: JsonObject): OtlpRecordParts {
    const values = this.#values;
    const parts = emptyParts();
    parts.time = timeOf(record['timeUnixNano'], 'time_unix_nano');
    parts.observedTime = timeOf(record['observedTimeUnixNano'], 'observed_time_unix_nano');
    parts.severityNumber = values.severity(record['severityNumber']);
    parts.severityText = values.optionalString(record['severityText'], 'severity_text');
    parts.eventName = values.optionalString(record['eventName'], 'event_name');
    parts.flags = values.count(record['flags'], 'flags');
    parts.droppedAttributes = values.count(record['droppedAttributesCount'], 'dropped_attributes_count');
    this.#body(record['body']);
    parts.badTraceId = this.#id('trace_id', record['traceId'], 32);
    parts.badSpanId = this.#id('span_id', record['spanId'], 16);
    values.attributes(this.#writer, record['attributes'], 'attributes');
    return parts;
  }

  /** What is no id (logs.proto: assume that there is none) is returned as JSON text. Empty and all zeros are absent. */
  #id(field: 'trace_id' | 'span_id', value: unknown, digits: number): string | undefined {
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'string') {
      throw new OtlpRecordError(recordFault('invalid_type', `${field} must be a string of hexadecimal digits`, field));
    }
    if (/^0*$/.test(value)) return undefined;
    if (value.length !== digits || !HEX.test(value)) return JSON.stringify(value);
    this.#writer.id(field, Buffer.from(value, 'hex'), 0, digits / 2);
    return undefined;
  }

  #body(body: unknown): void {
    if (body === undefined || body === null) return;
    const text = this.#values.value(body, 1, 'body');
    const out = this.#writer.bodyStart();
    const start = out.at;
    out.text(text);
    this.#writer.bodyEnd(start, this.#values.kind, this.#values.lastBytes);
  }
}

/** A time in nanoseconds; zero is absent. */
function timeOf(value: unknown, field: string): string | undefined {
  if (value === undefined || value === null || value === 0 || value === '' || value === '0') return undefined;
  const digits = typeof value === 'number' || typeof value === 'string' ? String(value) : '';
  return timeOrFault(otlpTimeFromDigits(digits), field);
}

/** The record alone, for a dead letter. */
function sourceOf(record: unknown): Buffer | undefined {
  try {
    return Buffer.from(JSON.stringify(record));
  } catch {
    // Nested beyond the stack; then its fault has to do.
    return undefined;
  }
}

/** The JSON object that a logs request is. Throws {@link OtlpError} and nothing else, whatever the bytes are. */
export function parseOtlpJson(bytes: Buffer): JsonObject {
  if (!isUtf8(bytes)) throw malformed('the body is not valid UTF-8');
  let root: unknown;
  try {
    root = JSON.parse(quoteLongIntegers(bytes.toString('utf8', hasByteOrderMark(bytes) ? 3 : 0)));
  } catch {
    throw malformed('the body is not valid JSON');
  }
  if (!isObject(root)) throw malformed('the body must be a JSON object with resourceLogs');
  return root;
}

/** Decodes what {@link parseOtlpJson} returned. Throws {@link OtlpError} and nothing else. */
export function decodeOtlpJsonRoot(root: JsonObject, limits: OtlpLimits): OtlpLogs {
  return new Decoder(limits).request(root);
}

/** Decodes the JSON of a logs request. Throws {@link OtlpError} and nothing else, whatever the bytes are. */
export function decodeOtlpJson(bytes: Buffer, limits: OtlpLimits): OtlpLogs {
  return decodeOtlpJsonRoot(parseOtlpJson(bytes), limits);
}

function hasByteOrderMark(bytes: Buffer): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}
