/**
 * `npm run check`: everything that can be said about the code without running it. Every step runs, whatever the others say; two at a
 * time, and each prints what it says when it is over.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { installIfNeeded } from './lib/install.mjs';
import { checkNodeVersion } from './lib/node-version.mjs';
import { runNode } from './lib/run.mjs';

const fromSources = ['--conditions=@paylog/source', '--import', 'tsx'];
/** The longest one first: the others go beside it. */
const steps = [
  ['eslint', ['node_modules/eslint/bin/eslint.js', '.', '--max-warnings=0']],
  ['types', ['node_modules/typescript/bin/tsc', '-b']],
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
const AT_ONCE = 2;
const outputs = mkdtempSync(path.join(tmpdir(), 'paylog-check-'));
const waiting = [...steps];
const lines = [];
let failed = 0;
await Promise.all(Array.from({ length: AT_ONCE }, lane));
rmSync(outputs, { recursive: true });
console.log(`\n${lines.join('\n')}\n\n${steps.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

async function lane() {
  for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
    const [name, args] = step;
    const outputFile = path.join(outputs, name);
    const startedMs = Date.now();
    const passed = (await runNode(args, { outputFile })) === 0;
    console.log(`\n=== ${name} ===\n${readFileSync(outputFile, 'utf8')}`);
    failed += passed ? 0 : 1;
    lines.push(`${passed ? 'pass' : 'FAIL'}  ${name}  ${((Date.now() - startedMs) / 1000).toFixed(1)} s`);
  }
}
