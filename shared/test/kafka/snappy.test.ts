import assert from 'node:assert/strict';
import { compressionsAlgorithms } from '@platformatic/kafka';
import { inflateSnappy } from '@paylog/shared/kafka/compression-codecs';

const TEXT = Buffer.from('{"message":"snappy"}'.repeat(3000));

describe('snappy', () => {
  it('inflates raw snappy', () => {
    assert.ok(inflateSnappy(compressionsAlgorithms.snappy.compressSync(TEXT)).equals(TEXT));
  });

  it('inflates the blocks that Java clients frame', () => {
    const blocks = [TEXT.subarray(0, 32_768), TEXT.subarray(32_768)].flatMap((block) => {
      const compressed = compressionsAlgorithms.snappy.compressSync(Buffer.from(block));
      const length = Buffer.alloc(4);
      length.writeUInt32BE(compressed.length);
      return [length, compressed];
    });
    // Magic, version 1, compatible version 1: https://github.com/xerial/snappy-java
    const head = Buffer.from('82534e41505059000000000100000001', 'hex');
    assert.ok(inflateSnappy(Buffer.concat([head, ...blocks])).equals(TEXT));
  });
});
