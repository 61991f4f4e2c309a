import type { EachBatchPayload, KafkaMessage } from 'kafkajs';
import type { BatchHandler, ConsumedBatch, ConsumedMessage } from '../ports/queue.ts';

const NO_HEADERS: Readonly<Record<string, string>> = Object.freeze({});

/** One batch on its way through the handler. After {@link BatchRun.close} nothing can be settled any more. */
export class BatchRun {
  readonly topic: string;
  readonly partition: number;
  /** Timestamp of the newest message of the batch. */
  readonly lastTimestampMs: number;
  readonly highWatermark: number;
  /** Resolves when the handler ended; never rejects. */
  readonly ended: Promise<void>;
  /** Resolves when the handler ended or the run was closed. */
  readonly over: Promise<void>;
  readonly #abort = new AbortController();
  readonly #messages: readonly ConsumedMessage[];
  readonly #lastOffset: number;
  readonly #onSettled: (nextOffset: number) => void;
  #settled = 0;
  #closed = false;
  #release: () => void = () => undefined;
  #hasEnded = false;
  #error: unknown;

  constructor(payload: EachBatchPayload, handler: BatchHandler, onSettled: (nextOffset: number) => void) {
    const { topic, partition, messages, highWatermark } = payload.batch;
    this.topic = topic;
    this.partition = partition;
    this.highWatermark = Number(highWatermark);
    this.#messages = messages.map(toConsumedMessage);
    // Past the control records that kafkajs left out.
    this.#lastOffset = Number(payload.batch.lastOffset());
    this.lastTimestampMs = this.#messages.at(-1)?.timestampMs ?? 0;
    this.#onSettled = onSettled;
    this.ended = this.#run(handler);
    const closed = new Promise<void>((resolve) => {
      this.#release = resolve;
    });
    this.over = Promise.race([this.ended, closed]);
  }

  /** Position after the last settled message; undefined while none is settled. */
  get nextOffset(): number | undefined {
    if (this.#settled === 0) return undefined;
    if (this.#settled === this.#messages.length) return this.#lastOffset + 1;
    const last = this.#messages[this.#settled - 1];
    return last === undefined ? undefined : last.offset + 1;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** What the handler threw; undefined when it threw nothing or still runs. */
  get error(): unknown {
    return this.#error;
  }

  get complete(): boolean {
    return this.#settled === this.#messages.length;
  }

  /** Timestamp of the first message that is not settled; undefined when all are. */
  get oldestUnsettledMs(): number | undefined {
    return this.#messages[this.#settled]?.timestampMs;
  }

  abort(): void {
    this.#abort.abort();
  }

  /** The batch is over for us, even if its handler still runs. */
  close(): void {
    this.#closed = true;
    this.#release();
  }

  async #run(handler: BatchHandler): Promise<void> {
    const batch: ConsumedBatch = {
      topic: this.topic,
      partition: this.partition,
      messages: this.#messages,
      signal: this.#abort.signal,
      settle: (count) => {
        this.#settle(count);
      },
    };
    try {
      await handler(batch);
    } catch (error) {
      this.#error = error;
    }
    this.#hasEnded = true;
  }

  #settle(count: number): void {
    if (this.#closed || count <= this.#settled) return;
    this.#settled = Math.min(count, this.#messages.length);
    const next = this.nextOffset;
    if (next !== undefined) this.#onSettled(next);
  }
}

function toConsumedMessage({ offset, key, value, timestamp, headers }: KafkaMessage): ConsumedMessage {
  return { offset: Number(offset), key, value, timestampMs: Number(timestamp), headers: toText(headers) };
}

function toText(headers: KafkaMessage['headers']): Readonly<Record<string, string>> {
  if (headers === undefined) return NO_HEADERS;
  let texts: Record<string, string> | undefined;
  for (const name in headers) {
    const value = headers[name];
    const last = Array.isArray(value) ? value.at(-1) : value;
    // A null prototype: header names come from strangers.
    texts ??= Object.create(null) as Record<string, string>;
    texts[name] = typeof last === 'string' ? last : (last?.toString() ?? '');
  }
  return texts ?? NO_HEADERS;
}
