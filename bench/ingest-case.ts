import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MeasuredProcess } from './measured-process.ts';
import { valueOf } from './measured-process.ts';
import type { Row } from './report.ts';

/** One way of sending. */
export interface Load {
  readonly contentType: string;
  readonly bodies: readonly string[];
  readonly logsPerRequest: number;
  readonly requests: number;
  readonly connections: number;
}

interface LoadResult {
  readonly seconds: number;
  readonly done: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const GENERATOR = new URL('load-generator.ts', import.meta.url).pathname;

async function generate(port: number, load: Load, requests: number, file: string): Promise<LoadResult> {
  const values = [String(port), load.contentType, file, String(requests), String(load.connections)];
  const child = spawn(process.execPath, [...process.execArgv, GENERATOR, ...values], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  for await (const chunk of child.stdout) out += String(chunk);
  return JSON.parse(out) as LoadResult;
}

/** Waits until what was sent is where the case measures to; answers whether that time counts as part of the run. */
export type Settled = (logs: number) => Promise<boolean>;

/** Acknowledged is all that is measured; a second for what the process still does after its last answer. */
export const acknowledged: Settled = async () => {
  await new Promise((resolve) => setTimeout(resolve, 1000));
  return false;
};

/** Acknowledged and stored: waits for the indexer part of the same process. */
export function stored(service: MeasuredProcess): Settled {
  let target = 0;
  return async (logs) => {
    target += logs;
    while ((await settledRecords(service)) < target) await new Promise((resolve) => setTimeout(resolve, 50));
    return true;
  };
}

/** Runs `load` against a service that is ready: a warm-up of a tenth, then the measured part. */
export async function measureIngest(
  name: string,
  service: MeasuredProcess,
  port: number,
  load: Load,
  settled: Settled = acknowledged,
): Promise<Row> {
  const directory = await mkdtemp(join(tmpdir(), 'paylog-bench-'));
  try {
    const file = join(directory, 'payloads.json');
    await writeFile(file, JSON.stringify(load.bodies));
    const warm = await generate(port, load, Math.ceil(load.requests / 10), file);
    await settled(warm.done * load.logsPerRequest);
    const before = await service.usage();
    const startedMs = performance.now();
    const result = await generate(port, load, load.requests, file);
    const logs = result.done * load.logsPerRequest;
    const seconds = (await settled(logs)) ? (performance.now() - startedMs) / 1000 : result.seconds;
    const after = await service.usage();
    const failed = Object.entries(result.statuses).filter(([status]) => status !== '202');
    return {
      name,
      logs,
      seconds,
      cpuSeconds: after.cpuSeconds - before.cpuSeconds,
      rssBytes: after.rssBytes,
      p50Ms: result.p50Ms,
      p99Ms: result.p99Ms,
      ...(failed.length > 0 && { note: `NOT ALL ACCEPTED: ${JSON.stringify(result.statuses)}` }),
    };
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** Records that the indexer part of a process has settled so far. */
export async function settledRecords(service: MeasuredProcess): Promise<number> {
  return valueOf(await service.metrics(), 'paylog_records_settled_total');
}
