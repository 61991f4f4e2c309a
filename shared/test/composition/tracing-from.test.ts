import assert from 'node:assert/strict';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { tracingFrom } from '../../src/composition/tracing-from.ts';
import { loadConfig, type Environment } from '../../src/config/load-config.ts';
import { createMetrics, type Metrics } from '../../src/telemetry/metrics.ts';
import type { Tracing } from '../../src/telemetry/tracing/tracing.ts';
import type { Logger } from '../../src/ports/logger.ts';
import { waitUntil } from '../../src/testing/queue-probe.ts';

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };
const NEVER_MS = '10m';

/** A collector that keeps what it was asked, and answers or not. */
class Collector {
  readonly exports: IncomingHttpHeaders[] = [];
  answers = true;
  readonly #server = createServer((request, response) => {
    request.resume();
    request.once('end', () => {
      this.#take(request.headers, response);
    });
  });

  async start(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, '127.0.0.1', resolve);
    });
  }

  get url(): string {
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
  }

  async stop(): Promise<void> {
    await new Promise((resolve) => {
      this.#server.close(resolve);
      this.#server.closeAllConnections();
    });
  }

  #take(headers: IncomingHttpHeaders, response: ServerResponse): void {
    this.exports.push(headers);
    if (this.answers) response.writeHead(200).end();
  }
}

describe('tracingFrom', () => {
  let collector: Collector;
  let metrics: Metrics;
  let tracing: Tracing | undefined;

  beforeEach(async () => {
    collector = new Collector();
    await collector.start();
    metrics = createMetrics();
  });
  afterEach(async () => {
    await collector.stop();
    await tracing?.stop();
  });

  const start = (env: Environment): Tracing => {
    const loaded = loadConfig('api', { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...env });
    assert.ok(loaded.ok);
    tracing = tracingFrom(loaded.config, 'test', metrics, silent);
    return tracing;
  };
  const endSpans = (of: Tracing, count: number): void => {
    for (let i = 0; i < count; i += 1) of.startSpan('s', {}).end();
  };
  const dropped = async (): Promise<number> =>
    Number(/paylog_trace_spans_total\{outcome="dropped"\} (\d+)/.exec(await metrics.render())?.[1] ?? 0);

  it('adds the headers for spans to those for all', async () => {
    const made = start({
      OTEL_EXPORTER_OTLP_HEADERS: 'x-both=all,x-all=1',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'x-both=spans',
      OTEL_BSP_SCHEDULE_DELAY: '0',
    });
    endSpans(made, 1);
    await waitUntil(
      () => collector.exports.length > 0,
      8000,
      () => 'an export',
    );
    assert.deepEqual([collector.exports[0]?.['x-both'], collector.exports[0]?.['x-all']], ['spans', '1']);
  });

  it('waits as long as it is told, or until an export is full', async () => {
    const made = start({ OTEL_BSP_SCHEDULE_DELAY: NEVER_MS, OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '3' });
    endSpans(made, 2);
    // Longer than the delay that it has otherwise.
    await new Promise((resolve) => setTimeout(resolve, 2500));
    assert.equal(collector.exports.length, 0);
    endSpans(made, 1);
    await waitUntil(
      () => collector.exports.length === 1,
      8000,
      () => 'an export',
    );
  }).timeout(15_000);

  it('lets so many wait, and drops what comes beyond', async () => {
    const made = start({ OTEL_BSP_MAX_QUEUE_SIZE: '4', OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '4' });
    endSpans(made, 20);
    // An export of four is with the collector, and four wait.
    assert.equal(await dropped(), 12);
  });

  for (const key of ['OTEL_EXPORTER_OTLP_TRACES_TIMEOUT', 'OTEL_BSP_EXPORT_TIMEOUT']) {
    it(`gives up a collector that does not answer after ${key}`, async () => {
      collector.answers = false;
      const made = start({ OTEL_EXPORTER_OTLP_TIMEOUT: NEVER_MS, OTEL_BSP_SCHEDULE_DELAY: '0', [key]: '100ms' });
      endSpans(made, 1);
      await waitUntil(
        async () => (await dropped()) === 1,
        8000,
        () => 'the span to be given up',
      );
    }).timeout(15_000);
  }
});
