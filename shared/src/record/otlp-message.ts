/** OTLP in a queue's message: `otlp_json` and `otlp_proto`, as the OpenTelemetry Collector's Kafka exporter writes them. */
import { decodeOtlpJsonRoot, parseOtlpJson } from './otlp-json.ts';
import { OtlpError, type OtlpLimits, type OtlpLogs } from './otlp-logs.ts';
import { decodeOtlpProtobuf } from './otlp-protobuf.ts';

/** Bounds of one message. Brokers take messages of about a megabyte; an empty log record is two bytes of it. */
const LIMITS: OtlpLimits = { maxRecords: 50_000, maxTextLength: 32 << 20 };

/** Field 1 of `LogsData`, with a length: the first byte of every message in protobuf. */
const RESOURCE_LOGS_TAG = 0x0a;
const MEMBER = Buffer.from('"resourceLogs"');

/**
 * The log records of a message, at least one; undefined when it is no OTLP message. Throws {@link OtlpError} when it is one that is
 * beyond the limits.
 *
 * No message is both JSON and protobuf: bytes that parse as `LogsData` with a log record hold the tag of field 2, 0x12 or a longer
 * spelling that ends with 0x00, and JSON text holds neither byte.
 */
export function readOtlpMessage(value: Buffer): OtlpLogs | undefined {
  if (value[0] === RESOURCE_LOGS_TAG) {
    const logs = unlessMalformed(() => decodeOtlpProtobuf(value, LIMITS));
    if (logs !== undefined && logs.records.length > 0) return logs;
  }
  if (!value.includes(MEMBER)) return undefined;
  const logs = unlessMalformed(() => {
    const root = parseOtlpJson(value);
    // A record of the product's own form may have any member.
    const isOtlp = Array.isArray(root['resourceLogs']) && !('message' in root) && !('msg' in root);
    return isOtlp ? decodeOtlpJsonRoot(root, LIMITS) : undefined;
  });
  return logs !== undefined && logs.records.length > 0 ? logs : undefined;
}

function unlessMalformed(decode: () => OtlpLogs | undefined): OtlpLogs | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof OtlpError && error.code === 'malformed') return undefined;
    throw error;
  }
}
