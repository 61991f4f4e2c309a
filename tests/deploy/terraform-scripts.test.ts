import assert from 'node:assert/strict';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import { orSkip } from '../stack/skip.ts';
import { systemTool } from '../stack/tools.ts';
import { root } from './support/helm-chart.ts';
import { S3Server } from './support/s3-server.ts';
import { acquireTerraform, runProgram, type Said, type TerraformSandbox } from './support/terraform-sandbox.ts';

const SCRIPTS = ['plan.sh', 'apply.sh', 'destroy.sh', 'common.sh'];
const REFUSED = 2;

/** Writes down what it is called with; keeps what a plan would keep. */
const STUB = `#!/usr/bin/env bash
printf '%s\\n' "$*" >>"$STUB_LOG"
for argument in "$@"; do
  case $argument in
    -chdir=*) folder=\${argument#-chdir=} ;;
    -out=*) echo plan >"$folder/\${argument#-out=}" ;;
  esac
done
case "$*" in
  *'workspace show') echo "\${STUB_WORKSPACE:-$STUB_ENVIRONMENT}" ;;
  *' plan '*) exit "\${STUB_PLAN_CODE:-0}" ;;
esac
`;

describe('scripts of terraform', () => {
  let folder = '';
  let env: NodeJS.ProcessEnv = {};

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'paylog-scripts-'));
    for (const part of ['scripts', 'workspaces']) {
      await cp(path.join(root, 'infra', 'terraform', part), path.join(folder, part), { recursive: true });
    }
    await mkdir(path.join(folder, 'bin'));
    await writeFile(path.join(folder, 'bin', 'terraform'), STUB);
    await chmod(path.join(folder, 'bin', 'terraform'), 0o755);
    env = { PATH: `${path.join(folder, 'bin')}:/usr/bin:/bin`, STUB_LOG: path.join(folder, 'log') };
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  async function script(name: string, args: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<Said> {
    const environment = { ...env, STUB_ENVIRONMENT: args[0], ...more };
    return runProgram(path.join(folder, 'scripts', name), args, environment);
  }

  /** The same at a terminal, where an answer is typed. */
  async function typed(command: string, environment: string, answer: string): Promise<Said> {
    const args = ['--quiet', '--return', '--command', path.join(folder, 'scripts', command), '/dev/null'];
    return runProgram('script', args, { ...env, STUB_ENVIRONMENT: environment }, answer);
  }

  /** What terraform was called with, without the folder. */
  async function calls(): Promise<readonly string[]> {
    const log = await readFile(path.join(folder, 'log'), 'utf8').catch(() => '');
    return log.split('\n').flatMap((line) => (line === '' ? [] : [line.replace(/^-chdir=\S+ /, '')]));
  }

  const workspaces = (...parts: readonly string[]): string => path.join(folder, 'workspaces', ...parts);

  async function backend(environment: string, type = 's3', text?: string): Promise<void> {
    const example = workspaces('backends', `example.${type}.tfbackend`);
    await writeFile(
      workspaces('backends', `${environment}.${type}.tfbackend`),
      text ?? (await readFile(example, 'utf8')),
    );
  }

  async function assertRefused(said: Promise<Said>, message: RegExp): Promise<void> {
    const { code, output } = await said;
    assert.match(output, message);
    assert.equal(code, REFUSED, output);
    assert.deepEqual(
      (await calls()).filter((call) => /^(plan|apply)/.test(call)),
      [],
    );
  }

  it('are clean for shellcheck', async function () {
    const { program } = orSkip(this, await systemTool('shellcheck', ['--version'], 'apt-get install shellcheck'));
    const files = SCRIPTS.map((name) => path.join(folder, 'scripts', name));
    assert.deepEqual(await runProgram(program, ['-x', ...files], env), { code: 0, output: '' });
  });

  it('plan selects backend and workspace of the environment, and keeps the plan', async () => {
    await backend('staging', 'gcs');
    const { code, output } = await script('plan.sh', ['staging', '-var', 'max_history=5']);
    assert.equal(code, 0, output);
    assert.deepEqual(await calls(), [
      `init -reconfigure -backend-config=${workspaces('backends', 'staging.gcs.tfbackend')}`,
      'workspace select -or-create=true staging',
      'workspace show',
      'plan -lock-timeout=60s -var-file=staging.tfvars -out=plans/staging.tfplan -var max_history=5',
    ]);
    assert.equal(await readFile(workspaces('backend.tf'), 'utf8'), 'terraform {\n  backend "gcs" {}\n}\n');
    assert.equal((await stat(workspaces('plans', 'staging.tfplan'))).mode & 0o077, 0, 'others may not read the plan');
  });

  it('a plan with changes has a code of its own, which is not that of a refusal', async () => {
    await backend('dev');
    for (const [planned, code] of [
      ['0', 0],
      ['2', 3],
    ] as const) {
      const said = await script('plan.sh', ['dev', '-detailed-exitcode'], { STUB_PLAN_CODE: planned });
      assert.equal(said.code, code, said.output);
      assert.match(said.output, /The plan is kept: scripts\/apply\.sh dev carries it out/);
      await stat(workspaces('plans', 'dev.tfplan'));
    }
  });

  it('a plan that failed is not kept, because it may hold what was refused', async () => {
    await backend('dev');
    const { code, output } = await script('plan.sh', ['dev'], { STUB_PLAN_CODE: '1' });
    assert.equal(code, 1, output);
    assert.doesNotMatch(output, /The plan is kept/);
    await assert.rejects(stat(workspaces('plans', 'dev.tfplan')));
  });

  for (const [what, args] of [
    ['no environment', []],
    ['an unknown environment', ['qa']],
    ['a path', ['../dev']],
  ] as const) {
    for (const name of ['plan.sh', 'apply.sh', 'destroy.sh']) {
      it(`${name} refuses ${what}`, async () => {
        await assertRefused(script(name, args), new RegExp(`usage: ${name} dev\\|staging\\|prod`));
      });
    }
  }

  it('refuse an environment without a backend, and say how to make one', async () => {
    for (const name of ['plan.sh', 'apply.sh', 'destroy.sh']) {
      await assertRefused(
        script(name, ['dev']),
        /no backend for dev: copy workspaces\/backends\/example\.<type>\.tfbackend/,
      );
    }
  });

  it('refuse a program that is not there, though another is', async () => {
    await backend('dev');
    await assertRefused(
      script('plan.sh', ['dev'], { PAYLOG_TERRAFORM: 'terrafrom' }),
      /PAYLOG_TERRAFORM names terrafrom, which is no program that can be run/,
    );
  });

  it('refuse two backends, one that does not lock, and one that cannot', async () => {
    await backend('dev', 'kubernetes');
    await backend('dev', 's3', 'bucket = "b"\n# use_lockfile = true\n');
    await assertRefused(
      script('plan.sh', ['dev']),
      /more than one backend for dev: dev\.kubernetes\.tfbackend dev\.s3\.tfbackend/,
    );
    await rm(workspaces('backends', 'dev.kubernetes.tfbackend'));
    await assertRefused(
      script('plan.sh', ['dev']),
      /dev\.s3\.tfbackend does not lock the state: set use_lockfile = true/,
    );
    await rm(workspaces('backends', 'dev.s3.tfbackend'));
    await backend('dev', 'local', '');
    await assertRefused(script('plan.sh', ['dev']), /backend type local of dev\.local\.tfbackend is none of/);
  });

  it('refuse a workspace of another environment', async () => {
    await backend('prod');
    await assertRefused(
      script('plan.sh', ['prod'], { STUB_WORKSPACE: 'dev' }),
      /the selected workspace is dev, but the environment is prod/,
    );
    await assertRefused(
      script('plan.sh', ['prod'], { TF_WORKSPACE: 'dev' }),
      /TF_WORKSPACE is dev, but the environment is prod/,
    );
    assert.equal((await script('plan.sh', ['prod'], { TF_WORKSPACE: 'prod' })).code, 0);
  });

  it('refuse arguments that go around them', async () => {
    await backend('dev');
    for (const args of [
      ['-lock=false'],
      ['--lock=false'],
      ['-lock=0'],
      ['-lock=F'],
      ['-auto-approve'],
      ['-var-file=prod.tfvars'],
      ['-var', 'environment=prod'],
      ['-var=environment=prod'],
      ['-state=other'],
      ['-destroy'],
      ['-destroy=true'],
      ['--destroy=1'],
      ['-out=elsewhere'],
    ]) {
      await assertRefused(script('plan.sh', ['dev', ...args]), /refused: /);
    }
    await assertRefused(script('plan.sh', ['dev'], { TF_CLI_ARGS_plan: '-lock=false' }), /TF_CLI_ARGS_plan is set/);
    await assertRefused(script('apply.sh', ['dev', '-target=x']), /takes no arguments but the environment/);
  });

  it('refuse to run without Terraform', async () => {
    await backend('dev');
    await rm(path.join(folder, 'bin', 'terraform'));
    await assertRefused(script('plan.sh', ['dev']), /neither terraform nor tofu is in PATH/);
  });

  describe('apply', () => {
    beforeEach(async () => {
      await backend('dev');
      await backend('prod');
    });

    it('carries out the kept plan once', async () => {
      await script('plan.sh', ['dev']);
      const { code, output } = await script('apply.sh', ['dev']);
      assert.equal(code, 0, output);
      assert.deepEqual((await calls()).slice(-2), ['apply -lock-timeout=60s plans/dev.tfplan', 'output']);
      await rm(path.join(folder, 'log'));
      await assertRefused(script('apply.sh', ['dev']), /there is no plan for dev: run scripts\/plan\.sh dev/);
    });

    it('refuses the plan of another environment, and an old one', async () => {
      await script('plan.sh', ['dev']);
      await rm(path.join(folder, 'log'));
      await assertRefused(script('apply.sh', ['prod'], { PAYLOG_CONFIRM: 'prod' }), /there is no plan for prod/);
      const twoHoursAgo = Date.now() / 1000 - 7200;
      await utimes(workspaces('plans', 'dev.tfplan'), twoHoursAgo, twoHoursAgo);
      await assertRefused(script('apply.sh', ['dev']), /the plan for dev is older than 60 minutes/);
      assert.equal((await script('apply.sh', ['dev'], { PAYLOG_PLAN_MINUTES: '180' })).code, 0);
    });

    it('changes production only when it is confirmed', async () => {
      await script('plan.sh', ['prod']);
      await rm(path.join(folder, 'log'));
      await assertRefused(script('apply.sh', ['prod']), /a change of production takes a confirmation/);
      await assertRefused(
        script('apply.sh', ['prod'], { PAYLOG_CONFIRM: 'yes' }),
        /PAYLOG_CONFIRM is "yes"; a change of production takes "prod"/,
      );
      const { code, output } = await script('apply.sh', ['prod'], { PAYLOG_CONFIRM: 'prod' });
      assert.equal(code, 0, output);
      assert.ok((await calls()).includes('apply -lock-timeout=60s plans/prod.tfplan'));
    });

    it('asks at a terminal', async () => {
      await script('plan.sh', ['prod']);
      await rm(path.join(folder, 'log'));
      await assertRefused(typed('apply.sh prod', 'prod', 'no\n'), /Type "prod" to go on: [^]*not confirmed/);
      assert.equal((await typed('apply.sh prod', 'prod', 'prod\n')).code, 0);
      assert.ok((await calls()).includes('apply -lock-timeout=60s plans/prod.tfplan'));
    });
  });

  describe('destroy', () => {
    beforeEach(async () => {
      await backend('dev');
      await backend('prod');
    });
    const applied = async (): Promise<boolean> => (await calls()).some((call) => call.startsWith('apply'));

    it('takes a confirmation everywhere, before anything is done', async () => {
      await assertRefused(
        script('destroy.sh', ['dev']),
        /the removal of dev takes a confirmation: a terminal, or PAYLOG_CONFIRM="destroy dev"/,
      );
      await assertRefused(
        script('destroy.sh', ['dev'], { PAYLOG_CONFIRM: 'destroy prod' }),
        /PAYLOG_CONFIRM is "destroy prod"; the removal of dev takes "destroy dev"/,
      );
      assert.deepEqual(await calls(), []);
      assert.equal((await script('destroy.sh', ['dev'], { PAYLOG_CONFIRM: 'destroy dev' })).code, 0);
      assert.deepEqual((await calls()).slice(-2), [
        'plan -destroy -lock-timeout=60s -var-file=dev.tfvars -out=plans/dev.destroy.tfplan',
        'apply -lock-timeout=60s plans/dev.destroy.tfplan',
      ]);
      await assert.rejects(stat(workspaces('plans', 'dev.destroy.tfplan')));
    });

    it('shows at a terminal what goes, and then asks', async () => {
      const { code, output } = await typed('destroy.sh dev', 'dev', 'no\n');
      assert.equal(code, REFUSED, output);
      assert.match(output, /Type "destroy dev" to go on: [^]*not confirmed/);
      assert.match((await calls()).at(-1) ?? '', /^plan -destroy/);
      await assert.rejects(stat(workspaces('plans', 'dev.destroy.tfplan')));
      assert.equal((await typed('destroy.sh dev', 'dev', 'destroy dev\n')).code, 0);
      assert.equal(await applied(), true);
    });

    it('removes production only when it is allowed too', async () => {
      const confirmed = { PAYLOG_CONFIRM: 'destroy prod' };
      await assertRefused(script('destroy.sh', ['prod'], confirmed), /set PAYLOG_DESTROY_PROD=1 if it is meant/);
      assert.equal((await script('destroy.sh', ['prod'], { ...confirmed, PAYLOG_DESTROY_PROD: '1' })).code, 0);
      assert.equal(await applied(), true);
    });
  });

  describe('with terraform and state on S3', function () {
    this.timeout(180_000);
    const STATE = 'pay-log-aggregator/dev/terraform.tfstate';
    const LOCK = `${STATE}.tflock`;
    const s3 = new S3Server();
    let terraform: TerraformSandbox;

    before(async function () {
      terraform = await acquireTerraform(this);
      const example = await readFile(terraform.path('workspaces', 'backends', 'example.s3.tfbackend'), 'utf8');
      const here = [
        `endpoints = { s3 = "${await s3.start()}" }`,
        ...[
          'use_path_style',
          'skip_credentials_validation',
          'skip_requesting_account_id',
          'skip_metadata_api_check',
        ].map((name) => `${name} = true`),
      ];
      await writeFile(terraform.path('workspaces', 'backends', 'dev.s3.tfbackend'), `${example}\n${here.join('\n')}\n`);
    });

    after(async () => {
      await s3.stop();
      await (terraform as TerraformSandbox | undefined)?.remove();
    });

    async function real(name: string, args: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<Said> {
      const keys = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_EC2_METADATA_DISABLED: 'true' };
      const environment = { ...terraform.env, ...keys, PAYLOG_TERRAFORM: terraform.engine.program, ...more };
      return runProgram(terraform.path('scripts', name), args, environment);
    }

    it('a plan is made, applied and removed, each under the lock of the state', async () => {
      const planned = await real('plan.sh', ['dev']);
      assert.equal(planned.code, 0, planned.output);
      assert.match(planned.output, /Plan: 1 to add, 0 to change, 0 to destroy/);
      s3.changes.length = 0;
      const applied = await real('apply.sh', ['dev']);
      assert.equal(applied.code, 0, applied.output);
      assert.match(applied.output, /^values = <sensitive>$/m);
      assert.match(applied.output, /api_url = "http:\/\/pay-log-aggregator-api\.paylog-dev\.svc:8000"/);
      assert.deepEqual(s3.changes, [`PUT ${LOCK}`, `PUT ${STATE}`, `DELETE ${LOCK}`]);
      assert.match((await real('plan.sh', ['dev'])).output, /No changes/);
    });

    it('a state that somebody else has locked is not touched', async () => {
      const lock = {
        ID: 'a',
        Operation: 'OperationTypeApply',
        Who: 'someone@else',
        Version: '1.10.0',
        Created: '2026-01-01T00:00:00Z',
      };
      s3.objects.set(LOCK, Buffer.from(JSON.stringify(lock)));
      const { code, output } = await real('plan.sh', ['dev', '-lock-timeout=0s']);
      s3.objects.delete(LOCK);
      assert.equal(code, 1);
      assert.match(output, /Error acquiring the state lock[^]*someone@else/);
    });

    it('is removed when that is confirmed', async () => {
      const { code, output } = await real('destroy.sh', ['dev'], { PAYLOG_CONFIRM: 'destroy dev' });
      assert.equal(code, 0, output);
      assert.deepEqual((JSON.parse(String(s3.objects.get(STATE))) as { resources: unknown[] }).resources, []);
    });
  });
});
