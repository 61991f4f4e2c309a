import { ZSTDDecoder } from 'zstddec';

/** The data inflates beyond what is allowed, or may do so and is broken besides. */
export class ZstdTooLargeError extends Error {
  constructor() {
    super('zstd data is too large');
    this.name = 'ZstdTooLargeError';
  }
}

// RFC 8878: frames begin with this magic number, skippable frames with 0x184D2A50 to 0x184D2A5F.
const MAGIC = 0xfd2fb528;
const SKIPPABLE = 0x184d2a5;
/** RFC 8878 section 3.1.1.2.4: no block inflates to more. */
const MAX_BLOCK_BYTES = 128 << 10;
/** Clients send one frame, or one for each of some chunks; a million empty ones would only keep us busy. */
const MAX_FRAMES = 10_000;
const CONTENT_SIZE_BYTES = [0, 2, 4, 8] as const;
const DICTIONARY_ID_BYTES = [0, 1, 2, 4] as const;

/** How many bytes data inflates to, as far as its frame and block headers tell. */
interface Bounds {
  least: number;
  most: number;
}

interface FrameHeader {
  readonly bytes: number;
  /** Size after decompression; undefined when the sender did not know it. */
  readonly contentBytes: number | undefined;
  readonly hasChecksum: boolean;
}

/** The header of the frame at `at` (RFC 8878 section 3.1.1.1), magic number included. */
function readHeader(data: Buffer, at: number): FrameHeader {
  const descriptor = data.readUInt8(at + 4);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >> 6;
  const sizeBytes = sizeFlag === 0 && isSingleSegment ? 1 : (CONTENT_SIZE_BYTES[sizeFlag] ?? 0);
  const dictionaryBytes = DICTIONARY_ID_BYTES[descriptor & 3] ?? 0;
  const next = at + 5 + (isSingleSegment ? 0 : 1) + dictionaryBytes;
  return {
    bytes: next + sizeBytes - at,
    contentBytes: sizeBytes === 0 ? undefined : contentSize(data, next, sizeBytes),
    hasChecksum: (descriptor & 4) !== 0,
  };
}

/** A field of two bytes counts from 256 (RFC 8878 section 3.1.1.1.4). */
function contentSize(data: Buffer, at: number, bytes: number): number {
  if (bytes === 8) return Number(data.readBigUInt64LE(at));
  return data.readUIntLE(at, bytes) + (bytes === 2 ? 256 : 0);
}

/** Adds up the blocks that begin at `at`, each with a header of three bytes, and answers where they end. */
function readBlocks(data: Buffer, at: number, sum: Bounds): number {
  let next = at;
  for (;;) {
    const header = data.readUIntLE(next, 3);
    const [isLast, type, bytes] = [header & 1, (header >> 1) & 3, header >> 3];
    if (bytes > MAX_BLOCK_BYTES) throw new RangeError('zstd block is too large');
    const isCompressed = type === 2;
    sum.least += isCompressed ? 0 : bytes;
    sum.most += isCompressed ? MAX_BLOCK_BYTES : bytes;
    next += 3 + (type === 1 ? 1 : bytes);
    if (isLast === 1) return next;
  }
}

/** Walks all frames without inflating them. Throws `RangeError` on data that is cut off or no zstd data. */
function measure(data: Buffer): Bounds {
  const sum: Bounds = { least: 0, most: 0 };
  let at = 0;
  for (let frames = 0; at < data.length; frames += 1) {
    if (frames === MAX_FRAMES) throw new RangeError('zstd data has too many frames');
    const magic = data.readUInt32LE(at);
    if (magic >>> 4 === SKIPPABLE) {
      at += 8 + data.readUInt32LE(at + 4);
      continue;
    }
    if (magic !== MAGIC) throw new RangeError('not a zstd frame');
    const { bytes, contentBytes, hasChecksum } = readHeader(data, at);
    const blocks: Bounds = { least: 0, most: 0 };
    at = readBlocks(data, at + bytes, blocks) + (hasChecksum ? 4 : 0);
    sum.least += Math.max(blocks.least, contentBytes ?? 0);
    sum.most += contentBytes ?? blocks.most;
  }
  if (at !== data.length) throw new RangeError('zstd data is cut off');
  return sum;
}

// Compiled when the first zstd body comes (WebAssembly of the reference decoder; Node 20 has none of its own).
let starting: Promise<ZSTDDecoder> | undefined;

async function startDecoder(): Promise<ZSTDDecoder> {
  const decoder = new ZSTDDecoder();
  await decoder.init();
  return decoder;
}

/**
 * Inflates zstd data, all frames of it. Rejects with {@link ZstdTooLargeError} when the output passes `maxBytes`, which is known before
 * or when the decoder's buffer of at most that size is full; with other errors on data that is not complete and valid.
 */
export async function inflateZstd(data: Buffer, maxBytes: number): Promise<Buffer> {
  const { least, most } = measure(data);
  if (least > maxBytes) throw new ZstdTooLargeError();
  if (most === 0) return Buffer.alloc(0);
  starting ??= startDecoder();
  const decoder = await starting;
  const output = decoder.decode(data, Math.min(most, maxBytes));
  // The decoder answers nothing when the data is broken or the buffer too small.
  if (output.length > 0) return Buffer.from(output.buffer, output.byteOffset, output.byteLength);
  throw most > maxBytes ? new ZstdTooLargeError() : new RangeError('zstd data is broken');
}
