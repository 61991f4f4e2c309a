import { execFile } from 'node:child_process';
import { cp, link, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { runTool, type Recipe } from './provision.ts';
import type { Skipped } from './stack-service.ts';
import { missingGo, provisionTool } from './tools.ts';

/** Version whose schema is in terraform-provider/schema.json. */
const PROVIDER_VERSION = '3.1.1';
/** The first with a lock file on S3. */
const OLDEST_MINOR = 10;
const TOFU = 'github.com/opentofu/opentofu@v1.10.10';
const GO_ENV = ['GOTOOLCHAIN=auto', 'CGO_ENABLED=0'];

export interface Terraform {
  readonly program: string;
  readonly name: 'Terraform' | 'OpenTofu';
  readonly version: string;
}

const run = promisify(execFile);

/**
 * Terraform or OpenTofu: `PAYLOG_TERRAFORM`, else what is in PATH, else an OpenTofu that Go builds once. The rules of `goTool` hold.
 * Nothing is downloaded from the registries of either.
 */
export async function terraform(): Promise<Terraform | Skipped> {
  const named = process.env['PAYLOG_TERRAFORM'];
  for (const program of named === undefined ? ['terraform', 'tofu'] : [named]) {
    const found = await versionOf(program);
    if (found !== undefined) return found;
  }
  if (named !== undefined) throw new Error(`PAYLOG_TERRAFORM names ${named}, which does not run`);
  const built = await provisionTool(TOFU_RECIPE, missingGo);
  if ('skipped' in built) return built;
  const found = await versionOf(path.join(built.directory, 'tofu'));
  if (found === undefined) throw new Error(`the OpenTofu in ${built.directory} does not run`);
  return found;
}

/**
 * Directory of a mirror of providers (`filesystem_mirror`) that holds one under the name of `hashicorp/helm`: a stand-in with its schema.
 */
export async function providerMirror(): Promise<{ readonly directory: string } | Skipped> {
  return provisionTool(PROVIDER_RECIPE, missingGo);
}

const TOFU_RECIPE: Recipe = {
  name: `tofu-${TOFU.slice(TOFU.indexOf('@') + 1)}`,
  inputs: [],
  build: async (directory) => {
    // Its go.mod replaces modules, so that `go install` refuses it.
    const { stdout } = await run('go', ['mod', 'download', '-json', TOFU], { timeout: 5 * 60_000 });
    const source = path.join(directory, 'source');
    await cp((JSON.parse(stdout) as { Dir: string }).Dir, source, { recursive: true });
    await runTool('chmod', ['-R', 'u+w', source]);
    await goBuild(source, path.join(directory, 'tofu'), './cmd/tofu');
    await rm(source, { recursive: true });
  },
};

const PROVIDER_RECIPE: Recipe = {
  name: 'terraform-providers',
  inputs: ['go.mod', 'go.sum', 'main.go', 'schema.json'].map((file) => `terraform-provider/${file}`),
  build: async (directory) => {
    const program = `terraform-provider-helm_v${PROVIDER_VERSION}`;
    const built = path.join(directory, program);
    await goBuild(path.join(import.meta.dirname, 'terraform-provider'), built, '.');
    const { stdout } = await run('go', ['env', 'GOOS', 'GOARCH'], { timeout: 30_000 });
    const platform = stdout.trim().split('\n').join('_');
    for (const registry of ['registry.terraform.io', 'registry.opentofu.org']) {
      const folder = path.join(directory, registry, 'hashicorp', 'helm', PROVIDER_VERSION, platform);
      await mkdir(folder, { recursive: true });
      await link(built, path.join(folder, program));
    }
    await rm(built);
  },
};

async function goBuild(source: string, output: string, what: string): Promise<void> {
  await runTool('env', [
    ...GO_ENV,
    'nice',
    'go',
    'build',
    '-C',
    source,
    '-p=2',
    // A program of tests says no commit; git refuses to tell of a checkout that is another user's, which would end the build.
    '-buildvcs=false',
    '-trimpath',
    '-ldflags=-s -w',
    '-o',
    output,
    what,
  ]);
}

async function versionOf(program: string): Promise<Terraform | undefined> {
  try {
    const { stdout } = await run(program, ['version'], {
      timeout: 30_000,
      env: { ...process.env, CHECKPOINT_DISABLE: '1' },
    });
    const [, name, version = '', major, minor] = /^(Terraform|OpenTofu) v((\d+)\.(\d+)\S*)/.exec(stdout) ?? [];
    if ((name !== 'Terraform' && name !== 'OpenTofu') || major !== '1' || Number(minor) < OLDEST_MINOR)
      return undefined;
    return { program, name, version };
  } catch {
    return undefined;
  }
}
