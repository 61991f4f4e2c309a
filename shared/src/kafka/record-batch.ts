import { crc32c } from '@node-rs/crc32';
import type { QueueMessage } from '../ports/queue.ts';

/**
 * Encodes record batches, version 2 (https://kafka.apache.org/documentation/#recordbatch), without compression:
 *
 *   baseOffset int64 | batchLength int32 | partitionLeaderEpoch int32 | magic int8 | crc uint32 |
 *   attributes int16 | lastOffsetDelta int32 | baseTimestamp int64 | maxTimestamp int64 | producerId int64 |
 *   producerEpoch int16 | baseSequence int32 | records int32 | record...
 *
 *   record: length varint | attributes int8 | timestampDelta varlong | offsetDelta varint |
 *           key length varint, key | value length varint, value | headers varint, header...
 *
 * Written here and not by the client library because this is the hot path: two passes over the messages, no object for
 * a message, one copy of its bytes.
 */
const BATCH_HEAD_BYTES = 61;
const LENGTH_AT = 8;
const CRC_AT = 17;
/** The CRC covers everything from the attributes on. */
const CRC_FROM = 21;

/** Sizes found by {@link measureBatch}; kept so that {@link writeBatch} need not measure again. */
export interface MeasuredBatch {
  readonly messages: readonly QueueMessage[];
  readonly start: number;
  readonly end: number;
  /** Size of the body of each record, in order. */
  readonly bodies: readonly number[];
  /** Size of the whole batch. */
  readonly bytes: number;
}

/** Measures messages `start` to `end` (exclusive; at least one) as one batch. */
export function measureBatch(messages: readonly QueueMessage[], start: number, end: number): MeasuredBatch {
  const bodies = new Array<number>(end - start);
  let bytes = BATCH_HEAD_BYTES;
  for (let index = start; index < end; index += 1) {
    const message = messages[index];
    if (message === undefined) break;
    const key = Buffer.byteLength(message.key);
    const value = message.value.length;
    // Attributes and a timestamp delta of zero are one byte each.
    const fixed = 2 + varintBytes(index - start) + varintBytes(key) + key + varintBytes(value) + value;
    const body = fixed + (message.headers === undefined ? 1 : headersBytes(message.headers));
    bodies[index - start] = body;
    bytes += varintBytes(body) + body;
  }
  return { messages, start, end, bodies, bytes };
}

/**
 * Writes the batch at `at` and returns the position after it. `target` must have room for `batch.bytes`.
 * All records get `timestampMs`.
 */
export function writeBatch(target: Buffer, at: number, batch: MeasuredBatch, timestampMs: number): number {
  const { messages, start, end, bodies, bytes } = batch;
  target.fill(0, at, at + CRC_FROM + 2); // base offset, leader epoch, crc, attributes
  target.writeInt32BE(bytes - LENGTH_AT - 4, at + LENGTH_AT);
  target[at + 16] = 2; // magic
  target.writeInt32BE(end - start - 1, at + 23);
  target.writeBigInt64BE(BigInt(timestampMs), at + 27);
  target.writeBigInt64BE(BigInt(timestampMs), at + 35);
  target.fill(0xff, at + 43, at + 57); // no producer id, epoch and sequence: -1
  target.writeInt32BE(end - start, at + 57);
  let position = at + BATCH_HEAD_BYTES;
  for (let index = start; index < end; index += 1) {
    const message = messages[index];
    if (message === undefined) break;
    position = writeVarint(target, position, bodies[index - start] ?? 0);
    target[position] = 0; // attributes
    target[position + 1] = 0; // timestamp delta
    position = writeVarint(target, position + 2, index - start);
    position = writeText(target, position, message.key);
    position = writeVarint(target, position, message.value.length);
    target.set(message.value, position);
    position += message.value.length;
    if (message.headers === undefined) {
      target[position] = 0;
      position += 1;
    } else position = writeHeaders(target, position, message.headers);
  }
  target.writeUInt32BE(crc32c(target.subarray(at + CRC_FROM, position)), at + CRC_AT);
  return position;
}

function headersBytes(headers: Readonly<Record<string, string>>): number {
  let count = 0;
  let bytes = 0;
  for (const [name, value] of Object.entries(headers)) {
    const nameBytes = Buffer.byteLength(name);
    const valueBytes = Buffer.byteLength(value);
    bytes += varintBytes(nameBytes) + nameBytes + varintBytes(valueBytes) + valueBytes;
    count += 1;
  }
  return varintBytes(count) + bytes;
}

function writeHeaders(target: Buffer, at: number, headers: Readonly<Record<string, string>>): number {
  const entries = Object.entries(headers);
  let position = writeVarint(target, at, entries.length);
  for (const [name, value] of entries) {
    position = writeText(target, position, name);
    position = writeText(target, position, value);
  }
  return position;
}

function writeText(target: Buffer, at: number, text: string): number {
  const position = writeVarint(target, at, Buffer.byteLength(text));
  return position + target.write(text, position);
}

/** Size of a non-negative number as zigzag varint. */
function varintBytes(value: number): number {
  if (value < 0x40) return 1;
  if (value < 0x2000) return 2;
  if (value < 0x100000) return 3;
  if (value < 0x8000000) return 4;
  return 5;
}

/** Writes a non-negative number below 2^31 as zigzag varint. */
function writeVarint(target: Buffer, at: number, value: number): number {
  let position = at;
  // Zigzag doubles a non-negative number; `>>> 0` keeps values from 2^30 on positive.
  let rest = (value << 1) >>> 0;
  while (rest >= 0x80) {
    target[position] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
    position += 1;
  }
  target[position] = rest;
  return position + 1;
}
