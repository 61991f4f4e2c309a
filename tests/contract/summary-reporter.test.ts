import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..', '..');

describe('the summary of a test run', function () {
  this.timeout(60_000);

  it('counts what passed, failed and was skipped, with the line that enables it', async () => {
    const { code, summary } = await runMocha(`
      import { orSkip } from '../stack/skip.ts';
      describe('mixed', () => {
        it('passes', () => {});
        it('fails', () => { throw new Error('on purpose'); });
      });
      describe('needs a server', () => {
        before(function () { orSkip(this, { skipped: 'no server; enable it with X' }); });
        describe('inner', () => { it('is skipped', () => {}); });
      });`);
    assert.equal(code, 1);
    assert.deepEqual(summary, {
      passed: 1,
      failed: ['mixed fails'],
      skipped: [{ title: 'needs a server inner is skipped', reason: 'no server; enable it with X' }],
    });
  });

  it('fails a suite that leaves something open, and says what', async () => {
    const { code, stderr } = await runMocha("it('leaks', () => { setInterval(() => {}, 1000); });");
    assert.equal(code, 86);
    assert.match(stderr, /something was left open \(.*Timeout/);
  });

  it('lets a suite end that cleans up after itself', async () => {
    const { code } = await runMocha("it('ends', () => { clearInterval(setInterval(() => {}, 1000)); });");
    assert.equal(code, 0);
  });
});

/** Runs one made-up test file as scripts/test.mjs would. */
async function runMocha(text: string): Promise<{ code: unknown; stderr: string; summary: unknown }> {
  const folder = await mkdtemp(path.join(import.meta.dirname, '..', 'made-up-'));
  try {
    const file = path.join(folder, 'made-up.test.ts');
    const summaryFile = path.join(folder, 'summary.json');
    await writeFile(file, text);
    const child = spawn(
      process.execPath,
      ['node_modules/mocha/bin/mocha.js', '--reporter', 'scripts/mocha-summary-reporter.mjs', file],
      {
        cwd: root,
        env: { ...process.env, PAYLOG_TEST_SUMMARY: summaryFile, PAYLOG_TEST_GRACE_MS: '1000' },
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
    const [code] = (await once(child, 'close')) as unknown[];
    return { code, stderr, summary: JSON.parse(await readFile(summaryFile, 'utf8')) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
