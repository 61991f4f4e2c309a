import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { failedFiles, totalOf, withSecondRun } from '../../scripts/lib/test-summary.mjs';

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
    assert.deepEqual(Object.values(summary), [
      {
        passed: 1,
        failed: [{ title: 'mixed fails', message: 'on purpose' }],
        skipped: [{ title: 'needs a server inner is skipped', reason: 'no server; enable it with X' }],
      },
    ]);
    assert.match(Object.keys(summary)[0] ?? '', /^tests\/made-up-\w+\/made-up\.test\.ts$/);
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

describe('a second run of what failed', () => {
  const failure = (title: string) => ({ title, message: 'on purpose' });
  const first = {
    'a.test.ts': { passed: 3, failed: [], skipped: [] },
    'b.test.ts': { passed: 0, failed: [failure('"before all" hook')], skipped: [] },
    'c.test.ts': { passed: 1, failed: [failure('c one'), failure('c two')], skipped: [] },
  };

  it('names the files with failures', () => {
    assert.deepEqual(failedFiles(first), ['b.test.ts', 'c.test.ts']);
  });

  it('counts the second run of a file in place of the first, and names what failed only once', () => {
    const { files, unstable } = withSecondRun(first, {
      'b.test.ts': { passed: 5, failed: [], skipped: [] },
      'c.test.ts': { passed: 2, failed: [failure('c two')], skipped: [] },
    });
    assert.deepEqual(totalOf(files), { passed: 10, failed: [failure('c two')], skipped: [] });
    assert.deepEqual(unstable, [failure('"before all" hook'), failure('c one')]);
  });

  it('keeps the failures of a file that the second run says nothing of', () => {
    const { files, unstable } = withSecondRun(first, {});
    assert.equal(totalOf(files).failed.length, 3);
    assert.deepEqual(unstable, []);
  });
});

/** Runs one made-up test file as scripts/test.mjs would. */
async function runMocha(text: string): Promise<{ code: unknown; stderr: string; summary: object }> {
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
    return { code, stderr, summary: JSON.parse(await readFile(summaryFile, 'utf8')) as object };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
