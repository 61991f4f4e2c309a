import { execFile } from 'node:child_process';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { provision, provisioned, type Recipe } from './provision.ts';
import type { Skipped } from './stack-service.ts';

const BUILDER = 'go.opentelemetry.io/collector/cmd/builder@v0.155.0';
const MANIFEST = 'otel-collector.yaml';
const PROGRAM = 'otelcol';
const BUILD_MS = 30 * 60_000;
/** Minor version that the Collector of the manifest needs. */
const OLDEST_GO = 25;

const run = promisify(execFile);

const recipe: Recipe = {
  name: 'otel-collector',
  inputs: [MANIFEST],
  build: async (directory) => {
    const manifest = await readFile(path.join(import.meta.dirname, MANIFEST), 'utf8');
    const sources = path.join(directory, 'sources');
    const config = path.join(directory, MANIFEST);
    await writeFile(config, manifest.replace('dist:\n', `dist:\n  output_path: ${sources}\n`));
    // Two packages at a time: more would take the machine from whoever else is on it.
    const env = { ...process.env, GOFLAGS: '-p=2', CGO_ENABLED: '0' };
    await run('go', ['run', BUILDER, '--config', config], { env, timeout: BUILD_MS, maxBuffer: 64 << 20 });
    await rename(path.join(sources, PROGRAM), path.join(directory, PROGRAM));
    await rm(sources, { recursive: true });
  },
};

/**
 * Path of a real OpenTelemetry Collector: that of `TEST_OTELCOL`, else one that Go builds, which is kept, else the reason why there is
 * none. Building takes some minutes: without `mayBuild` only one that is there is used.
 */
export async function otelCollector(mayBuild: boolean): Promise<{ readonly program: string } | Skipped> {
  const named = process.env['TEST_OTELCOL'];
  if (named !== undefined) return { program: named };
  const there = await provisioned(recipe);
  if (there !== undefined) return { program: path.join(there, PROGRAM) };
  if (!mayBuild) {
    return {
      skipped: 'no OpenTelemetry Collector; enable it with `CLIENTS_LONG=1`, which builds one with Go 1.25 or later',
    };
  }
  if (!(await hasGo()))
    return { skipped: 'no Go 1.25 or later to build an OpenTelemetry Collector; enable it with one from go.dev' };
  return { program: path.join(await provision(recipe), PROGRAM) };
}

async function hasGo(): Promise<boolean> {
  try {
    const { stdout } = await run('go', ['version'], { timeout: 30_000 });
    return Number(/go1\.(\d+)/.exec(stdout)?.[1] ?? 0) >= OLDEST_GO;
  } catch {
    return false;
  }
}
