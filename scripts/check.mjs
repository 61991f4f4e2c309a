/** `npm run check`: everything that can be said about the code without running it. Every step runs, whatever the others say. */
import { installIfNeeded } from './lib/install.mjs';
import { checkNodeVersion } from './lib/node-version.mjs';
import { runNode } from './lib/run.mjs';

const fromSources = ['--conditions=@paylog/source', '--import', 'tsx'];
const steps = [
  ['types', ['node_modules/typescript/bin/tsc', '-b']],
  ['eslint', ['node_modules/eslint/bin/eslint.js', '.', '--max-warnings=0']],
  ['prettier', ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.']],
  [
    'architecture',
    [
      'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
      '--config=.dependency-cruiser.cjs',
      'shared/src',
      'services',
    ],
  ],
  ['knip', ['node_modules/knip/bin/knip.js', '--no-progress']],
  ['docs', [...fromSources, 'scripts/docs/generate.ts', '--check']],
  ['tracked files', ['scripts/check-tracked-files.mjs']],
  ['links', ['scripts/check-links.mjs']],
];

if (!checkNodeVersion() || !(await installIfNeeded())) {
  process.exit(1);
}
const lines = [];
let failed = 0;
for (const [name, args] of steps) {
  console.log(`\n=== ${name} ===`);
  const startedMs = Date.now();
  const passed = (await runNode(args)) === 0;
  failed += passed ? 0 : 1;
  lines.push(`${passed ? 'pass' : 'FAIL'}  ${name}  ${((Date.now() - startedMs) / 1000).toFixed(1)} s`);
}
console.log(`\n${lines.join('\n')}\n\n${steps.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
