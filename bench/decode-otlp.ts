/**
 * `node --conditions=@paylog/source --import tsx bench/decode-otlp.ts`: what it costs to turn a request of 500 OTLP log records into
 * records, by the decoders of the product and by code that the OpenTelemetry project generated from its .proto files (which then
 * still has only objects, not the JSON text of records). CPU of this thread, one in-process loop, the best of five rounds.
 */
import { createRequire } from 'node:module';
import { decodeOtlpJson } from '@paylog/shared/record/otlp-json';
import { type OtlpKind, OtlpNames } from '@paylog/shared/record/otlp-fields';
import { OtlpCollector, type OtlpLogs } from '@paylog/shared/record/otlp-logs';
import { decodeOtlpProtobuf } from '@paylog/shared/record/otlp-protobuf';
import { doubleText, emptyParts, OtlpRecordWriter } from '@paylog/shared/record/otlp-record-writer';
import { type OtlpAttributeSink, OtlpResourceWriter, OtlpScopeWriter } from '@paylog/shared/record/otlp-shared-parts';
import { otlpTime } from '@paylog/shared/record/otlp-time';
import { paymentLogs } from '@paylog/shared/testing/payment-corpus';

interface MessageType {
  fromObject(object: object): object;
  encode(message: object): { finish(): Uint8Array };
  decode(bytes: Uint8Array): object;
}

const RECORDS = 500;
const LIMITS = { maxRecords: RECORDS, maxTextLength: 64 << 20 };

const generated = createRequire(import.meta.url)('@opentelemetry/otlp-transformer/build/src/generated/root') as {
  readonly opentelemetry: {
    readonly proto: { collector: { logs: { v1: { ExportLogsServiceRequest: MessageType } } } };
  };
};
const Request = generated.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;

function anyValue(value: string | number): object {
  if (typeof value === 'string') return { stringValue: value };
  return Number.isInteger(value) ? { intValue: value } : { doubleValue: value };
}

/** The corpus of the other benchmarks as an SDK would send it. */
function request(): { json: Buffer; protobuf: Buffer } {
  const logs = Array.from(paymentLogs({ seed: 42, count: RECORDS, startMs: Date.now(), idPrefix: '' }));
  const logRecords = logs.map(({ message, timestamp, level, trace_id, span_id, id, payment, attributes }) => ({
    timeUnixNano: `${Date.parse(timestamp)}000000`,
    observedTimeUnixNano: `${Date.parse(timestamp)}000000`,
    severityNumber: 9,
    severityText: level.toUpperCase(),
    body: { stringValue: message },
    attributes: [
      { key: 'log.record.uid', value: { stringValue: id } },
      ...Object.entries(payment).map(([key, value]) => ({ key: `payment.${key}`, value: anyValue(value) })),
      ...Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) })),
    ],
    traceId: trace_id,
    spanId: span_id,
  }));
  const resource = {
    attributes: [
      ['service.name', 'checkout'],
      ['service.version', '1.2.3'],
      ['host.name', 'web-1'],
      ['telemetry.sdk.language', 'nodejs'],
      ['telemetry.sdk.name', 'opentelemetry'],
      ['telemetry.sdk.version', '2.0.0'],
    ].map(([key, stringValue]) => ({ key, value: { stringValue } })),
  };
  const body = { resourceLogs: [{ resource, scopeLogs: [{ scope: { name: 'shop.pay' }, logRecords }] }] };
  const inBytes = structuredClone(body);
  for (const record of inBytes.resourceLogs[0]?.scopeLogs[0]?.logRecords ?? []) {
    Object.assign(record, { traceId: Buffer.from(record.traceId, 'hex'), spanId: Buffer.from(record.spanId, 'hex') });
  }
  return {
    json: Buffer.from(JSON.stringify(body)),
    protobuf: Buffer.from(Request.encode(Request.fromObject(inBytes)).finish()),
  };
}

/** What generated code makes of a request, as far as the corpus needs it. */
interface GeneratedRequest {
  readonly resourceLogs: readonly {
    readonly resource: { readonly attributes: readonly GeneratedAttribute[] };
    readonly scopeLogs: readonly {
      readonly scope: { readonly name: string };
      readonly logRecords: readonly GeneratedRecord[];
    }[];
  }[];
}

interface GeneratedAttribute {
  readonly key: string;
  readonly value: GeneratedValue;
}

interface GeneratedValue {
  readonly stringValue: string | null;
  readonly boolValue: boolean | null;
  readonly intValue: { toString(): string } | null;
  readonly doubleValue: number | null;
}

interface GeneratedRecord {
  readonly timeUnixNano: { readonly high: number; readonly low: number };
  readonly observedTimeUnixNano: { readonly high: number; readonly low: number };
  readonly severityNumber: number;
  readonly severityText: string;
  readonly body: GeneratedValue;
  readonly attributes: readonly GeneratedAttribute[];
  readonly traceId: Buffer;
  readonly spanId: Buffer;
}

const NAMES = new OtlpNames();

function valueOf({ stringValue, intValue, doubleValue, boolValue }: GeneratedValue): [string, OtlpKind] {
  if (stringValue !== null) return [JSON.stringify(stringValue), 'string'];
  if (intValue !== null) return [intValue.toString(), 'int'];
  if (doubleValue !== null) return [doubleText(doubleValue), 'double'];
  return [String(boolValue), 'bool'];
}

function addAttributes(sink: OtlpAttributeSink, attributes: readonly GeneratedAttribute[]): void {
  for (const { key, value } of attributes)
    sink.attribute(
      NAMES.get(key, (name) => name),
      ...valueOf(value),
    );
}

/** What a decoder on top of generated code would have to do. */
function recordsOf({ resourceLogs }: GeneratedRequest): OtlpLogs {
  const logs = new OtlpCollector(LIMITS);
  const writer = new OtlpRecordWriter();
  for (const { resource, scopeLogs } of resourceLogs) {
    const resourceWriter = new OtlpResourceWriter();
    addAttributes(resourceWriter, resource.attributes);
    const sharedResource = resourceWriter.finish(0, '""');
    for (const { scope, logRecords } of scopeLogs) {
      const sharedScope = new OtlpScopeWriter().finish(JSON.stringify(scope.name), '""', 0, '""');
      for (const record of logRecords) {
        writer.begin();
        addAttributes(writer, record.attributes);
        const parts = emptyParts();
        parts.time = otlpTime(record.timeUnixNano.high >>> 0, record.timeUnixNano.low >>> 0);
        parts.observedTime = otlpTime(record.observedTimeUnixNano.high >>> 0, record.observedTimeUnixNano.low >>> 0);
        parts.severityNumber = record.severityNumber;
        parts.severityText = JSON.stringify(record.severityText);
        const [body, kind] = valueOf(record.body);
        const out = writer.bodyStart();
        const start = out.at;
        out.text(body);
        writer.bodyEnd(start, kind);
        writer.id('trace_id', record.traceId, 0, 16);
        writer.id('span_id', record.spanId, 0, 8);
        logs.add({ text: writer.finish(parts, sharedResource, sharedScope) });
      }
    }
  }
  return logs;
}

/** CPU microseconds for each record. */
function cost(decode: () => unknown): number {
  const times = 60;
  let best = Infinity;
  for (let round = 0; round < 6; round += 1) {
    const before = process.cpuUsage();
    for (let at = 0; at < times; at += 1) decode();
    const { user, system } = process.cpuUsage(before);
    // The first round warms up.
    if (round > 0) best = Math.min(best, (user + system) / (times * RECORDS));
  }
  return best;
}

const { json, protobuf } = request();
const cases: readonly (readonly [string, () => unknown])[] = [
  [
    `protobuf (${Math.round(protobuf.length / RECORDS)} bytes a record), to records`,
    () => decodeOtlpProtobuf(protobuf, LIMITS),
  ],
  ['protobuf, generated code, to objects only', () => Request.decode(protobuf)],
  [
    'protobuf, generated code and the same writer, to records',
    () => recordsOf(Request.decode(protobuf) as GeneratedRequest),
  ],
  [`JSON (${Math.round(json.length / RECORDS)} bytes a record), to records`, () => decodeOtlpJson(json, LIMITS)],
  ['JSON, JSON.parse, to objects only', () => JSON.parse(json.toString('utf8')) as unknown],
];
for (const [name, decode] of cases) console.log(`${cost(decode).toFixed(2).padStart(6)} us/log  ${name}`);
