import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ByteBudget } from '@paylog/shared/flow/byte-budget';
import type { DependencyState, Publisher, PublishOutcome, QueueMessage } from '@paylog/shared/ports/queue';
import { readEnvelope } from '@paylog/shared/record/envelope';
import { RecordPreparer } from '@paylog/shared/record/prepare';
import { createMetrics, type Metrics } from '@paylog/shared/telemetry/metrics';
import { Ingest } from '../../src/ingest/ingest.ts';
import { createIngestHandler } from '../../src/ingest/ingest-handler.ts';
import { DataSetGate } from '../../src/protocols/data-set-gate.ts';
import { IngestRate } from '../../src/status/ingest-rate.ts';
import { KeptLog } from './app-server.ts';

/** Keeps what is published, or answers as it is told to. */
export class KeptPublisher implements Publisher {
  readonly messages: QueueMessage[] = [];
  outcome: PublishOutcome = { status: 'stored' };

  start(): Promise<void> {
    return Promise.resolve();
  }

  publish(_topic: string, messages: readonly QueueMessage[]): Promise<PublishOutcome> {
    if (this.outcome.status === 'stored') this.messages.push(...messages);
    return Promise.resolve(this.outcome);
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  state(): DependencyState {
    return { name: 'queue', state: 'up', sinceMs: 0 };
  }

  /** The records, without what the server adds (but id, level and service), in the order of their arrival. */
  records(): Record<string, unknown>[] {
    return this.messages.map(({ value }) => {
      const {
        v,
        received_at,
        data_set,
        num,
        ['@timestamp']: time,
        ...record
      } = JSON.parse(value.toString()) as Record<string, unknown>;
      assert.deepEqual([v, typeof received_at, typeof data_set, typeof time], [1, 'string', 'string', 'string']);
      assert.ok(num === undefined || typeof num === 'object');
      return record;
    });
  }

  /** Event times in the 30-character form. */
  times(): (string | undefined)[] {
    return this.messages.map(({ value }) => readEnvelope(value)?.timestamp);
  }
}

export interface IngestServer extends AsyncDisposable {
  readonly publisher: KeptPublisher;
  readonly log: KeptLog;
  readonly metrics: Metrics;
  post(path: string, body: string | Buffer, headers?: Record<string, string>): Promise<Response>;
}

export interface IngestServerOptions {
  readonly maxBodyBytes?: number;
  readonly maxRecords?: number;
  readonly maxInflightBytes?: number;
}

/** The ingest routes alone, on a port of their own, in front of a publisher that keeps everything. */
export async function startIngestServer({
  maxBodyBytes = 1024 * 1024,
  maxRecords = 1000,
  maxInflightBytes = 64 * 1024 * 1024,
}: IngestServerOptions = {}): Promise<IngestServer> {
  const publisher = new KeptPublisher();
  const log = new KeptLog();
  const metrics = createMetrics();
  const preparer = new RecordPreparer({ maxBytes: 65_536, maxDepth: 20, maxKeys: 200 });
  const handler = createIngestHandler({
    ingest: new Ingest({ preparer, publisher, clock: Date, topic: 'logs' }),
    budget: new ByteBudget(maxInflightBytes),
    metrics,
    rate: new IngestRate(Date),
    logger: log,
    dataSets: new DataSetGate('main', 10),
    maxBodyBytes,
    maxRecordsPerRequest: maxRecords,
  });
  const server = createServer((request, response) => {
    if (!handler(request, response)) response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    publisher,
    log,
    metrics,
    post: (path, body, headers = {}) =>
      fetch(url + path, { method: 'POST', body: typeof body === 'string' ? body : new Uint8Array(body), headers }),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
