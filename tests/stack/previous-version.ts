import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { runTool, type Recipe } from './provision.ts';
import { provisionTool } from './tools.ts';
import type { Skipped } from './stack-service.ts';

/** The version before this one: a commit of this repository's own history. Raise it with every release (docs/upgrades.md). */
const PREVIOUS_VERSION = '0d3b0aadf4053eb07ba95de54eb357b620b0e8f8';

/** What API, indexer and the all-in-one process run from; npm wants to see every workspace that the lock file names. */
const PARTS = [
  'package.json',
  'package-lock.json',
  '.npmrc',
  'tsconfig.json',
  'tsconfig.base.json',
  'shared',
  'services',
];
const WORKSPACES = ['tests/package.json', 'bench/package.json'];

const repository = path.join(import.meta.dirname, '..', '..');
const run = promisify(execFile);

const recipe: Recipe = {
  name: `previous-version-${PREVIOUS_VERSION.slice(0, 12)}`,
  inputs: ['previous-version.ts'],
  build: async (directory) => {
    const archive = path.join(directory, 'sources.tar');
    const from = ['-C', repository, 'archive', `--output=${archive}`, PREVIOUS_VERSION, ...PARTS, ...WORKSPACES];
    await runTool('git', from);
    await runTool('tar', ['-x', '-f', archive, '-C', directory]);
    await rm(archive);
    // Its own dependencies, by its own lock file. It runs from its sources, by our tsx: nothing has to be compiled.
    await runTool('nice', ['npm', 'ci', '--omit=dev', '--no-progress', '--loglevel=error', '--prefix', directory]);
  },
};

/**
 * A checkout of the version before this one, with its dependencies, whose services run beside ours: `services/<name>/src/main.ts`.
 * Made once. The rules of `tools.ts` hold: required in CI, else skipped unless it is there.
 */
export function previousVersion(): Promise<{ readonly directory: string } | Skipped> {
  return provisionTool(recipe, missing);
}

async function missing(): Promise<string | undefined> {
  if (await isInHistory()) return undefined;
  // A shallow clone has no past; most servers give a commit that is asked for by its id.
  await run('git', ['-C', repository, 'fetch', '--quiet', '--depth=1', 'origin', PREVIOUS_VERSION]).catch(
    () => undefined,
  );
  if (await isInHistory()) return undefined;
  return 'no previous version: it is not in this history; enable it with `git fetch --unshallow`';
}

async function isInHistory(): Promise<boolean> {
  try {
    await run('git', ['-C', repository, 'cat-file', '-e', `${PREVIOUS_VERSION}^{commit}`]);
    return true;
  } catch {
    return false;
  }
}
