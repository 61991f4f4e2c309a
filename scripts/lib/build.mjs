import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root, runNode } from './run.mjs';

const packages = ['shared', 'services/api', 'services/indexer', 'services/standalone', 'services/cli'];
const stamp = path.join(root, 'node_modules', '.paylog-build');

/** Compiles what production runs, when a source is newer than the last build; false when that failed. */
export async function buildIfNeeded() {
  const newest = newestInput();
  const isFresh = existsSync(stamp) && statSync(stamp).mtimeMs >= newest;
  if (isFresh && packages.every((name) => existsSync(path.join(root, name, 'dist')))) {
    return true;
  }
  console.log('Building ...');
  const startedMs = Date.now();
  if ((await runNode([path.join(root, 'node_modules/typescript/bin/tsc'), '-b', ...packages])) !== 0) {
    console.error('The build failed: see above.');
    return false;
  }
  writeFileSync(stamp, `${JSON.stringify({ tookMs: Date.now() - startedMs })}\n`);
  return true;
}

/** Modification time of the newest file that the build depends on. Folders count too: deleting a file changes them. */
function newestInput() {
  let newest = statSync(path.join(root, 'tsconfig.base.json')).mtimeMs;
  const look = (file) => {
    newest = Math.max(newest, statSync(file).mtimeMs);
  };
  for (const name of packages) {
    const folder = path.join(root, name);
    look(path.join(folder, 'tsconfig.json'));
    look(path.join(folder, 'package.json'));
    look(path.join(folder, 'src'));
    for (const entry of readdirSync(path.join(folder, 'src'), { recursive: true })) {
      look(path.join(folder, 'src', entry));
    }
  }
  return newest;
}
