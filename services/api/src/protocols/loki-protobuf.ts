/** The protobuf form of Loki's push API, after decompression: a `PushRequest` (https://github.com/grafana/loki/blob/main/pkg/push/push.proto). */
import { isUtf8 } from 'node:buffer';
import { ProblemError } from '@paylog/shared/errors/problem-error';
import { recordFault, type RecordFault } from '@paylog/shared/record/fault';
import { otlpTimeFromDigits } from '@paylog/shared/record/otlp-time';
import { ProtobufError, ProtobufReader } from '@paylog/shared/record/protobuf-reader';
import { NO_METADATA, type LokiEntry, type LokiStream } from './loki-push.ts';
import { parseLabels } from './prometheus-labels.ts';

// Tags (field number << 3 | wire type) of push.proto and google.protobuf.Timestamp; all that is read are messages, texts and two numbers.
const [FIELD_1_TEXT, FIELD_2_TEXT, FIELD_3_TEXT] = [0x0a, 0x12, 0x1a];
const [FIELD_1_NUMBER, FIELD_2_NUMBER] = [0x08, 0x10];

/** Fields that each message knows, as bits: with another wire type they are an error. */
const [ONE, ONE_AND_TWO, ONE_TO_THREE] = [0b10, 0b110, 0b1110];

/** More than any record may have; bounds what the pairs of one entry cost before it is checked. */
const MAX_PAIRS = 10_000;

const NANOS_PER_SECOND = 1_000_000_000n;

/** Reads a push. Throws `malformed_body`, `too_many_records`. */
export function readLokiProtobuf(bytes: Buffer, maxRecords: number): LokiStream[] {
  try {
    return new PushReader(bytes, maxRecords).push();
  } catch (error) {
    if (!(error instanceof ProtobufError)) throw error;
    throw new ProblemError('malformed_body', `the body is not a protobuf PushRequest: ${error.message}`);
  }
}

class PushReader {
  readonly #reader: ProtobufReader;
  readonly #maxRecords: number;
  #records = 0;

  constructor(bytes: Buffer, maxRecords: number) {
    this.#reader = new ProtobufReader(bytes);
    this.#maxRecords = maxRecords;
  }

  push(): LokiStream[] {
    const reader = this.#reader;
    const end = reader.bytes.length;
    const streams: LokiStream[] = [];
    while (reader.at < end) {
      const tag = reader.tag(end);
      if (tag === FIELD_1_TEXT) streams.push(this.#stream(reader.span(end)));
      else reader.skip(tag, end, ONE);
    }
    return streams;
  }

  #stream(end: number): LokiStream {
    const reader = this.#reader;
    let labelText: string | undefined = '{}';
    const entries: (LokiEntry | RecordFault)[] = [];
    while (reader.at < end) {
      const tag = reader.tag(end);
      if (tag === FIELD_1_TEXT) labelText = this.#text(end);
      else if (tag === FIELD_2_TEXT) entries.push(this.#entry(reader.span(end)));
      else reader.skip(tag, end, ONE_AND_TWO);
    }
    const labels = labelText === undefined ? undefined : parseLabels(labelText);
    if (labels) return { labels, entries };
    const right = 'the labels of the stream must be like {job="api", env="prod"}, with quotes and backslashes escaped';
    const fault = recordFault('invalid_value', right, 'labels');
    return { labels: NO_METADATA, entries: entries.map((entry) => ('ok' in entry ? entry : fault)) };
  }

  #entry(end: number): LokiEntry | RecordFault {
    this.#records += 1;
    if (this.#records > this.#maxRecords) {
      throw new ProblemError('too_many_records', `at most ${this.#maxRecords} entries in one request`);
    }
    const reader = this.#reader;
    let timestamp: string | undefined;
    let line: string | undefined = '';
    const pairs: (readonly [name: string, value: string] | undefined)[] = [];
    while (reader.at < end) {
      const tag = reader.tag(end);
      if (tag === FIELD_1_TEXT) timestamp = this.#timestamp(reader.span(end));
      else if (tag === FIELD_2_TEXT) line = this.#text(end);
      else if (tag !== FIELD_3_TEXT) reader.skip(tag, end, ONE_TO_THREE);
      else if (pairs.length <= MAX_PAIRS) pairs.push(this.#pair(reader.span(end)));
      else reader.at = reader.span(end);
    }
    if (pairs.length > MAX_PAIRS) {
      return recordFault('too_many_keys', `an entry may have at most ${MAX_PAIRS} pairs of metadata`, 'metadata');
    }
    const texts = pairs.filter((pair) => pair !== undefined);
    if (line === undefined || texts.length < pairs.length) {
      return recordFault('invalid_utf8', 'the entry is not valid UTF-8');
    }
    if (timestamp === undefined) {
      return recordFault('invalid_timestamp', 'the timestamp must lie between 1970 and 2262', 'timestamp');
    }
    return { timestamp, line, metadata: texts.length === 0 ? NO_METADATA : new Map(texts) };
  }

  #timestamp(end: number): string | undefined {
    const reader = this.#reader;
    let seconds = 0n;
    let nanos = 0n;
    while (reader.at < end) {
      const tag = reader.tag(end);
      if (tag === FIELD_1_NUMBER) seconds = this.#number(end);
      else if (tag === FIELD_2_NUMBER) nanos = this.#number(end);
      else reader.skip(tag, end, ONE_AND_TWO);
    }
    // Negative numbers are beyond the first half of 64 bits, and so beyond the last time.
    return nanos < NANOS_PER_SECOND ? otlpTimeFromDigits(String(seconds * NANOS_PER_SECOND + nanos)) : undefined;
  }

  #number(end: number): bigint {
    const low = this.#reader.varint(end);
    return (BigInt(this.#reader.high) << 32n) | BigInt(low);
  }

  /** Undefined when name or value is not UTF-8. */
  #pair(end: number): readonly [name: string, value: string] | undefined {
    const reader = this.#reader;
    let name: string | undefined = '';
    let value: string | undefined = '';
    while (reader.at < end) {
      const tag = reader.tag(end);
      if (tag === FIELD_1_TEXT) name = this.#text(end);
      else if (tag === FIELD_2_TEXT) value = this.#text(end);
      else reader.skip(tag, end, ONE_AND_TWO);
    }
    return name === undefined || value === undefined ? undefined : [name, value];
  }

  /** The text at the cursor, which moves behind it; undefined when it is not UTF-8. */
  #text(end: number): string | undefined {
    const reader = this.#reader;
    const last = reader.span(end);
    const bytes = reader.bytes.subarray(reader.at, last);
    reader.at = last;
    return isUtf8(bytes) ? bytes.toString('utf8') : undefined;
  }
}
