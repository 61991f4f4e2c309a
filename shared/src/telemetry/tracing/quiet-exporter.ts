import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { Clock } from '../../ports/clock.ts';
import type { Logger } from '../../ports/logger.ts';

export interface QuietExporterOptions {
  /** Where the spans go, for the log. */
  readonly endpoint: string;
  /** Whether somebody named that place; a default one may well be empty, which is no reason for a warning. */
  readonly isConfigured: boolean;
  /** What became of so many spans. */
  readonly onSpans?: (outcome: 'exported' | 'dropped', spans: number) => void;
}

type Spans = Parameters<SpanExporter['export']>[0];
/** With a member of `ExportResultCode`, an enum of @opentelemetry/core. */
type Done = (result: { readonly code: number; readonly error?: Error }) => void;

const SUCCESS = 0;
const FAILED = 1;

/** After a failure spans are dropped for so long, then the next ones are tried. */
const PAUSE_MS = 5000;

/**
 * A collector that is not there costs an export in five seconds, and one line of the log for each outage. The exporter beneath may try
 * again, five times within its time-out.
 */
export class QuietExporter implements SpanExporter {
  readonly #inner: SpanExporter;
  readonly #options: QuietExporterOptions;
  readonly #logger: Logger;
  readonly #clock: Clock;
  #pausedUntilMs = 0;
  #isDown = false;
  #dropped = 0;

  constructor(inner: SpanExporter, options: QuietExporterOptions, logger: Logger, clock: Clock = Date) {
    this.#inner = inner;
    this.#options = options;
    this.#logger = logger;
    this.#clock = clock;
  }

  export(spans: Spans, done: Done): void {
    if (this.#clock.now() < this.#pausedUntilMs) {
      this.#drop(spans.length);
      done({ code: FAILED });
      return;
    }
    const answered: Done = (result) => {
      if (result.code === SUCCESS) this.#succeeded(spans.length);
      else this.#failed(spans.length, result.error);
      done(result);
    };
    this.#inner.export(spans, answered);
  }

  shutdown(): Promise<void> {
    return this.#inner.shutdown();
  }

  #drop(spans: number): void {
    this.#dropped += spans;
    this.#options.onSpans?.('dropped', spans);
  }

  #failed(spans: number, error: Error | undefined): void {
    this.#drop(spans);
    this.#pausedUntilMs = this.#clock.now() + PAUSE_MS;
    if (this.#isDown) return;
    this.#isDown = true;
    const { endpoint, isConfigured } = this.#options;
    const fields = { endpoint, reason: reasonOf(error) };
    if (isConfigured) this.#logger.warn('traces cannot be exported', fields);
    else this.#logger.info('traces are not exported: nothing listens at the default address', fields);
  }

  #succeeded(spans: number): void {
    this.#options.onSpans?.('exported', spans);
    if (!this.#isDown) return;
    this.#isDown = false;
    this.#logger.info('traces are exported again', { endpoint: this.#options.endpoint, dropped: this.#dropped });
    this.#dropped = 0;
  }
}

/** Node wraps what several addresses of a host answered in an error without a message. */
function reasonOf(error: Error | undefined): string {
  if (error instanceof AggregateError) return reasonOf(error.errors.find((each) => each instanceof Error));
  return error?.message ?? 'unknown';
}
