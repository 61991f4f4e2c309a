import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { provision, provisioned, runTool, type Recipe } from './provision.ts';
import type { Skipped } from './stack-service.ts';

/** Whether a tool that is missing is a failure, and whether tools may be built: in CI, or by `PAYLOG_REQUIRE_TOOLS=1`. */
const REQUIRED = process.env['PAYLOG_REQUIRE_TOOLS'] === '1';

/** The first Go that fetches a newer one by itself, if a module wants it. */
const OLDEST_GO = 21;

/** Go programs that tests run, by module path and pinned version. Another version of the tool is built into another directory. */
const GO_TOOLS = {
  helm: 'helm.sh/helm/v3/cmd/helm@v3.22.0',
  kubeconform: 'github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0',
  'kube-score': 'github.com/zegl/kube-score/cmd/kube-score@v1.20.0',
} as const;

export type GoTool = keyof typeof GO_TOOLS;

export const GO_TOOL_NAMES = Object.keys(GO_TOOLS) as readonly GoTool[];

const HELM = 'helm.sh/helm/v3';

/** As helm's own Makefile links it: else it takes every cluster for Kubernetes 1.20. */
const LINKED: Readonly<Partial<Record<GoTool, Readonly<Record<string, string>>>>> = {
  helm: {
    [`${HELM}/internal/version.version`]: 'v3.22.0',
    [`${HELM}/pkg/lint/rules.k8sVersionMajor`]: '1',
    [`${HELM}/pkg/lint/rules.k8sVersionMinor`]: '37',
    [`${HELM}/pkg/chartutil.k8sVersionMajor`]: '1',
    [`${HELM}/pkg/chartutil.k8sVersionMinor`]: '37',
  },
};

const run = promisify(execFile);

/**
 * Path of a program that Go builds once from its pinned version (some minutes the first time), or the reason why there is none.
 * Without `PAYLOG_REQUIRE_TOOLS=1` only one that was built before is used; with it a missing one rejects. The hook that
 * calls it takes {@link TOOL_BUILD_MS}.
 */
export async function goTool(name: GoTool): Promise<{ readonly program: string } | Skipped> {
  const recipe = goRecipe(name);
  return required(await built(recipe, name, missingGo));
}

/** Why Go programs cannot be built here; undefined when they can. */
export async function missingGo(): Promise<string | undefined> {
  return (await goMinor()) >= OLDEST_GO ? undefined : 'no Go 1.21 or later; enable it with `apt-get install golang-go`';
}

/** For `this.timeout()` of the `before` hook that acquires a tool. */
export const TOOL_BUILD_MS = 20 * 60_000;

/** A program of the system's packages: `systemTool('promtool', ['--version'], 'apt-get install prometheus')`. */
export async function systemTool(
  program: string,
  versionArgs: readonly string[],
  enable: string,
): Promise<{ readonly program: string } | Skipped> {
  try {
    await run(program, versionArgs, { timeout: 30_000 });
    return { program };
  } catch {
    return required({ skipped: `no ${program}; enable it with \`${enable}\`` });
  }
}

/**
 * The directory of a recipe that takes a tool or the network to build; `missing` says what is not there to build it with.
 * The rules of {@link goTool} hold.
 */
export async function provisionTool(
  recipe: Recipe,
  missing: () => Promise<string | undefined>,
): Promise<{ readonly directory: string } | Skipped> {
  const there = await provisioned(recipe);
  if (there !== undefined) return { directory: there };
  if (!REQUIRED) {
    return { skipped: `no ${recipe.name} yet; enable it with \`PAYLOG_REQUIRE_TOOLS=1\`, which gets it once` };
  }
  const reason = await missing();
  return required(reason === undefined ? { directory: await provision(recipe) } : { skipped: reason });
}

async function built(
  recipe: Recipe,
  name: string,
  missing: () => Promise<string | undefined>,
): Promise<{ readonly program: string } | Skipped> {
  const got = await provisionTool(recipe, missing);
  return 'skipped' in got ? got : { program: path.join(got.directory, name) };
}

function goRecipe(name: GoTool): Recipe {
  const module = GO_TOOLS[name];
  const flags = Object.entries(LINKED[name] ?? {}).map(([variable, value]) => `-X ${variable}=${value}`);
  return {
    name: [name, module.slice(module.indexOf('@') + 1), ...(flags.length > 0 ? ['linked'] : [])].join('-'),
    inputs: [],
    build: (directory) => goInstall(module, flags.join(' '), directory),
  };
}

async function goInstall(module: string, linkerFlags: string, directory: string): Promise<void> {
  // Two packages at a time: more would take the machine from whoever else is on it.
  const env = ['GOFLAGS=-p=2', 'GOTOOLCHAIN=auto', 'CGO_ENABLED=0', `GOBIN=${directory}`];
  await runTool('env', [...env, 'nice', 'go', 'install', '-ldflags', linkerFlags, module]);
}

function required<T extends object>(got: T | Skipped): T | Skipped {
  if ('skipped' in got && REQUIRED) throw new Error(`PAYLOG_REQUIRE_TOOLS=1, but there is ${got.skipped}`);
  return got;
}

async function goMinor(): Promise<number> {
  try {
    const { stdout } = await run('go', ['version'], { timeout: 30_000 });
    return Number(/go1\.(\d+)/.exec(stdout)?.[1] ?? 0);
  } catch {
    return 0;
  }
}
