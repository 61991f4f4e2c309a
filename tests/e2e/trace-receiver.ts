import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import protobuf from 'protobufjs';
import { waitUntil } from '@paylog/shared/testing/queue-probe';

/** The part of opentelemetry/proto/collector/trace/v1/trace_service.proto and what it imports that tests look at. */
const PROTO = `
syntax = "proto3";
message ExportTraceServiceRequest { repeated ResourceSpans resource_spans = 1; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
message Resource { repeated KeyValue attributes = 1; }
message ScopeSpans { repeated Span spans = 2; }
message Span {
  bytes trace_id = 1; bytes span_id = 2; bytes parent_span_id = 4; string name = 5; int32 kind = 6;
  fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8;
  repeated KeyValue attributes = 9; repeated Link links = 13; Status status = 15;
}
message Link { bytes trace_id = 1; bytes span_id = 2; }
message Status { string message = 2; int32 code = 3; }
message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue {
  oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; }
}
`;

interface SentAttribute {
  readonly key: string;
  readonly value: {
    readonly stringValue?: string;
    readonly boolValue?: boolean;
    readonly intValue?: number;
    readonly doubleValue?: number;
  };
}

interface SentSpan {
  readonly traceId: Uint8Array;
  readonly spanId: Uint8Array;
  readonly parentSpanId?: Uint8Array;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: number;
  readonly endTimeUnixNano: number;
  readonly attributes?: readonly SentAttribute[];
  readonly links?: readonly { readonly traceId: Uint8Array; readonly spanId: Uint8Array }[];
  readonly status?: { readonly code?: number };
}

interface SentRequest {
  readonly resourceSpans?: readonly {
    readonly resource: { readonly attributes: readonly SentAttribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly SentSpan[] }[];
  }[];
}

/** A span as it arrived. */
export interface ReceivedSpan {
  /** `service.name` of its process. */
  readonly service: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the first span of a trace. */
  readonly parentId: string;
  readonly name: string;
  readonly kind: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Trace ids of what it links to. */
  readonly links: readonly string[];
  readonly isError: boolean;
}

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];
const STATUS_ERROR = 2;
const ARRIVAL_MS = 30_000;

const request = protobuf.parse(PROTO).root.lookupType('ExportTraceServiceRequest');

const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex');

function valuesOf(attributes: readonly SentAttribute[] = []): Record<string, unknown> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [
      key,
      value.stringValue ?? value.boolValue ?? value.intValue ?? value.doubleValue,
    ]),
  );
}

function spansOf(body: Buffer): ReceivedSpan[] {
  const { resourceSpans = [] } = request.toObject(request.decode(body), { longs: Number }) as SentRequest;
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        service: String(valuesOf(resource.attributes)['service.name']),
        traceId: hex(span.traceId),
        spanId: hex(span.spanId),
        parentId: hex(span.parentSpanId),
        name: span.name,
        kind: KINDS[span.kind] ?? String(span.kind),
        startMs: span.startTimeUnixNano / 1e6,
        endMs: span.endTimeUnixNano / 1e6,
        attributes: valuesOf(span.attributes),
        links: (span.links ?? []).map(({ traceId }) => hex(traceId)),
        isError: span.status?.code === STATUS_ERROR,
      })),
    ),
  );
}

async function bodyOf(sent: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of sent) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  return sent.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
}

/** An OTLP/HTTP receiver of traces that keeps what it is sent. */
export class TraceReceiver implements AsyncDisposable {
  readonly spans: ReceivedSpan[] = [];
  /** Headers of each export. */
  readonly exports: IncomingMessage['headers'][] = [];
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((sent, response) => {
      void this.#take(sent).then((status) => response.writeHead(status).end());
    });
  }

  static async start(port = 0): Promise<TraceReceiver> {
    const receiver = new TraceReceiver();
    await new Promise<void>((resolve, reject) => {
      receiver.#server.once('error', reject).listen(port, '127.0.0.1', resolve);
    });
    return receiver;
  }

  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  get url(): string {
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
  }

  /** Waits until a trace has a span of each of these names; answers with all its spans. */
  async trace(traceId: string, names: readonly string[]): Promise<readonly ReceivedSpan[]> {
    const have = (): readonly ReceivedSpan[] => this.spans.filter((span) => span.traceId === traceId);
    await waitUntil(
      () => names.every((name) => have().some((span) => span.name === name)),
      ARRIVAL_MS,
      () => `${names.join(', ')} in ${traceId}, have ${JSON.stringify(this.spans)}`,
    );
    return have();
  }

  async #take(sent: IncomingMessage): Promise<number> {
    const body = await bodyOf(sent);
    if (sent.url !== '/v1/traces' || sent.headers['content-type'] !== 'application/x-protobuf') return 404;
    this.exports.push(sent.headers);
    this.spans.push(...spansOf(body));
    return 200;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise((resolve) => {
      this.#server.close(resolve);
      this.#server.closeAllConnections();
    });
  }
}
