import { request as httpRequest, type Agent, type IncomingHttpHeaders } from 'node:http';
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { ByteBudget } from '@paylog/shared/flow/byte-budget';
import type { Publisher, PublishOutcome, QueueMessage } from '@paylog/shared/ports/queue';
import { RecordPreparer } from '@paylog/shared/record/prepare';
import { createMetrics, type Metrics } from '@paylog/shared/telemetry/metrics';
import { HttpServer } from '../../src/http-server.ts';
import { Ingest } from '../../src/ingest/ingest.ts';
import { DataSetGate } from '../../src/protocols/data-set-gate.ts';
import { IngestRate } from '../../src/status/ingest-rate.ts';
import { createIngestHandler } from '../../src/ingest/ingest-handler.ts';
import { KeptLog } from '../support/app-server.ts';

export const NOW_MS = Date.UTC(2026, 10, 20, 8, 0, 1, 234);
const preparer = new RecordPreparer({ maxBytes: 262_144, maxDepth: 20, maxKeys: 500 });

/** A queue that keeps what it is given and answers as the test says. */
export class ScriptedPublisher implements Publisher {
  readonly messages: QueueMessage[] = [];
  /** Answers a call; stores it when it answers `stored`. */
  script: (messages: readonly QueueMessage[]) => PublishOutcome | Promise<PublishOutcome> = () => ({
    status: 'stored',
  });

  async start(): Promise<void> {}
  async stop(): Promise<void> {}

  async publish(_topic: string, messages: readonly QueueMessage[]): Promise<PublishOutcome> {
    const outcome = await this.script(messages);
    if (outcome.status === 'stored') this.messages.push(...messages);
    return outcome;
  }

  state() {
    return { name: 'queue', state: 'up', sinceMs: 0 } as const;
  }

  /** What is in the queue, parsed. */
  get records(): Record<string, unknown>[] {
    return this.messages.map(({ value }) => JSON.parse(value.toString()) as Record<string, unknown>);
  }
}

export interface IngestServerOptions {
  readonly maxBodyBytes?: number;
  readonly maxRecordsPerRequest?: number;
  readonly maxInflightBytes?: number;
  readonly requestTimeoutMs?: number;
  readonly drainTimeoutMs?: number;
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body, parsed. */
  readonly json: Record<string, unknown>;
}

export interface PostOptions {
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly agent?: Agent;
}

/** The real server and handler before a scripted queue. */
export interface IngestServer extends AsyncDisposable {
  readonly port: number;
  readonly publisher: ScriptedPublisher;
  readonly budget: ByteBudget;
  readonly metrics: Metrics;
  readonly log: KeptLog;
  readonly server: HttpServer;
  post(body: unknown, options?: PostOptions): Promise<Reply>;
  /** A plain TCP connection. */
  connect(options?: { readonly allowHalfOpen: boolean }): Promise<Socket>;
}

export async function startIngestServer(options: IngestServerOptions = {}): Promise<IngestServer> {
  const { maxBodyBytes = 100_000, maxRecordsPerRequest = 10_000, maxInflightBytes = 1_000_000 } = options;
  const { requestTimeoutMs = 30_000, drainTimeoutMs = 5000 } = options;
  const publisher = new ScriptedPublisher();
  const budget = new ByteBudget(maxInflightBytes);
  const metrics = createMetrics();
  const log = new KeptLog();
  const ingest = new Ingest({ preparer, publisher, clock: { now: () => NOW_MS }, topic: 'logs' });
  const limits = { maxBodyBytes, maxRecordsPerRequest };
  const handler = createIngestHandler({
    ingest,
    budget,
    metrics,
    rate: new IngestRate(Date),
    logger: log,
    dataSets: new DataSetGate('main', 10),
    ...limits,
  });
  const server = new HttpServer(
    (request, response) => {
      if (!handler(request, response)) response.writeHead(404).end();
    },
    { host: '127.0.0.1', port: 0, requestTimeoutMs, drainTimeoutMs },
  );
  await server.start();
  const { port } = server;
  return {
    port,
    publisher,
    budget,
    metrics,
    log,
    server,
    post: (body, postOptions) => post(port, body, postOptions),
    connect: async (socketOptions) => {
      const socket = connect({ host: '127.0.0.1', port, ...socketOptions });
      await once(socket, 'connect');
      return socket;
    },
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

function post(
  port: number,
  body: unknown,
  { path = '/api/v1/logs', headers, agent }: PostOptions = {},
): Promise<Reply> {
  const bytes = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      {
        ...{ host: '127.0.0.1', port, path, method: 'POST', ...(agent && { agent }) },
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(bytes), ...headers },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const json = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json });
        });
      },
    );
    sent.on('error', reject);
    sent.end(bytes);
  });
}

/** Reads what a socket brings until it is closed by the other side. */
export async function readAll(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.resume();
  if (socket.closed) return '';
  await new Promise<void>((resolve) => {
    socket.on('error', () => {
      resolve();
    });
    socket.on('close', () => {
      resolve();
    });
  });
  return Buffer.concat(chunks).toString();
}
