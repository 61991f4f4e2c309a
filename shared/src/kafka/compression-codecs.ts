import { compressionsAlgorithms } from '@platformatic/kafka';
import kafkajs from 'kafkajs';
import { inflateZstd } from '../compression/inflate-zstd.ts';

const { CompressionCodecs, CompressionTypes } = kafkajs;

/** What kafkajs expects of a codec; our consumer never compresses. */
interface Codec {
  decompress(compressed: Buffer): Promise<Buffer>;
}

/**
 * Most bytes that a batch of a direct producer may inflate to: brokers take batches of about 1 MB, and logs seldom shrink to a
 * fiftieth. A larger one is refused by the codec, not held in memory.
 */
const MAX_INFLATED_BYTES = 64 * 1024 * 1024;

/**
 * Teaches kafkajs the compressions that other producers use; gzip is built in. Our own producers do not compress, but
 * `logs.direct` is written by anybody. The registry is global in kafkajs, hence a call, made by whoever consumes.
 */
export function registerCompressionCodecs(): void {
  const { lz4 } = compressionsAlgorithms;
  CompressionCodecs[CompressionTypes.Snappy] = codec(inflateSnappy);
  CompressionCodecs[CompressionTypes.LZ4] = codec((data) => lz4.decompressSync(data));
  CompressionCodecs[CompressionTypes.ZSTD] = codec((data) => inflateZstd(data, MAX_INFLATED_BYTES));
}

function codec(inflate: (data: Buffer) => Buffer | Promise<Buffer>): () => Codec {
  return () => ({ decompress: async (compressed) => inflate(compressed) });
}

/** Java clients frame snappy with this magic, a version and a compatible version, then blocks with an int32 length. */
const XERIAL_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const XERIAL_HEAD_BYTES = 16;

/** Raw snappy (librdkafka, Go clients) or the framed form of snappy-java. */
export function inflateSnappy(data: Buffer): Buffer {
  const { snappy } = compressionsAlgorithms;
  if (!data.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC)) return snappy.decompressSync(data);
  const blocks: Buffer[] = [];
  for (let at = XERIAL_HEAD_BYTES; at < data.length;) {
    const end = at + 4 + data.readUInt32BE(at);
    blocks.push(snappy.decompressSync(data.subarray(at + 4, end)));
    at = end;
  }
  return Buffer.concat(blocks);
}
