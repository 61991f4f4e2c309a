import assert from 'node:assert/strict';
import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, it } from 'mocha';
import { showDiskSpace } from '../../src/telemetry/disk-space.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';

describe('showDiskSpace', () => {
  it('shows what may still be written and the size, for directories that are in use', async () => {
    const metrics = createMetrics();
    showDiskSpace(metrics, { data: tmpdir(), logs: undefined });
    const { blocks, bsize } = statfsSync(tmpdir());
    assert.equal(metrics.diskSizeBytes.child({ directory: 'data' }).value, blocks * bsize);
    const free = metrics.diskFreeBytes.child({ directory: 'data' }).value;
    assert.ok(free >= 0 && free <= blocks * bsize);
    assert.doesNotMatch(await metrics.render(), /directory="logs"/);
  });

  it('shows NaN while a directory is not there', () => {
    const metrics = createMetrics();
    showDiskSpace(metrics, { data: '/there/is/no/such/directory' });
    assert.ok(Number.isNaN(metrics.diskFreeBytes.child({ directory: 'data' }).value));
  });
});
