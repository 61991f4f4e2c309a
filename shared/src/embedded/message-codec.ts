import type { ConsumedMessage, QueueMessage } from '../ports/queue.ts';

/**
 * Messages as the queue's table keeps them, one after another: three 32-bit lengths (key, value, headers as JSON; little
 * endian), then the bytes. A payload may be cut and joined at message borders.
 */
const LENGTHS_BYTES = 12;

/** A run of packed messages for one partition inside a packed call. */
export interface PackedChunk {
  readonly offset: number;
  readonly bytes: number;
  readonly count: number;
}

/** One publish call as it crosses to the worker: one buffer of its own, and where its chunks lie. */
export interface PackedCall {
  readonly bytes: ArrayBuffer;
  readonly chunks: readonly PackedChunk[];
}

/** Packs messages, in order, into chunks of at most `maxChunkBytes` (or of one larger message). */
export function packMessages(messages: readonly QueueMessage[], maxChunkBytes: number): PackedCall {
  const headers = messages.map((message) => headerText(message));
  let total = 0;
  for (const [index, { key, value }] of messages.entries()) {
    // Three bytes of UTF-8 for each UTF-16 unit is the most there can be: cheaper than measuring twice.
    total += LENGTHS_BYTES + key.length * 3 + value.length + (headers[index]?.length ?? 0) * 3;
  }
  // Not from the pool: the whole ArrayBuffer is handed over to the worker.
  const target = Buffer.from(new ArrayBuffer(total));
  const chunks: PackedChunk[] = [];
  let start = 0;
  let count = 0;
  let end = 0;
  for (const [index, message] of messages.entries()) {
    const next = packOne(target, end, message, headers[index] ?? '');
    if (count > 0 && next - start > maxChunkBytes) {
      chunks.push({ offset: start, bytes: end - start, count });
      start = end;
      count = 0;
    }
    end = next;
    count += 1;
  }
  if (count > 0) chunks.push({ offset: start, bytes: end - start, count });
  return { bytes: target.buffer, chunks };
}

/** Unpacks messages that stand one after another from `baseOffset` on, leaving out those before `fromOffset`. */
export function unpackMessages(
  payload: Buffer,
  run: { readonly baseOffset: number; readonly fromOffset: number; readonly timestampMs: number },
): ConsumedMessage[] {
  const messages: ConsumedMessage[] = [];
  let offset = run.baseOffset;
  for (let at = 0; at < payload.length; offset += 1) {
    const keyEnd = at + LENGTHS_BYTES + payload.readUInt32LE(at);
    const valueEnd = keyEnd + payload.readUInt32LE(at + 4);
    const headersEnd = valueEnd + payload.readUInt32LE(at + 8);
    if (offset >= run.fromOffset) {
      messages.push({
        offset,
        key: payload.subarray(at + LENGTHS_BYTES, keyEnd),
        value: payload.subarray(keyEnd, valueEnd),
        timestampMs: run.timestampMs,
        headers: headersEnd === valueEnd ? NO_HEADERS : parseHeaders(payload.toString('utf8', valueEnd, headersEnd)),
      });
    }
    at = headersEnd;
  }
  return messages;
}

const NO_HEADERS: Readonly<Record<string, string>> = Object.freeze({});

function headerText({ headers }: QueueMessage): string {
  if (headers === undefined) return '';
  const text = JSON.stringify(headers);
  return text === '{}' ? '' : text;
}

function parseHeaders(text: string): Readonly<Record<string, string>> {
  return JSON.parse(text) as Record<string, string>;
}

/** Writes one message at `at`; returns where it ends. */
function packOne(target: Buffer, at: number, { key, value }: QueueMessage, headers: string): number {
  const keyAt = at + LENGTHS_BYTES;
  const keyBytes = target.write(key, keyAt, 'utf8');
  target.set(value, keyAt + keyBytes);
  const headersAt = keyAt + keyBytes + value.length;
  const headerBytes = headers === '' ? 0 : target.write(headers, headersAt, 'utf8');
  target.writeUInt32LE(keyBytes, at);
  target.writeUInt32LE(value.length, at + 4);
  target.writeUInt32LE(headerBytes, at + 8);
  return headersAt + headerBytes;
}
