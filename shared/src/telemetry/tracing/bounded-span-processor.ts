import { TraceFlags } from '@opentelemetry/api';
import { BatchSpanProcessor, type SpanExporter, type SpanProcessor } from '@opentelemetry/sdk-trace';

/** How finished spans leave. */
export interface SpanBatches {
  /** Finished spans that wait for their export; what comes beyond is dropped. */
  readonly maxWaiting: number;
  readonly maxPerExport: number;
  /** Milliseconds until a finished span leaves. */
  readonly delayMs: number;
  /** The exporter's own time for an export. */
  readonly exportTimeoutMs: number;
}

export interface BoundedSpanProcessorOptions extends SpanBatches {
  readonly exporter: SpanExporter;
  /** Called for each span that is dropped because too many wait. */
  readonly onOverflow?: (() => void) | undefined;
}

/** The processor gives up after the exporter, who tells why. */
const EXPORTER_FIRST_MS = 1000;

/** Exports spans in batches, and tells of each that finds no room: the processor of the SDK drops it without a word. */
export class BoundedSpanProcessor implements SpanProcessor {
  readonly #inner: BatchSpanProcessor;
  readonly #options: BoundedSpanProcessorOptions;
  #waiting = 0;

  constructor(options: BoundedSpanProcessorOptions) {
    const { exporter, maxWaiting, maxPerExport, delayMs, exportTimeoutMs } = options;
    this.#options = options;
    this.#inner = new BatchSpanProcessor({
      exporter: {
        export: (spans, done) => {
          this.#waiting -= spans.length;
          exporter.export(spans, done);
        },
        shutdown: () => exporter.shutdown(),
      },
      maxQueueSize: maxWaiting,
      maxExportBatchSize: maxPerExport,
      scheduledDelayMillis: delayMs,
      exportTimeoutMillis: exportTimeoutMs + EXPORTER_FIRST_MS,
    });
  }

  onStart(...begun: Parameters<SpanProcessor['onStart']>): void {
    this.#inner.onStart(...begun);
  }

  onEnd(span: Parameters<SpanProcessor['onEnd']>[0]): void {
    // Like the processor of the SDK, which would never export it and so never free its room.
    if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return;
    if (this.#waiting >= this.#options.maxWaiting) {
      this.#options.onOverflow?.();
      return;
    }
    this.#waiting += 1;
    this.#inner.onEnd(span);
  }

  forceFlush(): Promise<void> {
    return this.#inner.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.#inner.shutdown();
  }
}
