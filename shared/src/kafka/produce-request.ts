import type { Reader } from '@platformatic/kafka';
import { writeBatch, type MeasuredBatch } from './record-batch.ts';

/** Produce, version 7: the last one before headers of its own and error texts per record; Kafka 2.1 to 4.x take it. */
export const PRODUCE_API_KEY = 0;
export const PRODUCE_API_VERSION = 7;

/** acks=-1: the leader answers when all in-sync replicas have it. */
const ACKS_ALL = -1;

/** A batch and where it goes. */
export interface PartitionBatch {
  readonly partition: number;
  readonly batch: MeasuredBatch;
}

/**
 * Body of a produce request for one topic (https://kafka.apache.org/protocol.html#The_Messages_Produce):
 *
 *   transactional_id nullable_string | acks int16 | timeout_ms int32 | [topic: name string |
 *   [partition: index int32 | records bytes]]
 */
export function encodeProduceRequest(
  topic: string,
  batches: readonly PartitionBatch[],
  timeoutMs: number,
  timestampMs: number,
): Buffer {
  const nameBytes = Buffer.byteLength(topic);
  let size = 2 + 2 + 4 + 4 + 2 + nameBytes + 4;
  for (const { batch } of batches) size += 8 + batch.bytes;
  const target = Buffer.allocUnsafe(size);
  let at = target.writeInt16BE(-1, 0);
  at = target.writeInt16BE(ACKS_ALL, at);
  at = target.writeInt32BE(timeoutMs, at);
  at = target.writeInt32BE(1, at);
  at = target.writeInt16BE(nameBytes, at);
  at += target.write(topic, at);
  at = target.writeInt32BE(batches.length, at);
  for (const { partition, batch } of batches) {
    at = target.writeInt32BE(partition, at);
    at = target.writeInt32BE(batch.bytes, at);
    at = writeBatch(target, at, batch, timestampMs);
  }
  return target;
}

/**
 * The first error code of a produce answer, 0 when all partitions took their batch:
 *
 *   [topic: name string | [partition: index int32 | error_code int16 | base_offset int64 | log_append_time int64 |
 *   log_start_offset int64]] | throttle_time_ms int32
 */
export function readProduceError(reader: Reader): number {
  let firstError = 0;
  for (let topics = reader.readInt32(); topics > 0; topics -= 1) {
    reader.readString(false);
    for (let partitions = reader.readInt32(); partitions > 0; partitions -= 1) {
      reader.readInt32();
      const error = reader.readInt16();
      if (firstError === 0) firstError = error;
      reader.skip(24);
    }
  }
  return firstError;
}
