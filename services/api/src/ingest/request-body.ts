import type { IncomingMessage } from 'node:http';
import { ProblemError } from '@paylog/shared/errors/problem-error';
import type { ByteBudget } from '@paylog/shared/flow/byte-budget';
import { inflateBody, isKnownEncoding, unsupportedEncoding } from './inflate.ts';

/** Bytes of the budget that a request holds until it is answered. */
export class BudgetShare {
  readonly #budget: ByteBudget;
  #bytes = 0;

  constructor(budget: ByteBudget) {
    this.#budget = budget;
  }

  /** Throws `overloaded` when the budget has no room for `bytes` now; takes nothing. */
  expect(bytes: number): void {
    if (this.#budget.usedBytes + bytes > this.#budget.limitBytes) throw this.#overloaded();
  }

  /** Grows the share to `bytes`. Throws `overloaded` when the budget has no room now, `body_too_large` when it never has. */
  growTo(bytes: number): void {
    const more = bytes - this.#bytes;
    if (more <= 0) return;
    const { limitBytes } = this.#budget;
    if (bytes > limitBytes) {
      const detail = `the records of the request have more than ${limitBytes} bytes together`;
      throw new ProblemError('body_too_large', detail);
    }
    if (!this.#budget.tryReserve(more)) throw this.#overloaded();
    this.#bytes = bytes;
  }

  #overloaded(): ProblemError {
    return new ProblemError('overloaded', `more than ${this.#budget.limitBytes} bytes of requests are in flight`);
  }

  release(): void {
    this.#budget.release(this.#bytes);
    this.#bytes = 0;
  }
}

function tooLarge(maxBytes: number): ProblemError {
  return new ProblemError('body_too_large', `the body may have at most ${maxBytes} bytes`);
}

/**
 * The bytes as they come over the wire, at most `maxBytes`. A body that is announced larger than the room that is left is refused
 * before it is read; room is taken for what has come only, so that slow senders of large bodies do not keep the others out.
 */
function readRaw(request: IncomingMessage, maxBytes: number, share: BudgetShare): Promise<Buffer> {
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > maxBytes) throw tooLarge(maxBytes);
  share.expect(declared);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const refuse = (error: unknown): void => {
      // What still comes is read and thrown away, so that the client sees the answer and the connection stays of use.
      request.removeAllListeners('data');
      request.resume();
      reject(error instanceof Error ? error : new Error('the body could not be read'));
    };
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      try {
        if (size > maxBytes) throw tooLarge(maxBytes);
        share.growTo(size);
        chunks.push(chunk);
      } catch (error) {
        refuse(error);
      }
    });
    request.on('end', () => {
      const [only] = chunks;
      resolve(chunks.length === 1 && only ? only : Buffer.concat(chunks, size));
    });
    const gone = (cause?: unknown): void => {
      refuse(new ProblemError('malformed_body', 'the connection closed before the body was complete', { cause }));
    };
    // A request has no other errors than the end of its connection: the client's doing, not a fault of ours.
    request.on('error', gone);
    request.on('close', () => {
      if (!request.complete) gone();
    });
  });
}

/**
 * Reads and inflates the body of a request, at most `maxBytes` before and after. Rejects with {@link ProblemError}: `body_too_large`,
 * `overloaded`, `unsupported_encoding`, `malformed_body`.
 */
export async function readBody(request: IncomingMessage, maxBytes: number, share: BudgetShare): Promise<Buffer> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  const isPlain = encoding === 'identity' || encoding === '';
  // Before the body, so that the client need not send it for nothing.
  if (!isPlain && !isKnownEncoding(encoding)) throw unsupportedEncoding();
  const raw = await readRaw(request, maxBytes, share);
  if (isPlain) return raw;
  const body = await inflateBody(raw, encoding, maxBytes);
  share.growTo(body.length);
  return body;
}
