import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { freePort } from '../stack/free-port.ts';
import { otelCollector } from '../stack/otel-collector.ts';
import { LONG, type Need } from './needs.ts';

const READY_MS = 30_000;
const STOP_MS = 20_000;

/** A Collector with the OTLP receiver, the batch processor, and the exporters for OTLP/HTTP and Kafka. */
export const needsOtelCollector: Need = () => otelCollector(LONG);

/** A Collector of one's own that takes OTLP/HTTP. */
export class OtelCollector implements AsyncDisposable {
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #directory: string;
  readonly #exit: Promise<unknown>;
  /** Address of its own receiver of logs or traces. */
  readonly url: string;
  /** What it said about itself. */
  output = '';

  private constructor(program: string, directory: string, url: string) {
    this.#directory = directory;
    this.url = url;
    this.#child = spawn(program, ['--config', path.join(directory, 'config.yaml')], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#exit = once(this.#child, 'close').catch(() => undefined);
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    }
  }

  /** Starts one that hands everything to this exporter: YAML of the member of `exporters`, by name and settings. */
  static async start(exporter: string, settings: object, signal: 'logs' | 'traces' = 'logs'): Promise<OtelCollector> {
    const collector = await otelCollector(LONG);
    if ('skipped' in collector) throw new Error(collector.skipped);
    const port = await freePort();
    const directory = await mkdtemp(path.join(tmpdir(), 'paylog-otelcol-'));
    // JSON is YAML.
    const config = {
      receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
      processors: { batch: { timeout: '200ms', send_batch_size: 1000, send_batch_max_size: 1000 } },
      exporters: { [exporter]: settings },
      service: {
        telemetry: { metrics: { level: 'none' } },
        pipelines: { [signal]: { receivers: ['otlp'], processors: ['batch'], exporters: [exporter] } },
      },
    };
    await writeFile(path.join(directory, 'config.yaml'), JSON.stringify(config));
    const started = new OtelCollector(collector.program, directory, `http://127.0.0.1:${port}/v1/${signal}`);
    try {
      await waitUntil(
        () => started.#answers(),
        READY_MS,
        () => `the Collector to listen; it wrote:\n${started.output}`,
      );
    } catch (error) {
      await started[Symbol.asyncDispose]();
      throw error;
    }
    return started;
  }

  async #answers(): Promise<boolean> {
    if (this.#child.exitCode !== null) throw new Error(`the Collector ended:\n${this.output}`);
    try {
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(this.url, { method: 'POST', headers, body: '{}' });
      await response.arrayBuffer();
      return response.ok;
    } catch {
      await delay(50);
      return false;
    }
  }

  /** SIGTERM: it hands on what is in its queue. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill('SIGTERM');
      const late = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS);
      await this.#exit;
      clearTimeout(late);
    }
    await rm(this.#directory, { recursive: true, force: true });
  }
}
