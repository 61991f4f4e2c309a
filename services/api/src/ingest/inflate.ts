import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { ProblemError } from '@paylog/shared/errors/problem-error';
import { inflateZstd, ZstdTooLargeError } from '@paylog/shared/compression/inflate-zstd';

type Inflate = (body: Buffer, maxBytes: number) => Promise<Buffer>;

const gunzip = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gunzip);
const inflateZlib = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.inflate);
const inflateRaw = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.inflateRaw);
const brotli = promisify<Buffer, zlib.BrotliOptions, Buffer>(zlib.brotliDecompress);

/** The header of RFC 1950 section 2.2, which `deflate` means (RFC 9110 section 8.4.1.2); some clients send it raw. */
const hasZlibHeader = (body: Buffer): boolean =>
  body.length > 1 && (body.readUInt8(0) & 0x0f) === 8 && body.readUInt16BE(0) % 31 === 0;

const INFLATE: Readonly<Record<string, Inflate>> = {
  gzip: (body, maxOutputLength) => gunzip(body, { maxOutputLength }),
  'x-gzip': (body, maxOutputLength) => gunzip(body, { maxOutputLength }),
  deflate: (body, maxOutputLength) => (hasZlibHeader(body) ? inflateZlib : inflateRaw)(body, { maxOutputLength }),
  br: (body, maxOutputLength) => brotli(body, { maxOutputLength }),
  zstd: inflateZstd,
};

/** Whether this `Content-Encoding` (lower case) can be inflated. */
export function isKnownEncoding(encoding: string): boolean {
  return Object.hasOwn(INFLATE, encoding);
}

/** The answer to any other `Content-Encoding`. */
export function unsupportedEncoding(): ProblemError {
  const detail = 'Content-Encoding must be gzip, deflate, br, zstd or absent';
  return new ProblemError('unsupported_encoding', detail, { field: 'Content-Encoding' });
}

function isTooLarge(error: unknown): boolean {
  return error instanceof ZstdTooLargeError || (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
}

/**
 * Inflates a body, never beyond `maxBytes`. Throws {@link ProblemError}: `unsupported_encoding`, `body_too_large`, `malformed_body`.
 */
export async function inflateBody(body: Buffer, encoding: string, maxBytes: number): Promise<Buffer> {
  // Own members only: `Content-Encoding: constructor` is no encoding.
  const inflate = isKnownEncoding(encoding) ? INFLATE[encoding] : undefined;
  if (!inflate) throw unsupportedEncoding();
  try {
    return await inflate(body, maxBytes);
  } catch (error) {
    if (isTooLarge(error)) {
      throw new ProblemError('body_too_large', `the body may have at most ${maxBytes} bytes after decompression`);
    }
    const detail = `the body is not complete and valid ${encoding} data`;
    throw new ProblemError('malformed_body', detail, { field: 'Content-Encoding', cause: error });
  }
}
