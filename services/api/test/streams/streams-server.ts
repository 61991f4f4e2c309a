import express, { Router } from 'express';
import type { Clock } from '@paylog/shared/ports/clock';
import { createMetrics, type Metrics } from '@paylog/shared/telemetry/metrics';
import { createErrorHandler } from '../../src/http/error-handler.ts';
import { HttpServer } from '../../src/http-server.ts';
import { addExportRoute } from '../../src/streams/export-route.ts';
import { TailHub, type TailHubOptions } from '../../src/streams/tail-hub.ts';
import { addTailRoute } from '../../src/streams/tail-route.ts';
import { KeptLog } from '../support/app-server.ts';
import { ArrivalsStore } from './arrivals-store.ts';

/** The routes of streams on a port of their own, on a store by hand. Tails look every 20 ms. */
export class StreamsServer implements AsyncDisposable {
  readonly store = new ArrivalsStore();
  readonly log = new KeptLog();
  readonly metrics: Metrics = createMetrics();
  readonly hub: TailHub;
  readonly server: HttpServer;

  private constructor(options: Partial<TailHubOptions>, clock: Clock) {
    const { store: searcher, log: logger, metrics } = this;
    this.hub = new TailHub({
      searcher,
      logger,
      metrics,
      clock,
      options: { maxStreams: 3, intervalMs: 20, ...options },
    });
    const app = express();
    const router = Router();
    addTailRoute(router, this.hub, { clock, metrics });
    addExportRoute(router, { searcher, logger, metrics, clock, maxExports: 2 });
    app.use(router, createErrorHandler(logger));
    this.server = new HttpServer(app, {
      host: '127.0.0.1',
      port: 0,
      requestTimeoutMs: 10_000,
      drainTimeoutMs: 5000,
    });
  }

  static async start(options: Partial<TailHubOptions> = {}, clock: Clock = Date): Promise<StreamsServer> {
    const server = new StreamsServer(options, clock);
    await server.server.start();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${String(this.server.port)}`;
  }

  /** How often answers of a route ended in this way; the last ones may still be on their way out. */
  async counted(route: string, status: number): Promise<number> {
    const line = `paylog_search_requests_total{route="${route}",status="${String(status)}"} `;
    const text = await this.metrics.render();
    return Number(
      text
        .split('\n')
        .find((each) => each.startsWith(line))
        ?.slice(line.length) ?? 0,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.hub.stop();
    await this.server.stop();
  }
}
