import { setTimeout as sleep } from 'node:timers/promises';
import type { BatchHandler, ConsumedBatch, ConsumedMessage } from '../ports/queue.ts';

/** One delivery as a probe saw it. */
export interface Delivery {
  readonly topic: string;
  readonly partition: number;
  readonly message: ConsumedMessage;
}

/** What a probe does with a batch after it noted it. Absent: settles the whole batch. */
export type ProbeReaction = (batch: ConsumedBatch, probe: QueueProbe) => Promise<void> | void;

/** Records what a consumer delivers, so that tests can wait for it and compare. */
export class QueueProbe {
  readonly deliveries: Delivery[] = [];
  readonly #react: ProbeReaction | undefined;
  #bytesInHandlers = 0;
  #peakBytesInHandlers = 0;
  #busyPartitions = new Map<string, number>();
  #peakBusyPartitions = 0;
  #overlaps = 0;

  constructor(react?: ProbeReaction) {
    this.#react = react;
  }

  /** Bytes of values that are with handlers which did not resolve yet, at their highest. */
  get peakBytesInHandlers(): number {
    return this.#peakBytesInHandlers;
  }

  /** Partitions that had a running handler at the same time, at their highest. */
  get peakBusyPartitions(): number {
    return this.#peakBusyPartitions;
  }

  /** How often a handler was called for a partition whose handler was still running: must stay 0. */
  get overlaps(): number {
    return this.#overlaps;
  }

  readonly handler: BatchHandler = async (batch) => {
    const name = `${batch.topic}/${String(batch.partition)}`;
    const running = this.#busyPartitions.get(name) ?? 0;
    if (running > 0) this.#overlaps += 1;
    this.#busyPartitions.set(name, running + 1);
    this.#peakBusyPartitions = Math.max(this.#peakBusyPartitions, this.#busyPartitions.size);
    let bytes = 0;
    for (const message of batch.messages) {
      bytes += message.value?.length ?? 0;
      this.deliveries.push({ topic: batch.topic, partition: batch.partition, message });
    }
    this.#bytesInHandlers += bytes;
    this.#peakBytesInHandlers = Math.max(this.#peakBytesInHandlers, this.#bytesInHandlers);
    try {
      if (this.#react === undefined) batch.settle(batch.messages.length);
      else await this.#react(batch, this);
    } finally {
      this.#bytesInHandlers -= bytes;
      if (running === 0) this.#busyPartitions.delete(name);
      else this.#busyPartitions.set(name, running);
    }
  };

  /** Keys in the order of delivery. */
  keys(): string[] {
    return this.deliveries.map(({ message }) => message.key?.toString() ?? '');
  }

  /** Waits until at least `count` different keys were delivered. */
  async waitForKeys(count: number, timeoutMs = 30_000): Promise<void> {
    let seen = 0;
    const known = new Set<string>();
    await waitUntil(
      () => {
        for (; seen < this.deliveries.length; seen += 1)
          known.add(this.deliveries[seen]?.message.key?.toString() ?? '');
        return known.size >= count;
      },
      timeoutMs,
      () => `${String(count)} keys, have ${String(known.size)}`,
    );
  }
}

/** Polls until `condition` holds; rejects with `what` after `timeoutMs`. */
export async function waitUntil(
  condition: () => boolean | Promise<boolean>,
  timeoutMs: number,
  what: () => string,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Waited ${String(timeoutMs)} ms for ${what()}`);
    await sleep(20);
  }
}

/** Resolves when the signal aborts. */
export async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => {
      resolve();
    });
  });
}
