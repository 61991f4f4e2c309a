import { type Attributes, type Span, SpanStatusCode } from '@opentelemetry/api';
import type { TraceContext } from './trace-context.ts';

/** A span of a sampled trace: a {@link TraceContext} that others can have for their parent, and what is told about the work. */
export class TracedSpan implements TraceContext {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceparent: string;
  readonly isSampled = true;
  readonly #span: Span;

  constructor(span: Span) {
    const { traceId, spanId } = span.spanContext();
    this.traceId = traceId;
    this.spanId = spanId;
    this.traceparent = `00-${traceId}-${spanId}-01`;
    this.#span = span;
  }

  /** Adds attributes; those that are undefined are left out. */
  set(attributes: Attributes): void {
    this.#span.setAttributes(attributes);
  }

  rename(name: string): void {
    this.#span.updateName(name);
  }

  /** The work failed. `type` is a bounded word; nothing that may quote a record. */
  fail(type: string): void {
    this.#span.setAttribute('error.type', type);
    this.#span.setStatus({ code: SpanStatusCode.ERROR });
  }

  /** Only the first call counts. */
  end(): void {
    if (this.#span.isRecording()) this.#span.end();
  }
}
