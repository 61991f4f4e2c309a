import assert from 'node:assert/strict';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { orSkip } from '../stack/skip.ts';
import { goTool } from '../stack/tools.ts';
import { ENVIRONMENTS, root, withoutCopies } from './support/helm-chart.ts';
import {
  EVERY,
  EVERY_RENDERED,
  WRONG,
  WRONG_IN_MODULE,
  WRONG_IN_MODULE_MESSAGES,
  WRONG_MESSAGES,
  WRONG_TOGETHER,
  WRONG_TOGETHER_MESSAGES,
} from './support/terraform-inputs.ts';
import { planRelease, renderRelease } from './support/terraform-plan.ts';
import { acquireTerraform, runProgram, type Root, type TerraformSandbox } from './support/terraform-sandbox.ts';

const ROOTS: readonly Root[] = ['modules/helm-chart', 'workspaces'];
/** Each backend, and what it says when it has understood its configuration and wants to use it. */
const BACKENDS = [
  ['s3', /request send failed|connection refused/],
  ['gcs', /getting credentials using GOOGLE_APPLICATION_CREDENTIALS/],
  ['azurerm', /build authorizer for Storage API|building ARM Config/],
  ['kubernetes', /connection refused|configuration loading/],
] as const;
/** Nothing outside this machine is asked. */
const NO_CLOUD = {
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_MAX_ATTEMPTS: '1',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
  AWS_EC2_METADATA_DISABLED: 'true',
  GOOGLE_APPLICATION_CREDENTIALS: '/nonexistent',
  ARM_USE_CLI: 'false',
};

describe('terraform', function () {
  this.timeout(180_000);
  let terraform: TerraformSandbox;
  let helm = '';

  before(async function () {
    terraform = await acquireTerraform(this);
    ({ program: helm } = orSkip(this, await goTool('helm')));
    for (const folder of ROOTS) await terraform.ok(folder, ['init', '-backend=false']);
  });

  after(async () => {
    await (terraform as TerraformSandbox | undefined)?.remove();
  });

  it('is formatted', async () => {
    assert.equal(await terraform.ok('workspaces', ['fmt', '-check', '-diff', '-recursive', terraform.path()]), '');
  });

  for (const folder of ROOTS) {
    it(`is valid: ${folder}`, async () => {
      assert.match(await terraform.ok(folder, ['validate']), /The configuration is valid/);
    });
  }

  it('is held against the schema of the helm provider', async () => {
    const file = terraform.path('modules/helm-chart/main.tf');
    const right = await readFile(file, 'utf8');
    for (const [from, to, message] of [
      ['  max_history ', '  max_histories ', /argument named "max_histories" is not expected here/],
      ['  lint = true', '  lint = "certainly"', /a bool is required/],
      ['  lint = true', '  set {\n    name = "a"\n  }', /Blocks of type "set" are not expected here/],
    ] as const) {
      assert.ok(right.includes(from), from);
      await writeFile(file, right.replace(from, to));
      assert.match((await terraform.run('modules/helm-chart', ['validate'])).output, message);
    }
    await writeFile(file, right);
  });

  it('the module passes its tests', async () => {
    const output = await terraform.ok('modules/helm-chart', ['test']);
    assert.match(
      output,
      new RegExp(
        `${String(await runsIn('modules/helm-chart/tests', ['values', 'validation', 'rules']))} passed, 0 failed`,
      ),
    );
  });

  for (const environment of ENVIRONMENTS) {
    it(`${environment}.tfvars passes its test`, async () => {
      const output = await terraform.ok('workspaces', [
        'test',
        `-var-file=${environment}.tfvars`,
        `-filter=tests/${environment}.tftest.hcl`,
      ]);
      assert.match(output, /1 passed, 0 failed/);
    });

    it(`${environment} is what values-${environment}.yaml makes of the chart`, async () => {
      const planned = await planRelease(terraform, [`-var-file=${environment}.tfvars`]);
      const golden = path.join(root, 'tests', 'deploy', 'golden', `helm-${environment}.yaml`);
      assert.equal(withoutCopies(await renderRelease(terraform, helm, planned)), await readFile(golden, 'utf8'));
    });
  }

  for (const environment of ['dev', 'prod'] as const) {
    it(`what ${environment} refuses passes its tests`, async () => {
      const output = await terraform.ok('workspaces', ['test', `-filter=tests/validation_${environment}.tftest.hcl`]);
      assert.match(
        output,
        new RegExp(`${String(await runsIn('workspaces/tests', [`validation_${environment}`]))} passed, 0 failed`),
      );
    });
  }

  async function runsIn(folder: string, files: readonly string[]): Promise<number> {
    const texts = await Promise.all(
      files.map((file) => readFile(terraform.path(folder, `${file}.tftest.hcl`), 'utf8')),
    );
    return texts.join('\n').match(/^run "/gm)?.length ?? 0;
  }

  for (const [what, environment, wrong, messages] of [
    ['an environment refuses', 'prod', WRONG, WRONG_MESSAGES],
    ['the module refuses', 'dev', WRONG_IN_MODULE, WRONG_IN_MODULE_MESSAGES],
    ['the module refuses together', 'dev', WRONG_TOGETHER, WRONG_TOGETHER_MESSAGES],
  ] as const) {
    it(`says all at once what ${what}, and what would be right`, async () => {
      const file = path.join(terraform.directory, 'wrong.tfvars.json');
      await writeFile(file, JSON.stringify(wrong));
      const args = ['plan', `-var-file=${environment}.tfvars`, `-var-file=${file}`];
      const { code, output } = await terraform.run('workspaces', args);
      assert.equal(code, 1);
      const words = output.replaceAll(/\s+/g, ' ');
      const unsaid = messages.filter((message) => !words.includes(message));
      // OpenTofu says one fault of each input, Terraform all.
      const said = new Set(messages.filter((message) => words.includes(message)).map(inputOf));
      assert.deepEqual(
        unsaid.filter((message) => terraform.engine.name === 'Terraform' || !said.has(inputOf(message))),
        [],
        output,
      );
    });
  }

  it('takes every input, as the chart does', async () => {
    const file = path.join(terraform.directory, 'every.tfvars.json');
    await writeFile(file, JSON.stringify(EVERY));
    const planned = await planRelease(terraform, ['-var-file=dev.tfvars', `-var-file=${file}`]);
    const manifests = await renderRelease(terraform, helm, planned);
    const lines = manifests.replaceAll(/['"]|^ *(?:- )?/gm, '').split('\n');
    for (const text of EVERY_RENDERED) {
      assert.ok(
        lines.some((line) => line === text || line.includes(`{ ${text},`)),
        text,
      );
    }
  });

  it('does not touch the state of another environment', async () => {
    await terraform.ok('workspaces', ['workspace', 'new', 'staging']);
    const { code, output } = await terraform.run('workspaces', ['plan', '-var-file=dev.tfvars']);
    await terraform.ok('workspaces', ['workspace', 'select', 'default']);
    assert.equal(code, 1);
    assert.match(output.replaceAll(/\s+/g, ' '), /environment is dev, but the selected workspace is staging/);
  });

  it('plans nothing after an apply, and a change when a template of the chart changes', async () => {
    await terraform.ok('workspaces', ['apply', '-auto-approve', '-var-file=dev.tfvars']);
    const again = ['plan', '-detailed-exitcode', '-var-file=dev.tfvars'];
    assert.equal((await terraform.run('workspaces', again)).code, 0);
    await appendFile(terraform.chartPath('templates', 'configmap.yaml'), '\n# changed\n');
    const { code, output } = await terraform.run('workspaces', again);
    assert.equal(code, 2, output);
    assert.match(output, /~ description\s+= "chart [^"]*" -> "chart/);
  });

  for (const [backend, reached] of BACKENDS) {
    it(`the example of the ${backend} backend is refused for no argument, but one that it does not know`, async () => {
      const example = await readFile(terraform.path('workspaces', 'backends', `example.${backend}.tfbackend`), 'utf8');
      await writeFile(terraform.path('workspaces', 'backend.tf'), `terraform {\n  backend "${backend}" {}\n}\n`);
      const init = async (text: string): Promise<string> => {
        const file = path.join(terraform.directory, 'backend.tfbackend');
        await writeFile(file, text);
        const env = { ...terraform.env, ...NO_CLOUD, HOME: terraform.directory };
        const args = [`-chdir=${terraform.path('workspaces')}`, 'init', '-reconfigure', `-backend-config=${file}`];
        return (await runProgram(terraform.engine.program, args, env)).output.replaceAll(/\s+/g, ' ');
      };
      const said = await init(backend === 's3' ? `${example}\nmax_retries = 1\n` : example);
      assert.match(said, reached);
      assert.doesNotMatch(said, /argument|attribute/i);
      assert.match(await init(`${example}\nlocked = true\n`), /"locked"( given on the command line)? is not expected/);
    });
  }

  it('the tables of the README are those of the inputs and outputs', async () => {
    const args = ['--conditions=@paylog/source', '--import', 'tsx', 'scripts/docs/generate.ts', '--check'];
    const { output } = await runProgram('/usr/bin/env', ['-C', root, process.execPath, ...args], process.env);
    // Other pages are the business of other tests.
    assert.match(output, /^(\S+ (is out of date|has no original).*\n)*$/);
    assert.doesNotMatch(output, /infra\/terraform/);
  });
});

/** A message begins with the input that it is about. */
function inputOf(message: string): string {
  return message.split(/[.: ]/, 1)[0] ?? '';
}
