import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** CPU time and memory of a process so far, from its own `/metrics`. */
export interface Usage {
  readonly cpuSeconds: number;
  readonly rssBytes: number;
}

/** A service under measurement. */
export class MeasuredProcess {
  readonly #child: ChildProcess;
  readonly #url: string;
  #errors = '';

  constructor(script: string, port: number, env: Readonly<Record<string, string>>) {
    this.#url = `http://127.0.0.1:${port}`;
    // A script of the benchmark itself is run from its source, as this process is.
    const loader = script.endsWith('.ts') ? process.execArgv : [];
    this.#child = spawn(process.execPath, [...loader, script], {
      env: { ...process.env, NODE_ENV: 'production', LOG_LEVEL: 'warn', PORT: String(port), ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#errors = (this.#errors + chunk.toString()).slice(-4000);
    });
  }

  /** Waits until `/health/ready` answers 200. */
  async ready(): Promise<void> {
    const deadline = Date.now() + 60_000;
    while (Date.now() < deadline) {
      if (this.#child.exitCode !== null) break;
      const ok = await fetch(`${this.#url}/health/ready`).then(
        (response) => response.ok,
        () => false,
      );
      if (ok) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`the service is not ready: ${this.#errors}`);
  }

  async usage(): Promise<Usage> {
    const text = await this.metrics();
    return {
      cpuSeconds: valueOf(text, 'process_cpu_seconds_total'),
      rssBytes: valueOf(text, 'process_resident_memory_bytes'),
    };
  }

  async metrics(): Promise<string> {
    return (await fetch(`${this.#url}/metrics`)).text();
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    this.#child.kill('SIGTERM');
    await once(this.#child, 'exit');
  }
}

/** Sum of the samples of a metric in Prometheus text form. */
export function valueOf(metrics: string, name: string): number {
  const samples = metrics.matchAll(new RegExp(String.raw`^${name}(?:\{[^}]*\})? (\S+)`, 'gm'));
  return Array.from(samples, (match) => Number(match[1])).reduce((sum, value) => sum + value, 0);
}
