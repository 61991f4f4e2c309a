import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root, runNode } from './run.mjs';

const packages = ['shared', 'services/api', 'services/indexer', 'services/standalone', 'services/cli'];

/** What is built, from what and by what. A build is stale when one of its inputs is newer than its stamp. */
const builds = [
  {
    name: 'services',
    inputs: ['tsconfig.base.json', ...packages.flatMap((name) => sourcesOf(name))],
    outputs: packages.map((name) => `${name}/dist`),
    stamp: 'node_modules/.paylog-build',
    command: ['node_modules/typescript/bin/tsc', '-b', ...packages],
  },
  {
    name: 'explorer',
    inputs: [
      ...sourcesOf('services/explorer'),
      'services/explorer/index.html',
      'services/explorer/vite.config.ts',
      // What the page shares with the services.
      'shared/src/query',
      'shared/src/ports',
      'shared/src/record/level.ts',
      // Its libraries become a part of it.
      'package-lock.json',
    ],
    outputs: ['services/explorer/dist/index.html'],
    stamp: 'node_modules/.paylog-build-explorer',
    command: ['node_modules/vite/bin/vite.js', 'build', '--logLevel=warn', 'services/explorer'],
  },
];

function sourcesOf(folder) {
  return [`${folder}/tsconfig.json`, `${folder}/package.json`, `${folder}/src`];
}

/** Builds what production runs and the page that it serves, each when a source is newer than its last build; false when that failed. */
export async function buildIfNeeded() {
  for (const build of builds) {
    if (!isFresh(build) && !(await runBuild(build))) {
      return false;
    }
  }
  return true;
}

function isFresh({ inputs, outputs, stamp }) {
  const full = path.join(root, stamp);
  return (
    existsSync(full) &&
    statSync(full).mtimeMs >= newestOf(inputs) &&
    outputs.every((output) => existsSync(path.join(root, output)))
  );
}

async function runBuild({ name, stamp, command: [script, ...args] }) {
  console.log(`Building the ${name} ...`);
  const startedMs = Date.now();
  if ((await runNode([path.join(root, script), ...args])) !== 0) {
    console.error('The build failed: see above.');
    return false;
  }
  writeFileSync(path.join(root, stamp), `${JSON.stringify({ tookMs: Date.now() - startedMs })}\n`);
  return true;
}

/** Modification time of the newest of these files and of all in these folders. Folders count too: deleting a file changes them. */
function newestOf(inputs) {
  let newest = 0;
  const look = (file) => {
    const stats = statSync(file);
    newest = Math.max(newest, stats.mtimeMs);
    return stats;
  };
  for (const input of inputs) {
    const full = path.join(root, input);
    if (look(full).isDirectory()) {
      for (const entry of readdirSync(full, { recursive: true })) {
        look(path.join(full, entry));
      }
    }
  }
  return newest;
}
