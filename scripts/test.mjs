/**
 * `npm test`: runs the suites (all, or those named) with mocha and says what passed, failed and was skipped, and what
 * would enable it. `--coverage` measures what they cover (a fifth slower). `--rerun-failed` runs the files of a few failed tests a second
 * time: what passes then is named as unstable, with what it failed on, and does not fail the run. `--side-by-side` runs them in lanes, and
 * prints what each suite says when it is over.
 * Unit tests load the sources of our packages, all others what was built of them: as it is shipped, and processes start in half the time.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { buildIfNeeded } from './lib/build.mjs';
import { installIfNeeded } from './lib/install.mjs';
import { checkNodeVersion } from './lib/node-version.mjs';
import { root, runNode } from './lib/run.mjs';
import { failedFiles, totalOf, withSecondRun } from './lib/test-summary.mjs';

const SOURCES = '.mocharc.json';
const BUILT = 'tests/built.mocharc.json';

const suites = {
  unit: { spec: ['shared/test/**/*.test.ts', 'services/*/test/**/*.test.ts'], timeoutMs: 10 * 60_000, config: SOURCES },
  contract: { spec: ['tests/contract/**/*.test.ts'], timeoutMs: 25 * 60_000 },
  e2e: { spec: ['tests/e2e/**/*.test.ts'], timeoutMs: 25 * 60_000 },
  clients: { spec: ['tests/clients/**/*.test.ts'], timeoutMs: 15 * 60_000 },
  faults: { spec: ['tests/faults/**/*.test.ts'], timeoutMs: 20 * 60_000 },
  // Its tools are built the first time.
  deploy: { spec: ['tests/deploy/**/*.test.ts'], timeoutMs: 25 * 60_000 },
};

/** What runs one after the other when there are lanes, about as long each; faults mostly wait for outages to pass. */
const LANES = [
  ['unit', 'e2e'],
  ['contract', 'clients'],
  ['faults', 'deploy'],
];

/** More than these are no accident. */
const MAX_RERUN_FILES = 4;

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    coverage: { type: 'boolean' },
    grep: { type: 'string' },
    'rerun-failed': { type: 'boolean' },
    'side-by-side': { type: 'boolean' },
  },
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
const withCoverage = flags.coverage === true;
const coverage = path.join(root, 'coverage', 'tmp');
if (withCoverage) {
  rmSync(path.join(root, 'coverage'), { recursive: true, force: true });
  mkdirSync(coverage, { recursive: true });
}

const sideBySide = flags['side-by-side'] === true;
const lanes = sideBySide ? LANES.map((lane) => lane.filter((name) => names.includes(name))) : [names];
const results = (await Promise.all(lanes.map(runLane)))
  .flat()
  .sort((a, b) => names.indexOf(a.name) - names.indexOf(b.name));
// When the machine is quiet again: much of what fails once is late.
for (const result of results) {
  Object.assign(result, await secondRun(result));
}
if (withCoverage) {
  await runNode(['node_modules/c8/bin/c8.js', 'report', '--temp-directory', coverage]);
}
report();

async function runLane(suiteNames) {
  const done = [];
  for (const name of suiteNames) {
    done.push(await runSuite(name));
  }
  return done;
}

async function runSuite(name) {
  const { spec, timeoutMs } = suites[name];
  const startedMs = Date.now();
  const { code, files } = await runMocha(name, '', spec);
  const tookMs = Date.now() - startedMs;
  const total = files === undefined ? undefined : totalOf(files);
  // Mocha's own failures are in the summary; anything else (a crash, a leak, a time limit, no tests) is one more.
  const broken = whatBroke(code, total, timeoutMs, tookMs);
  const { passed, failed, skipped } = total ?? totalOf({});
  const failures = broken === undefined ? failed : [...failed, { title: 'the suite', message: broken }];
  return { name, files, passed, failed: failures, skipped, unstable: [], broken, seconds: Math.round(tookMs / 1000) };
}

/** `files` is undefined when the run did not come to its end. */
async function runMocha(name, what, spec) {
  const summaryFile = path.join(root, '.test-results', `${name}.json`);
  rmSync(summaryFile, { force: true });
  const title = `\n=== ${name}${what} ===`;
  const outputFile = sideBySide ? path.join(root, '.test-results', `${name}.txt`) : undefined;
  if (outputFile === undefined) console.log(title);
  const config = suites[name].config ?? BUILT;
  const mocha = [
    'node_modules/mocha/bin/mocha.js',
    '--config',
    config,
    '--reporter',
    'scripts/mocha-summary-reporter.mjs',
  ];
  const filter = flags.grep === undefined ? [] : ['--grep', flags.grep];
  const code = await runNode([...mocha, ...filter, ...spec], {
    timeoutMs: suites[name].timeoutMs,
    outputFile,
    env: { PAYLOG_TEST_SUMMARY: summaryFile, ...(withCoverage ? { NODE_V8_COVERAGE: coverage } : {}) },
  });
  if (outputFile !== undefined) console.log(`${title}\n${readFileSync(outputFile, 'utf8')}`);
  return { code, files: readSummary(summaryFile) };
}

/** What a second run of the files of a few failed tests changes in a result. */
async function secondRun({ name, files, broken }) {
  const again = files === undefined || broken !== undefined ? [] : failedFiles(files);
  if (flags['rerun-failed'] !== true || again.length === 0 || again.length > MAX_RERUN_FILES) {
    return {};
  }
  const second = await runMocha(name, `: what failed, a second time: ${again.join(', ')}`, again);
  const total = second.files === undefined ? undefined : totalOf(second.files);
  if (whatBroke(second.code, total, Infinity, 0) !== undefined) {
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
