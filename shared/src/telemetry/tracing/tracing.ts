import { type Attributes, ROOT_CONTEXT, SpanKind, trace, TraceFlags, type Tracer } from '@opentelemetry/api';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { AlwaysOnSampler, RandomIdGenerator, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import { readVersion } from '../version.ts';
import { BoundedSpanProcessor, type SpanBatches } from './bounded-span-processor.ts';
import { createSampling, sampledTraceId, type Sampling, type SamplingOptions } from './sampling.ts';
import type { TraceContext } from './trace-context.ts';
import { TracedSpan } from './traced-span.ts';

/** How a process traces. */
export interface TracingOptions extends SamplingOptions {
  readonly exporter: SpanExporter;
  /** Attributes of the process: `service.name` and what the operator adds. */
  readonly resource: Attributes;
  /** Absent: as the settings have it. */
  readonly batches?: SpanBatches;
  /** Called for each span that is dropped because too many wait for their export. */
  readonly onOverflow?: () => void;
}

/** What a span begins with. */
export interface SpanStart {
  /** Absent: work inside the process. */
  readonly kind?: 'server' | 'client' | 'producer' | 'consumer';
  /** Absent: the span begins a trace. */
  readonly parent?: TraceContext | undefined;
  /** Other places that the work belongs to, since it is done for several at once. */
  readonly links?: readonly TraceContext[];
  readonly attributes?: Attributes;
}

const BATCHES: SpanBatches = { maxWaiting: 2048, maxPerExport: 512, delayMs: 2000, exportTimeoutMs: 10_000 };
/** The collector may be gone: nobody waits for it when a process stops. */
const FLUSH_MS = 1000;

const KINDS = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const;

const NEVER: Sampling = () => false;

/**
 * Traces of a process. Nothing is registered globally and no context is kept across asynchronous work (that would cost every promise of
 * the process): who begins a span hands it on. Ask {@link Tracing.wants} first; what is not wanted costs that question only.
 */
export class Tracing {
  readonly name = 'tracing';
  /** Whether work with this parent (undefined: work that begins a trace) is traced. */
  readonly wants: Sampling;
  /** For instrumentation of libraries; undefined when tracing is off. */
  readonly provider: TracerProvider | undefined;
  readonly #tracer: Tracer | undefined;
  #stopped: Promise<void> | undefined;

  /** Without options tracing is off. */
  constructor(options?: TracingOptions) {
    this.wants = options ? createSampling(options) : NEVER;
    if (!options) return;
    const { exporter, resource, batches = BATCHES } = options;
    const random = new RandomIdGenerator();
    this.provider = new TracerProvider({
      resource: defaultResource().merge(resourceFromAttributes({ 'service.version': readVersion(), ...resource })),
      // Who is not wanted never comes here.
      sampler: new AlwaysOnSampler(),
      idGenerator: {
        generateTraceId: () => sampledTraceId(random.generateTraceId(), options),
        generateSpanId: () => random.generateSpanId(),
      },
      spanProcessors: [
        new BoundedSpanProcessor({
          exporter,
          ...batches,
          onOverflow: options.onOverflow,
        }),
      ],
    });
    this.#tracer = this.provider.getTracer('paylog', readVersion());
  }

  /** False when tracing is off: callers then leave out what looks for contexts. */
  get isOn(): boolean {
    return this.#tracer !== undefined;
  }

  /** Begins a span. Only for work that is wanted. */
  startSpan(name: string, { kind, parent, links = [], attributes = {} }: SpanStart): TracedSpan {
    if (this.#tracer === undefined) throw new Error('tracing is off: nothing is wanted');
    const options = {
      kind: kind === undefined ? SpanKind.INTERNAL : KINDS[kind],
      attributes,
      links: links.map((link) => ({ context: spanContextOf(link) })),
    };
    const context = parent ? trace.setSpanContext(ROOT_CONTEXT, spanContextOf(parent)) : ROOT_CONTEXT;
    return new TracedSpan(this.#tracer.startSpan(name, options, context));
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  /** Sends what is finished, for a second at most. Idempotent. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, FLUSH_MS);
    });
    await Promise.race([this.provider?.shutdown().catch(() => undefined), late]);
    clearTimeout(timer);
  }
}

/** For processes and tests that do not trace. */
export const NO_TRACING = new Tracing();

function spanContextOf(context: TraceContext) {
  const { traceId, spanId, isSampled } = context;
  const traceFlags = isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE;
  return { traceId, spanId, traceFlags, isRemote: !(context instanceof TracedSpan) };
}
