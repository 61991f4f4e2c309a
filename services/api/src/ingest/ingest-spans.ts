import type { PublishOutcome } from '@paylog/shared/ports/queue';
import type { PreparedRecord } from '@paylog/shared/record/prepare';
import { systemName } from '@paylog/shared/telemetry/tracing/system-name';
import type { TracedSpan } from '@paylog/shared/telemetry/tracing/traced-span';
import type { Tracing } from '@paylog/shared/telemetry/tracing/tracing';

/** The spans of a sampled ingest request below that of the request itself. */
export class IngestSpans {
  readonly #tracing: Tracing;
  readonly #request: TracedSpan;

  constructor(tracing: Tracing, request: TracedSpan) {
    this.#tracing = tracing;
    this.#request = request;
  }

  /** Checking, normalizing and redacting the records. */
  beginPrepare(): TracedSpan {
    return this.#tracing.startSpan('prepare records', { parent: this.#request });
  }

  endPrepare(span: TracedSpan, accepted: readonly PreparedRecord[], rejected: number): void {
    let redacted = 0;
    for (const { pan, cvv } of accepted) redacted += pan + cvv;
    span.set({
      'paylog.records.accepted': accepted.length,
      'paylog.records.rejected': rejected,
      'paylog.redactions': redacted,
    });
    span.end();
  }

  /** From the first message until the queue has answered; messages carry its context. The send itself is shared with other requests. */
  beginPublish(queue: string, topic: string, messages: number): TracedSpan {
    return this.#tracing.startSpan(`create ${topic}`, {
      kind: 'producer',
      parent: this.#request,
      attributes: {
        'messaging.system': systemName(queue),
        'messaging.operation.name': 'create',
        'messaging.operation.type': 'create',
        'messaging.destination.name': topic,
        'messaging.batch.message_count': messages,
      },
    });
  }

  endPublish(span: TracedSpan, outcome: PublishOutcome): void {
    if (outcome.status !== 'stored') span.fail(outcome.reason);
    span.end();
  }
}
