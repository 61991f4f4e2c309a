import type { QueueMessage } from '../ports/queue.ts';

/** Messages `start` (inclusive) to `end` (exclusive) of a publish call: one record batch. */
export interface MessageSlice {
  readonly start: number;
  readonly end: number;
}

/**
 * Head of a record batch (61) and what a produce request adds around it, in bytes
 * (https://kafka.apache.org/documentation/#recordbatch).
 */
const BATCH_OVERHEAD = 80;
/** Varints around a record: length 4, attributes 1, timestamp 2, offset 4, key 4, value 4, headers 2; rounded up. */
const RECORD_OVERHEAD = 24;
/** Two varints. */
const HEADER_OVERHEAD = 10;

/** Upper bound of what a message adds to a record batch, in bytes. */
function messageBytes(message: QueueMessage): number {
  let bytes = RECORD_OVERHEAD + Buffer.byteLength(message.key) + message.value.length;
  if (message.headers !== undefined)
    for (const [name, value] of Object.entries(message.headers))
      bytes += HEADER_OVERHEAD + Buffer.byteLength(name) + Buffer.byteLength(value);
  return bytes;
}

/**
 * Cuts a call into consecutive slices, each of which fits into a record batch of `maxBatchBytes` and holds at most
 * `maxMessages`. The index of the first message that fits into no batch is answered instead when there is one.
 */
export function sliceMessages(
  messages: readonly QueueMessage[],
  maxBatchBytes: number,
  maxMessages: number,
): readonly MessageSlice[] | { readonly tooLarge: number } {
  const room = maxBatchBytes - BATCH_OVERHEAD;
  const slices: MessageSlice[] = [];
  let start = 0;
  let bytes = 0;
  for (const [index, message] of messages.entries()) {
    const next = messageBytes(message);
    if (next > room) return { tooLarge: index };
    if (bytes + next > room || index - start >= maxMessages) {
      slices.push({ start, end: index });
      start = index;
      bytes = 0;
    }
    bytes += next;
  }
  if (start < messages.length) slices.push({ start, end: messages.length });
  return slices;
}
