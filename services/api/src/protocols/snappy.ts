import { snappyUncompressor } from 'hysnappy';
import { ProblemError } from '@paylog/shared/errors/problem-error';

/** Length of the varint at the head of a block: 32 bits, seven in each byte. */
const MAX_HEAD_BYTES = 5;

let uncompress: ((input: Uint8Array, outputLength: number) => Uint8Array) | undefined;

/** The length that the head of a block announces; undefined when there is no such head. */
function announcedLength(body: Buffer): number | undefined {
  let length = 0;
  for (let at = 0; at < MAX_HEAD_BYTES; at += 1) {
    const byte = body[at];
    if (byte === undefined) return undefined;
    length += (byte & 0x7f) * 2 ** (7 * at);
    if (byte < 0x80) return length < 2 ** 32 ? length : undefined;
  }
  return undefined;
}

/**
 * Inflates snappy's block format (https://github.com/google/snappy/blob/main/format_description.txt). The block says its length before
 * anything is inflated, and no more than that is ever written. Throws {@link ProblemError}: `malformed_body`, `body_too_large`.
 */
export function inflateSnappy(body: Buffer, maxBytes: number): Buffer {
  const length = announcedLength(body);
  if (length === undefined) throw new ProblemError('malformed_body', 'the body is not a snappy block');
  if (length > maxBytes) {
    throw new ProblemError('body_too_large', `the body may have at most ${maxBytes} bytes after decompression`);
  }
  uncompress ??= snappyUncompressor();
  try {
    const bytes = uncompress(body, length);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  } catch (cause) {
    throw new ProblemError('malformed_body', 'the body is not a complete and valid snappy block', { cause });
  }
}
