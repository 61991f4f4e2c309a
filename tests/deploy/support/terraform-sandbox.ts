import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { orSkip } from '../../stack/skip.ts';
import { providerMirror, terraform, type Terraform } from '../../stack/terraform.ts';
import { TOOL_BUILD_MS } from '../../stack/tools.ts';
import { chart, root } from './helm-chart.ts';

/** How a program ended, and what it said on both outputs. */
export interface Said {
  readonly code: number;
  readonly output: string;
}

/** The folders that Terraform is run in. */
export type Root = 'modules/helm-chart' | 'workspaces';

/** For `before` hooks: Terraform or OpenTofu on a copy of `infra/terraform`, or the suite is skipped. */
export async function acquireTerraform(context: Mocha.Context): Promise<TerraformSandbox> {
  context.timeout(2 * TOOL_BUILD_MS);
  const engine = orSkip(context, await terraform());
  const { directory } = orSkip(context, await providerMirror());
  return TerraformSandbox.make(engine, directory);
}

/** A copy of `infra/terraform` and of the chart, so that nothing is written into the checkout. No registry is asked. */
export class TerraformSandbox {
  readonly directory: string;
  readonly engine: Terraform;
  readonly env: NodeJS.ProcessEnv;

  private constructor(directory: string, engine: Terraform) {
    this.directory = directory;
    this.engine = engine;
    const given = Object.entries(process.env).filter(([name]) => !/^(TF_|AWS_|GOOGLE_|ARM_|KUBE_|PAYLOG_)/.test(name));
    this.env = {
      ...Object.fromEntries(given),
      CHECKPOINT_DISABLE: '1',
      TF_CLI_CONFIG_FILE: path.join(directory, 'terraform.rc'),
      TF_IN_AUTOMATION: '1',
      TF_INPUT: '0',
      // Long messages are not broken into lines.
      COLUMNS: '1000',
    };
  }

  static async make(engine: Terraform, mirror: string): Promise<TerraformSandbox> {
    const directory = await mkdtemp(path.join(tmpdir(), 'paylog-terraform-'));
    const sandbox = new TerraformSandbox(directory, engine);
    await sandbox.#fill(mirror);
    return sandbox;
  }

  path(...parts: readonly string[]): string {
    return path.join(this.directory, 'infra', 'terraform', ...parts);
  }

  chartPath(...parts: readonly string[]): string {
    return path.join(this.directory, 'infra', 'helm', 'pay-log-aggregator', ...parts);
  }

  /** Runs Terraform in a folder, whatever its exit code is. */
  async run(folder: Root, args: readonly string[]): Promise<Said> {
    return runProgram(this.engine.program, [`-chdir=${this.path(folder)}`, ...args], this.env);
  }

  /** The same; rejects with what it said unless the exit code is 0. */
  async ok(folder: Root, args: readonly string[]): Promise<string> {
    const { code, output } = await this.run(folder, args);
    if (code !== 0) throw new Error(`${this.engine.name} ${args.join(' ')} ended with ${String(code)}:\n${output}`);
    return output;
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }

  async #fill(mirror: string): Promise<void> {
    const tracked = (file: string): boolean => !/\/\.terraform|\.tfstate|\.terraform\.lock\.hcl$/.test(file);
    await cp(path.join(root, 'infra', 'terraform'), this.path(), { recursive: true, filter: tracked });
    await cp(chart, this.chartPath(), { recursive: true });
    const config = `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(mirror)}\n  }\n}\n`;
    await writeFile(path.join(this.directory, 'terraform.rc'), config);
  }
}

/** Runs a program to its end. */
export async function runProgram(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  input = '',
): Promise<Said> {
  return new Promise((resolve) => {
    const options = { env, timeout: 60_000, maxBuffer: 64 << 20 };
    const child = execFile(program, args, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, output: plain(`${stdout}${stderr}`) });
    });
    // A program may end before it reads, which is EPIPE here.
    child.stdin?.on('error', () => undefined).end(input);
  });
}

/** Without colors, and without the frames that Terraform draws around messages. */
function plain(text: string): string {
  // eslint-disable-next-line no-control-regex -- escape sequences begin with a control character
  return text.replaceAll(/\u001B\[[0-9;]*m/g, '').replaceAll(/^[╷│╵] ?/gm, '');
}
