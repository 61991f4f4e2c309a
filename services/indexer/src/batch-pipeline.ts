import type { RetriedOutcome } from '@paylog/shared/flow/retrying-writer';
import type { ConsumedBatch } from '@paylog/shared/ports/queue';
import { BatchTrace, type BatchTraceOptions } from './batch-trace.ts';
import type { BulkBatcher } from './bulk-batcher.ts';
import type { DeadLetterPublisher } from './dead-letter-publisher.ts';
import type { Failure } from './failure.ts';
import type { IndexerObserver } from './indexer-observer.ts';
import type { InflightBudget } from './inflight-budget.ts';
import { prepareBatch, type PreparedBatch, type PrepareOptions } from './prepare-batch.ts';
import { Settlement } from './settlement.ts';

/** The parts of the pipeline. */
export interface PipelineParts {
  readonly budget: InflightBudget;
  readonly batcher: BulkBatcher;
  readonly deadLetters: DeadLetterPublisher;
  readonly observer: IndexerObserver;
  readonly prepare: PrepareOptions;
  /** Absent: nothing is traced. */
  readonly trace?: BatchTraceOptions;
}

/** Bytes that a message costs beside its value: key, objects. Keeps a flood of empty messages inside the budget. */
const MESSAGE_OVERHEAD = 128;

/**
 * Takes one consumed batch through prepare -> bulk -> settle. A message is settled when the store holds its record or the
 * dead-letter topic holds its letter; nothing else settles it.
 */
export class BatchPipeline {
  readonly #parts: PipelineParts;

  constructor(parts: PipelineParts) {
    this.#parts = parts;
  }

  /** The handler for the consumer. Resolves when all is settled or the batch's signal was aborted. */
  readonly handle = async (batch: ConsumedBatch): Promise<void> => {
    const { budget } = this.#parts;
    const bytes = sizeOf(batch);
    if (!(await budget.acquire(bytes, batch.signal))) return;
    const trace = this.#parts.trace && BatchTrace.begin(this.#parts.trace, batch);
    let completed = false;
    try {
      const settlement = new Settlement(batch);
      for (let next = 0; next < batch.messages.length && !batch.signal.aborted;) {
        const prepared = prepareBatch(batch, this.#parts.prepare, next);
        trace?.mark(prepared);
        await this.#settle(batch, prepared, settlement, trace);
        next = prepared.next;
      }
      completed = !batch.signal.aborted;
    } finally {
      trace?.end(completed);
      budget.release(bytes);
    }
  };

  async #settle(
    batch: ConsumedBatch,
    prepared: PreparedBatch,
    settlement: Settlement,
    trace: BatchTrace | undefined,
  ): Promise<void> {
    if (prepared.pan + prepared.cvv > 0) this.#parts.observer.redacted(prepared.pan, prepared.cvv);
    for (const [position, records] of prepared.several) settlement.expect(position, records);
    await Promise.all([
      this.#bury(batch, prepared.failures, settlement, trace),
      this.#store(batch, prepared, settlement).then((rejected) => this.#bury(batch, rejected, settlement, trace)),
    ]);
  }

  /** Resolves with what the store rejected. */
  async #store(batch: ConsumedBatch, prepared: PreparedBatch, settlement: Settlement): Promise<readonly Failure[]> {
    const { documents, positions, parts } = prepared;
    const { observer, batcher } = this.#parts;
    const rejected: Failure[] = [];
    await batcher.write({
      documents,
      signal: batch.signal,
      onOutcomes(from, count, outcomes, offset) {
        let stored = 0;
        let duplicate = 0;
        for (let i = 0; i < count; i += 1) {
          const outcome = outcomes[offset + i];
          const position = positions[from + i];
          if (outcome === undefined || position === undefined) continue;
          if (outcome.status === 'stored') stored += 1;
          else if (outcome.status === 'duplicate') duplicate += 1;
          else {
            if (outcome.status === 'rejected') {
              rejected.push(failureOf(outcome, position, documents[from + i], parts.get(from + i)));
            }
            continue;
          }
          settlement.mark(position);
        }
        settlement.flush();
        observer.settled(stored, duplicate);
      },
    });
    return rejected;
  }

  async #bury(
    batch: ConsumedBatch,
    failures: readonly Failure[],
    settlement: Settlement,
    trace: BatchTrace | undefined,
  ): Promise<void> {
    if (failures.length === 0) return;
    const { deadLetters, observer } = this.#parts;
    const { topic, partition, messages, signal } = batch;
    const letters = failures.flatMap((failure) => {
      const message = messages[failure.position];
      const traceparent = trace?.contextOf(failure.position);
      return message === undefined ? [] : [{ topic, partition, message, failure, traceparent }];
    });
    await deadLetters.publish(letters, signal, ({ failure }) => {
      settlement.mark(failure.position);
      observer.deadLettered(failure);
      trace?.deadLettered(failure.position);
    });
    settlement.flush();
  }
}

function failureOf(
  { type, reason, attempts }: Extract<RetriedOutcome, { status: 'rejected' }>,
  position: number,
  document: PreparedBatch['documents'][number] | undefined,
  part: number | undefined,
): Failure {
  return {
    position,
    stage: 'store',
    type,
    reason,
    attempts,
    ...(document !== undefined && { document }),
    ...(part !== undefined && { part: { index: part, isMessage: false } }),
  };
}

function sizeOf({ messages }: ConsumedBatch): number {
  let bytes = 0;
  for (const message of messages) bytes += (message.value?.byteLength ?? 0) + MESSAGE_OVERHEAD;
  return bytes;
}
