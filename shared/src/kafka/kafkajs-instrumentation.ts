import { createRequire } from 'node:module';
import {
  type Attributes,
  type Context,
  INVALID_SPAN_CONTEXT,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  trace,
  TraceFlags,
  type TextMapGetter,
  type TextMapPropagator,
  type Tracer,
  type TracerProvider,
} from '@opentelemetry/api';
import { KafkaJsInstrumentation } from '@opentelemetry/instrumentation-kafkajs';

type SpanOptions = Parameters<Tracer['startSpan']>[1];

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/**
 * Adds the spans of `@opentelemetry/instrumentation-kafkajs`, which wraps the clients of kafkajs that are made afterwards: `process <topic>`
 * for each message that a consumer is handed.
 *
 * The instrumentation hooks `require`. kafkajs is CommonJS, so that a module that imports it has the same classes as one that requires it:
 * requiring it once, here, is enough under ESM, and no loader hook is needed.
 *
 * Only messages of sampled traces have spans, and their headers are left as they are: a header costs more than its message.
 */
export function instrumentKafkaJs(provider: TracerProvider): void {
  propagation.setGlobalPropagator(READ_ONLY);
  const instrumentation = new KafkaJsInstrumentation();
  instrumentation.setTracerProvider({
    getTracer: (name, version) => new MessageTracer(provider.getTracer(name, version)),
  });
  createRequire(import.meta.url)('kafkajs');
}

/** Reads the header of messages; writes none, since our publishers have written it where it belongs. */
const READ_ONLY: TextMapPropagator = {
  inject: () => undefined,
  extract: (context: Context, carrier: unknown, getter: TextMapGetter) => {
    const header = getter.get(carrier, 'traceparent');
    const [, traceId, spanId, flags = '00'] = TRACEPARENT.exec(String(header)) ?? [];
    if (traceId === undefined || spanId === undefined) return context;
    const traceFlags = Number.parseInt(flags, 16) & TraceFlags.SAMPLED;
    return trace.setSpanContext(context, { traceId, spanId, traceFlags, isRemote: true });
  },
  fields: () => ['traceparent'],
};

/** Attributes that tell what a message holds. */
const KEY = 'messaging.kafka.message.key';

/** Makes spans of sampled messages only, each in the trace of its message; the instrumentation would begin a trace for each. */
class MessageTracer implements Tracer {
  readonly #inner: Tracer;

  constructor(inner: Tracer) {
    this.#inner = inner;
  }

  startSpan(name: string, options: SpanOptions = {}): Span {
    const origin = options.kind === SpanKind.CONSUMER ? options.links?.[0]?.context : undefined;
    if (origin === undefined || (origin.traceFlags & TraceFlags.SAMPLED) === 0) {
      return trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
    }
    const attributes: Attributes = { ...options.attributes, [KEY]: undefined };
    return this.#inner.startSpan(name, { ...options, attributes }, trace.setSpanContext(ROOT_CONTEXT, origin));
  }

  startActiveSpan(): never {
    throw new Error('the instrumentation of kafkajs does not do this');
  }
}
