import assert from 'node:assert/strict';
import { Reader, readRecordsBatch } from '@platformatic/kafka';
import { crc32c } from '@node-rs/crc32';
import type { QueueMessage } from '@paylog/shared/ports/queue';
import { measureBatch, writeBatch } from '@paylog/shared/kafka/record-batch';

const TIMESTAMP_MS = 1_763_625_600_123;

function encode(messages: readonly QueueMessage[], start = 0, end = messages.length): Buffer {
  const batch = measureBatch(messages, start, end);
  const target = Buffer.alloc(batch.bytes, 0xee);
  assert.equal(writeBatch(target, 0, batch, TIMESTAMP_MS), batch.bytes, 'measured and written size agree');
  return target;
}

/** Reads a batch back with the client library's decoder. */
function decode(bytes: Buffer) {
  const batch = readRecordsBatch(Reader.from(bytes));
  assert.equal(batch.crc, crc32c(bytes.subarray(21)));
  assert.equal(batch.length, bytes.length - 12);
  return batch;
}

describe('record batch', () => {
  it('has the bytes of the protocol', () => {
    const messages: QueueMessage[] = [
      { key: 'a', value: Buffer.from('{"m":1}') },
      { key: 'ü', value: Buffer.from([0, 255]), headers: { traceparent: '00-1' } },
    ];
    // Golden: checked field by field against https://kafka.apache.org/documentation/#recordbatch, and read by kafkajs,
    // kcat and the broker in tests/contract.
    const head =
      '0000000000000000' + // base offset
      '0000005c' + // length of what follows
      '00000000' + // leader epoch
      '02'; // magic
    const body =
      '0000' + // attributes
      '00000001' + // last offset delta
      '0000019aa047047b'.repeat(2) + // base and max timestamp
      'ffffffffffffffff' + // producer id
      'ffff' + // producer epoch
      'ffffffff' + // base sequence
      '00000002' + // records
      '1c' +
      '00' +
      '00' +
      '00' +
      '02' +
      '61' +
      '0e' +
      '7b226d223a317d' +
      '00' +
      '36' +
      '00' +
      '00' +
      '02' +
      '04' +
      'c3bc' +
      '04' +
      '00ff' +
      '02' +
      '16' +
      '7472616365706172656e74' +
      '08' +
      '30302d31';
    const crc = crc32c(Buffer.from(body, 'hex')).toString(16).padStart(8, '0');
    assert.equal(encode(messages).toString('hex'), head + crc + body);
  });

  it('is read back by an independent decoder, at every size where a varint grows', () => {
    for (const size of [0, 1, 63, 64, 8191, 8192, 1_048_575, 1_048_576]) {
      const value = Buffer.alloc(size, 7);
      const decoded = decode(encode([{ key: 'k'.repeat(Math.min(size, 9000)), value }]));
      assert.equal(decoded.records.length, 1);
      assert.ok(decoded.records[0]?.value?.equals(value));
    }
  });

  it('counts offsets up over thousands of records', () => {
    const messages = Array.from({ length: 9000 }, (_, index) => ({
      key: `k-${String(index)}`,
      value: Buffer.from(`{"n":${String(index)}}`),
    }));
    const { records, lastOffsetDelta, firstTimestamp, maxTimestamp } = decode(encode(messages));
    assert.equal(lastOffsetDelta, 8999);
    assert.equal(firstTimestamp, BigInt(TIMESTAMP_MS));
    assert.equal(maxTimestamp, BigInt(TIMESTAMP_MS));
    for (const [index, record] of records.entries()) {
      assert.equal(record.offsetDelta, index);
      assert.equal(record.key?.toString(), `k-${String(index)}`);
      assert.equal(record.value?.toString(), `{"n":${String(index)}}`);
    }
  });

  it('encodes a part of a list at a position inside of a buffer', () => {
    const messages = ['a', 'b', 'c', 'd'].map((key) => ({ key, value: Buffer.from(key) }));
    const batch = measureBatch(messages, 1, 3);
    const target = Buffer.alloc(batch.bytes + 20, 0xee);
    assert.equal(writeBatch(target, 7, batch, TIMESTAMP_MS), 7 + batch.bytes);
    assert.equal(target[6], 0xee);
    assert.equal(target[7 + batch.bytes], 0xee);
    const { records } = decode(Buffer.from(target.subarray(7, 7 + batch.bytes)));
    assert.deepEqual(
      records.map(({ value }) => value?.toString()),
      ['b', 'c'],
    );
  });

  it('keeps headers', () => {
    const headers = { traceparent: '00-ab', 'x-ü': 'wörter 漢', empty: '' };
    const { records } = decode(encode([{ key: '', value: Buffer.alloc(0), headers }]));
    const read = records[0]?.headers.map(([name, value]) => [name?.toString(), value?.toString()]);
    assert.deepEqual(read, Object.entries(headers));
  });
});
