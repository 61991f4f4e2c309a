import { statfsSync, type StatsFs } from 'node:fs';
import type { Metrics } from './metrics.ts';

/**
 * Shows free space and size of the file systems of these directories, read at each scrape. A directory that cannot be asked (it is
 * not made yet) shows as NaN, which no alert takes for full.
 *
 * @param directories path by what the directory is for; absent ones are not in use
 */
export function showDiskSpace(
  metrics: Pick<Metrics, 'diskFreeBytes' | 'diskSizeBytes'>,
  directories: { readonly data?: string | undefined; readonly logs?: string | undefined },
): void {
  for (const [directory, path] of Object.entries(directories)) {
    if (path === undefined) continue;
    // `bavail`, not `bfree`: what is reserved for root cannot be written by a service.
    metrics.diskFreeBytes.child({ directory }).readFrom(() => read(path, ({ bavail, bsize }) => bavail * bsize));
    metrics.diskSizeBytes.child({ directory }).readFrom(() => read(path, ({ blocks, bsize }) => blocks * bsize));
  }
}

function read(path: string, bytes: (stats: StatsFs) => number): number {
  try {
    return bytes(statfsSync(path));
  } catch {
    return Number.NaN;
  }
}
