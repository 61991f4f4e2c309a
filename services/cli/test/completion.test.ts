import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'mocha';
import { cli } from './support/cli.ts';

async function script(shell: string): Promise<string> {
  const { code, stdout } = await cli(['completion', shell]);
  assert.equal(code, 0);
  return stdout;
}

describe('shell completion', () => {
  /** What bash would offer for these words. */
  async function offered(...words: readonly string[]): Promise<string[]> {
    const call = `COMP_WORDS=("$@"); COMP_CWORD=$((\${#COMP_WORDS[@]}-1)); _paylog; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const output = execFileSync('bash', ['-c', `${await script('bash')}\n${call}`, 'bash', 'paylog', ...words]);
    return output.toString().trim().split('\n').filter(Boolean);
  }

  it('is a script that bash can read', async () => {
    execFileSync('bash', ['-n'], { input: await script('bash') });
  });

  it('offers commands, options and values', async () => {
    assert.deepEqual(await offered('se'), ['send', 'search']);
    assert.deepEqual(await offered('topics', ''), ['create', 'describe', 'lag']);
    assert.deepEqual(await offered('topics', 'lag', '--br'), ['--brokers']);
    assert.deepEqual(await offered('--url', 'x', 'send', '--format', ''), ['auto', 'json', 'text']);
    assert.deepEqual(await offered('config', 'check', 'in'), ['indexer']);
    assert.deepEqual(await offered('send', '--service', ''), []);
    assert.ok((await offered('send', '--state', 'package')).includes('package.json'));
    assert.ok((await offered('send', 'package')).includes('package.json'));
  });

  it('names every command and option in every shell', async () => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      const text = await script(shell);
      for (const word of ['send', 'tail', 'describe', 'retry-for', 'payment-id', 'env-file']) {
        assert.ok(text.includes(word), `${word} in ${shell}`);
      }
    }
  });

  it('knows no other shell', async () => {
    assert.deepEqual(await cli(['completion', 'tcsh']), {
      code: 2,
      stdout: '',
      stderr: 'paylog: no such shell; there are bash, zsh, fish\n',
    });
  });
});
