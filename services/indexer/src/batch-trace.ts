import type { ConsumedBatch } from '@paylog/shared/ports/queue';
import { parseTraceparent } from '@paylog/shared/telemetry/tracing/trace-context';
import type { TracedSpan } from '@paylog/shared/telemetry/tracing/traced-span';
import type { Tracing } from '@paylog/shared/telemetry/tracing/tracing';
import type { PreparedBatch } from './prepare-batch.ts';

/** What of a batch belongs to one sampled request. */
interface Share {
  readonly span: TracedSpan;
  messages: number;
  deadLettered: number;
}

export interface BatchTraceOptions {
  readonly tracing: Tracing;
  /** `messaging.system` of the queue. */
  readonly system: string;
}

/** Requests whose messages a batch holds and that get a span of their own; those beyond end with their messages in the queue. */
const MAX_SPANS = 32;

/**
 * The spans of a consumed batch: one for each sampled request that has messages in it, in the trace of that request, whatever the number of
 * its messages. Documents then carry the context of that span to their bulk.
 */
export class BatchTrace {
  readonly #shares = new Map<string, Share>();
  /** By position in the batch. */
  readonly #traced: (Share | undefined)[];

  private constructor(messages: number) {
    this.#traced = new Array<Share | undefined>(messages);
  }

  /** Undefined when nothing of the batch is traced, which costs a look at the headers of each message. */
  static begin({ tracing, system }: BatchTraceOptions, batch: ConsumedBatch): BatchTrace | undefined {
    if (!tracing.isOn) return undefined;
    let trace: BatchTrace | undefined;
    // By position and not by `entries()`, which makes a pair for each message: this is done for every batch.
    for (let position = 0; position < batch.messages.length; position += 1) {
      const traceparent = batch.messages[position]?.headers['traceparent'];
      if (traceparent !== undefined)
        (trace ??= new BatchTrace(batch.messages.length)).#add(traceparent, position, batch, tracing, system);
    }
    return trace;
  }

  #add(traceparent: string, position: number, batch: ConsumedBatch, tracing: Tracing, system: string): void {
    let share = this.#shares.get(traceparent);
    if (share === undefined) {
      if (this.#shares.size >= MAX_SPANS) return;
      const parent = parseTraceparent(traceparent);
      if (parent === undefined || !tracing.wants(parent)) return;
      const { topic, partition, messages } = batch;
      const span = tracing.startSpan(`process ${topic}`, {
        kind: 'consumer',
        parent,
        attributes: {
          'messaging.system': system,
          'messaging.operation.name': 'process',
          'messaging.operation.type': 'process',
          'messaging.destination.name': topic,
          'messaging.destination.partition.id': String(partition),
          'messaging.batch.message_count': messages.length,
        },
      });
      share = { span, messages: 0, deadLettered: 0 };
      this.#shares.set(traceparent, share);
    }
    share.messages += 1;
    this.#traced[position] = share;
  }

  /** Gives the documents of traced messages the context of their span. */
  mark({ documents, positions }: PreparedBatch): void {
    for (const [nth, document] of documents.entries()) {
      const traceparent = this.contextOf(positions[nth] ?? -1);
      if (traceparent !== undefined) documents[nth] = { ...document, traceparent };
    }
  }

  /** Context of the span that the message at this position belongs to; undefined when it has none. */
  contextOf(position: number): string | undefined {
    return this.#traced[position]?.span.traceparent;
  }

  /** A record of the message at this position is a dead letter now. */
  deadLettered(position: number): void {
    const share = this.#traced[position];
    if (share) share.deadLettered += 1;
  }

  /** `completed`: whether all of the batch was settled. */
  end(completed: boolean): void {
    for (const { span, messages, deadLettered } of this.#shares.values()) {
      span.set({ 'paylog.trace.messages': messages, 'paylog.records.dead_lettered': deadLettered });
      if (!completed) span.fail('not_settled');
      span.end();
    }
  }
}
