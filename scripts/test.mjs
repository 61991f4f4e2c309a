/**
 * `npm test`: runs the suites (all, or those named) with mocha and says what passed, failed and was skipped, and what
 * would enable it. `--coverage` needs no stack or suite names: it is the default when all suites run. `--rerun-failed` runs the
 * files of a few failed tests a second time: what passes then is named as unstable, with what it failed on, and does not fail the run.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { buildIfNeeded } from './lib/build.mjs';
import { installIfNeeded } from './lib/install.mjs';
import { checkNodeVersion } from './lib/node-version.mjs';
import { root, runNode } from './lib/run.mjs';
import { failedFiles, totalOf, withSecondRun } from './lib/test-summary.mjs';

const suites = {
  unit: { spec: ['shared/test/**/*.test.ts', 'services/*/test/**/*.test.ts'], timeoutMs: 5 * 60_000 },
  contract: { spec: ['tests/contract/**/*.test.ts'], timeoutMs: 15 * 60_000 },
  e2e: { spec: ['tests/e2e/**/*.test.ts'], timeoutMs: 15 * 60_000 },
  clients: { spec: ['tests/clients/**/*.test.ts'], timeoutMs: 15 * 60_000 },
  faults: { spec: ['tests/faults/**/*.test.ts'], timeoutMs: 20 * 60_000 },
};

/** More than these are no accident. */
const MAX_RERUN_FILES = 4;

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { coverage: { type: 'boolean' }, grep: { type: 'string' }, 'rerun-failed': { type: 'boolean' } },
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
  const startedMs = Date.now();
  const { code, files } = await runMocha(name, spec, timeoutMs);
  const tookMs = Date.now() - startedMs;
  const total = files === undefined ? undefined : totalOf(files);
  // Mocha's own failures are in the summary; anything else (a crash, a leak, a time limit, no tests) is one more.
  const broken = whatBroke(code, total, timeoutMs, tookMs);
  const result = {
    ...(total ?? totalOf({})),
    unstable: [],
    ...(broken === undefined ? await secondRun(name, files, timeoutMs) : {}),
  };
  const failed = broken === undefined ? result.failed : [...result.failed, { title: 'the suite', message: broken }];
  return { ...result, name, failed, broken, seconds: Math.round((Date.now() - startedMs) / 1000) };
}

/** `files` is undefined when the run did not come to its end. */
async function runMocha(name, spec, timeoutMs) {
  const summaryFile = path.join(root, '.test-results', `${name}.json`);
  rmSync(summaryFile, { force: true });
  const mocha = ['node_modules/mocha/bin/mocha.js', '--reporter', 'scripts/mocha-summary-reporter.mjs'];
  const filter = flags.grep === undefined ? [] : ['--grep', flags.grep];
  const code = await runNode([...mocha, ...filter, ...spec], {
    timeoutMs,
    env: { PAYLOG_TEST_SUMMARY: summaryFile, ...(withCoverage ? { NODE_V8_COVERAGE: coverage } : {}) },
  });
  return { code, files: readSummary(summaryFile) };
}

async function secondRun(name, files, timeoutMs) {
  const again = failedFiles(files);
  if (flags['rerun-failed'] !== true || again.length === 0 || again.length > MAX_RERUN_FILES) {
    return {};
  }
  console.log(`\n=== ${name}: what failed, a second time: ${again.join(', ')} ===`);
  const second = await runMocha(name, again, timeoutMs);
  const total = second.files === undefined ? undefined : totalOf(second.files);
  if (whatBroke(second.code, total, timeoutMs, 0) !== undefined) {
    return {};
  }
  const merged = withSecondRun(files, second.files);
  return { ...totalOf(merged.files), unstable: merged.unstable };
}

function readSummary(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function whatBroke(code, summary, timeoutMs, tookMs) {
  if (tookMs >= timeoutMs) {
    return `took longer than ${timeoutMs / 60_000} min and was killed`;
  }
  if (summary === undefined) {
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
    console.log(
      `${name.padEnd(9)} ${passed} passed, ${failed.length} failed, ${skipped.length} skipped  ${seconds} s${why}`,
    );
    total.passed += passed;
    total.failed += failed.length;
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
  console.log('');
  for (const { name, failed, unstable } of results) {
    failed.forEach(({ title, message }) => console.log(`FAILED ${name}: ${title}: ${message}`));
    unstable.forEach(({ title, message }) => console.log(`UNSTABLE ${name}: ${title}: failed once with: ${message}`));
  }
  console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  process.exitCode = total.failed === 0 ? 0 : 1;
}
