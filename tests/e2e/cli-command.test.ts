import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { orSkip } from '../stack/skip.ts';
import { runCli } from './cli-process.ts';

const root = path.join(import.meta.dirname, '..', '..');

describe('the command paylog', function () {
  this.timeout(60_000);
  let directory = '';

  before(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'paylog-cli-'));
  });

  after(async () => {
    await rm(directory, { recursive: true });
  });

  it('is there after install and build', () => {
    const output = execFileSync('npx', ['--no-install', 'paylog', 'version'], { cwd: root });
    assert.match(output.toString(), /^paylog \d+\.\d+\.\d+\n$/);
  });

  it('prints completion scripts that bash can read', async () => {
    const { code, stdout } = await runCli({ args: ['completion', 'bash'], directory });
    assert.equal(code, 0);
    execFileSync('bash', ['-n'], { input: stdout });
  });

  it('checks the configuration of the environment, and shows no secret', async () => {
    const env = { PORT: '99999', KAFKA_SASL_PASSWORD: 'hush-hush' };
    const { code, stdout, stderr } = await runCli({ args: ['config', 'check', 'api'], directory, env });
    assert.deepEqual([code, stderr], [1, '']);
    assert.match(stdout, /^faulty: the environment cannot be used for api:\n {2}- PORT=99999: expected/);
    assert.ok(!stdout.includes('hush'));
    assert.equal((await runCli({ args: ['config', 'check', 'api'], directory })).code, 0);
  });

  for (const shell of ['zsh', 'fish']) {
    describe(`in ${shell}`, () => {
      before(function () {
        const { status } = spawnSync(shell, ['--version']);
        orSkip(this, status === 0 ? {} : { skipped: `no ${shell}: enable it with \`apt-get install ${shell}\`` });
      });

      it('prints a completion script that it can read', async () => {
        const { stdout } = await runCli({ args: ['completion', shell], directory });
        const file = path.join(directory, `completion.${shell}`);
        await writeFile(file, stdout);
        execFileSync(shell, ['-n', file]);
      });
    });
  }
});
