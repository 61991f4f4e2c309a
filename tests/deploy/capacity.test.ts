import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { describe, it } from 'mocha';

const root = path.join(import.meta.dirname, '..', '..');

async function capacity(...flags: readonly string[]) {
  const script = path.join(root, 'scripts/docs/capacity.ts');
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [...process.execArgv, script, ...flags], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

describe('npm run capacity', () => {
  it('answers what docs/scaling.md works out for 50,000 logs a second', async () => {
    const { code, stdout } = await capacity('--rate=50000', '--batch', '--days=90');
    assert.equal(code, 0);
    const { topicBytes, indexBytesPerDay, indexBytes, shards, nodesByDisk } = JSON.parse(stdout) as Record<
      string,
      number
    >;
    // 707 bytes on the topic and 370 in the index, as measured; three brokers and two copies hold them.
    assert.equal(topicBytes, 50_000 * 86_400 * 7 * 707 * 3);
    assert.equal(indexBytesPerDay, 50_000 * 86_400 * 370);
    assert.equal(indexBytes, 50_000 * 86_400 * 370 * 90 * 2);
    // 1,598 GB at 40 GB; 287.7 TB at 8 TB filled to 70 %.
    assert.deepEqual({ shards, nodesByDisk }, { shards: 40, nodesByDisk: 52 });
  });

  it('says all that is wrong with its flags', async () => {
    const { code, stdout, stderr } = await capacity('--rate=many', '--days=-1', '--bytes=Infinity');
    assert.deepEqual([code, stdout], [2, '']);
    assert.equal(
      stderr,
      ['--rate=many', '--bytes=Infinity', '--days=-1'].map((flag) => `${flag}: expected a number above 0\n`).join(''),
    );
    const unknown = await capacity('--logs=5');
    assert.equal(unknown.code, 2);
    assert.match(unknown.stderr, /^Unknown option '--logs'/);
  });
});
