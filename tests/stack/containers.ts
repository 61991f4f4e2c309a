import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { runTool, type Recipe } from './provision.ts';
import type { Skipped } from './stack-service.ts';
import { provisionTool, systemTool } from './tools.ts';

const run = promisify(execFile);
const PROGRAM = 'containers';
const sources = path.join(import.meta.dirname, 'containers');

/** A Dockerfile as BuildKit understands it. Values are as written: quoted, variables not replaced. */
export interface Dockerfile {
  /** `ARG`s before the first `FROM`, with their defaults. */
  readonly arguments: Readonly<Record<string, string>>;
  readonly stages: readonly Stage[];
  /** What `docker build --check` would warn of; null when there is nothing. */
  readonly warnings: readonly { readonly ruleName: string; readonly detail: string }[] | null;
  readonly error: unknown;
}

export interface Stage {
  readonly name: string;
  readonly base: string;
  readonly commands: readonly Instruction[];
}

export interface Instruction {
  readonly name: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** A project as Docker Compose understands it: merged, with variables replaced; only what tests look at. */
export interface ComposeProject {
  readonly name: string;
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

export interface ComposeService {
  readonly image?: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly pull_policy?: string;
  readonly command?: readonly string[] | null;
  readonly environment?: Readonly<Record<string, string | null>>;
  readonly ports?: readonly { readonly host_ip?: string; readonly published: string; readonly target: number }[];
  readonly volumes?: readonly {
    readonly type: string;
    readonly source: string;
    readonly target: string;
    readonly read_only?: boolean;
  }[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly profiles?: readonly string[];
  readonly networks?: Readonly<Record<string, { readonly aliases?: readonly string[] } | null>>;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly restart?: string;
  readonly stop_grace_period?: string;
  readonly logging?: { readonly options: Readonly<Record<string, string>> };
  readonly deploy?: {
    readonly replicas?: number;
    readonly resources: { readonly limits: { readonly cpus?: string | number; readonly memory?: string } };
  };
}

/** Docker's own readers of its files, built once by Go from `containers/`. */
export interface Containers {
  dockerfile(file: string): Promise<Dockerfile>;
  /** Files below the directory that a build is sent, by its .dockerignore. */
  context(directory: string): Promise<readonly string[]>;
  /** Rejects with what the schema or the loader has against it. */
  compose(file: string, profiles?: readonly string[], env?: Readonly<Record<string, string>>): Promise<ComposeProject>;
}

const recipe: Recipe = {
  name: 'containers',
  inputs: ['containers/go.mod', 'containers/go.sum', 'containers/main.go'],
  build: async (directory) => {
    // Two packages at a time: more would take the machine from whoever else is on it.
    const env = ['GOTOOLCHAIN=auto', 'CGO_ENABLED=0'];
    // The checkout may be another user's: git would not tell of it, which would end the build.
    const flags = ['-C', sources, '-p=2', '-buildvcs=false', '-o', path.join(directory, PROGRAM)];
    await runTool('env', [...env, 'nice', 'go', 'build', ...flags, '.']);
  },
};

/** The readers, or why there are none; the rules of {@link provisionTool} hold. */
export async function acquireContainers(): Promise<Containers | Skipped> {
  const got = await provisionTool(recipe, async () => {
    const go = await systemTool('go', ['version'], 'apt-get install golang-go');
    return 'skipped' in go ? go.skipped : undefined;
  });
  if ('skipped' in got) return got;
  const program = path.join(got.directory, PROGRAM);
  const ask = async <T>(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<T> => {
    const { PATH = '', HOME = '' } = process.env;
    const { stdout } = await run(program, args, { env: { PATH, HOME, ...env }, maxBuffer: 64 << 20, timeout: 60_000 });
    return JSON.parse(stdout) as T;
  };
  return {
    dockerfile: (file) => ask(['dockerfile', file]),
    context: (directory) => ask(['context', directory]),
    compose: (file, profiles = [], env = {}) => ask(['compose', file, ...profiles], env),
  };
}
