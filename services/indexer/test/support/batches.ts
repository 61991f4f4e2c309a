import type { ConsumedBatch, ConsumedMessage } from '@paylog/shared/ports/queue';
import { envelopePrefix, envelopeTail } from '@paylog/shared/record/envelope';

/** 2026-11-20T08:00:00.000Z */
export const RECEIVED_MS = 1_795_161_600_000;

/** A message as a queue delivers it. */
export function messageOf(offset: number, key: string | null, value: Buffer | string | null): ConsumedMessage {
  return {
    offset,
    key: key === null ? null : Buffer.from(key),
    value: typeof value === 'string' ? Buffer.from(value) : value,
    timestampMs: RECEIVED_MS,
    headers: {},
  };
}

/** A canonical record with this message. */
export function canonical(message: string): string {
  const tail = envelopeTail('2026-11-20T08:00:00.000Z', 'main');
  const body = JSON.stringify({ message, service: 'checkout', level: 'info' }).slice(1);
  return envelopePrefix('2026-11-20T08:00:00.000000000Z', tail, '') + body;
}

/** A batch that keeps what was settled; strings are keys of canonical records. */
export function batchOf(
  messages: readonly (string | ConsumedMessage)[],
  { topic = 'logs', partition = 0, signal = new AbortController().signal, firstOffset = 100 } = {},
): { readonly batch: ConsumedBatch; readonly settled: number[] } {
  const settled: number[] = [];
  return {
    settled,
    batch: {
      topic,
      partition,
      signal,
      messages: messages.map((message, i) =>
        typeof message === 'string' ? messageOf(firstOffset + i, message, canonical(`payment ${message}`)) : message,
      ),
      settle: (count) => settled.push(count),
    },
  };
}
