/**
 * `npm test`: runs the suites (all, or those named) with mocha and says what passed, failed and was skipped, and what
 * would enable it. `--coverage` needs no stack or suite names: it is the default when all suites run.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { buildIfNeeded } from './lib/build.mjs';
import { installIfNeeded } from './lib/install.mjs';
import { checkNodeVersion } from './lib/node-version.mjs';
import { root, runNode } from './lib/run.mjs';

const suites = {
  unit: { spec: ['shared/test/**/*.test.ts', 'services/*/test/**/*.test.ts'], timeoutMs: 5 * 60_000 },
  contract: { spec: ['tests/contract/**/*.test.ts'], timeoutMs: 15 * 60_000 },
  e2e: { spec: ['tests/e2e/**/*.test.ts'], timeoutMs: 15 * 60_000 },
  clients: { spec: ['tests/clients/**/*.test.ts'], timeoutMs: 15 * 60_000 },
  faults: { spec: ['tests/faults/**/*.test.ts'], timeoutMs: 20 * 60_000 },
};

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { coverage: { type: 'boolean' }, grep: { type: 'string' } },
});
const unknown = positionals.filter((name) => !(name in suites));
if (unknown.length > 0) {
  console.error(`no such suite: ${unknown.join(', ')}; there are ${Object.keys(suites).join(', ')}`);
  process.exit(2);
}
if (!checkNodeVersion() || !(await installIfNeeded()) || !(await buildIfNeeded())) {
  process.exit(1);
}

const names = positionals.length > 0 ? positionals : Object.keys(suites);
const withCoverage = flags.coverage === true || positionals.length === 0;
const coverage = path.join(root, 'coverage', 'tmp');
if (withCoverage) {
  rmSync(path.join(root, 'coverage'), { recursive: true, force: true });
  mkdirSync(coverage, { recursive: true });
}

const results = [];
for (const name of names) {
  console.log(`\n=== ${name} ===`);
  results.push(await runSuite(name));
}
if (withCoverage) {
  await runNode(['node_modules/c8/bin/c8.js', 'report', '--temp-directory', coverage]);
}
report();

async function runSuite(name) {
  const { spec, timeoutMs } = suites[name];
  const summaryFile = path.join(root, '.test-results', `${name}.json`);
  rmSync(summaryFile, { force: true });
  const mocha = ['node_modules/mocha/bin/mocha.js', '--reporter', 'scripts/mocha-summary-reporter.mjs'];
  const filter = flags.grep === undefined ? [] : ['--grep', flags.grep];
  const startedMs = Date.now();
  const code = await runNode([...mocha, ...filter, ...spec], {
    timeoutMs,
    env: { PAYLOG_TEST_SUMMARY: summaryFile, ...(withCoverage ? { NODE_V8_COVERAGE: coverage } : {}) },
  });
  const seconds = Math.round((Date.now() - startedMs) / 1000);
  const summary = readSummary(summaryFile);
  const failed = summary.failed.length;
  // Mocha's own failures are in the summary; anything else (a crash, a leak, a time limit, no tests) is one more.
  const broken = whatBroke(code, summary, timeoutMs, Date.now() - startedMs);
  return { name, seconds, ...summary, failed: failed + (broken === undefined ? 0 : 1), broken };
}

function readSummary(file) {
  try {
    return { ...JSON.parse(readFileSync(file, 'utf8')), finished: true };
  } catch {
    return { passed: 0, failed: [], skipped: [], finished: false };
  }
}

function whatBroke(code, summary, timeoutMs, tookMs) {
  if (tookMs >= timeoutMs) {
    return `took longer than ${timeoutMs / 60_000} min and was killed`;
  }
  if (!summary.finished) {
    return `ended before its tests did (exit code ${code})`;
  }
  if (summary.passed + summary.failed.length + summary.skipped.length === 0) {
    return 'holds no tests';
  }
  if (summary.failed.length === 0 && code !== 0) {
    return code === 86 ? 'left something open' : `exit code ${code} although no test failed`;
  }
  return undefined;
}

function report() {
  const total = { passed: 0, failed: 0, skipped: 0 };
  const reasons = new Map();
  console.log('');
  for (const { name, seconds, passed, failed, skipped, broken } of results) {
    const why = broken === undefined ? '' : `  (${broken})`;
    console.log(`${name.padEnd(9)} ${passed} passed, ${failed} failed, ${skipped.length} skipped  ${seconds} s${why}`);
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped.length;
    for (const { reason } of skipped) {
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
  }
  if (reasons.size > 0) {
    console.log('\nSkipped:');
    for (const [reason, count] of reasons) {
      console.log(`  ${count} tests: ${reason}`);
    }
  }
  console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  process.exitCode = total.failed === 0 ? 0 : 1;
}
