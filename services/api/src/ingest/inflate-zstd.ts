import { Decompress } from 'fzstd';

/** The data inflates beyond what is allowed, or asks for a window beyond it. */
export class ZstdTooLargeError extends Error {
  constructor() {
    super('zstd data is too large');
    this.name = 'ZstdTooLargeError';
  }
}

// RFC 8878: frames begin with this magic number, skippable frames with 0x184D2A50 to 0x184D2A5F.
const MAGIC = 0xfd2fb528;
const SKIPPABLE = 0x184d2a5;
/** RFC 8878 section 3.1.1.1.2: decoders should take windows of 8 MB; a frame may ask for terabytes. */
const MAX_WINDOW_BYTES = 8 << 20;
const CONTENT_SIZE_BYTES = [0, 2, 4, 8] as const;
const DICTIONARY_ID_BYTES = [0, 1, 2, 4] as const;

interface FrameHeader {
  readonly bytes: number;
  readonly windowBytes: number;
  readonly hasChecksum: boolean;
}

/** The header of the frame at `at` (RFC 8878 section 3.1.1.1), magic number included. */
function readHeader(data: Buffer, at: number): FrameHeader {
  const descriptor = data.readUInt8(at + 4);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >> 6;
  const sizeBytes = sizeFlag === 0 && isSingleSegment ? 1 : (CONTENT_SIZE_BYTES[sizeFlag] ?? 0);
  const dictionaryBytes = DICTIONARY_ID_BYTES[descriptor & 3] ?? 0;
  let next = at + 5;
  let windowBytes = 0;
  if (!isSingleSegment) {
    const window = data.readUInt8(next);
    const base = 2 ** (10 + (window >> 3));
    windowBytes = base + (base / 8) * (window & 7);
    next += 1;
  }
  next += dictionaryBytes;
  if (isSingleSegment) windowBytes = contentSize(data, next, sizeBytes);
  return { bytes: next + sizeBytes - at, windowBytes, hasChecksum: (descriptor & 4) !== 0 };
}

/** A field of two bytes counts from 256 (RFC 8878 section 3.1.1.1.4). */
function contentSize(data: Buffer, at: number, bytes: number): number {
  if (bytes === 8) return Number(data.readBigUInt64LE(at));
  return data.readUIntLE(at, bytes) + (bytes === 2 ? 256 : 0);
}

/** End of the blocks that begin at `at`: three bytes of header each, the lowest bit set on the last. */
function skipBlocks(data: Buffer, at: number): number {
  let next = at;
  for (;;) {
    const header = data.readUIntLE(next, 3);
    const isRunLength = ((header >> 1) & 3) === 1;
    next += 3 + (isRunLength ? 1 : header >> 3);
    if ((header & 1) === 1) return next;
  }
}

/** Walks all frames and refuses a window that the decoder would allocate beyond the limit. Throws `RangeError` on cut-off data. */
function checkFrames(data: Buffer, maxBytes: number): void {
  let at = 0;
  while (at < data.length) {
    const magic = data.readUInt32LE(at);
    if (magic >>> 4 === SKIPPABLE) {
      at += 8 + data.readUInt32LE(at + 4);
      continue;
    }
    if (magic !== MAGIC) throw new RangeError('not a zstd frame');
    const header = readHeader(data, at);
    if (header.windowBytes > Math.max(MAX_WINDOW_BYTES, maxBytes)) throw new ZstdTooLargeError();
    at = skipBlocks(data, at + header.bytes) + (header.hasChecksum ? 4 : 0);
  }
  if (at !== data.length) throw new RangeError('zstd data is cut off');
}

/** Bytes handed to the decoder at a time: what one step may inflate to stays in proportion (128 KiB for each block). */
const STEP_BYTES = 64 * 1024;

/**
 * Inflates zstd data (Node 20 has no zstd of its own). Throws {@link ZstdTooLargeError} once the output passes `maxBytes`, other
 * errors on data that is not zstd.
 */
export function inflateZstd(data: Buffer, maxBytes: number): Buffer {
  checkFrames(data, maxBytes);
  const chunks: Uint8Array[] = [];
  let size = 0;
  const decoder = new Decompress((chunk) => {
    size += chunk.length;
    if (size > maxBytes) throw new ZstdTooLargeError();
    chunks.push(chunk.slice());
  });
  for (let at = 0; at < data.length; at += STEP_BYTES) {
    decoder.push(data.subarray(at, at + STEP_BYTES), at + STEP_BYTES >= data.length);
  }
  return Buffer.concat(chunks, size);
}
