/**
 * Mocha's spec reporter, plus a summary by test file as JSON in the file that PAYLOG_TEST_SUMMARY names, plus a watchdog: a suite whose
 * process does not end by itself after its last test has left something open, and that is a failure.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Mocha from 'mocha';

/** How long a finished suite may take to let go of its sockets, timers and children. */
const GRACE_MS = Number(process.env.PAYLOG_TEST_GRACE_MS ?? 15_000);
const LEAK_EXIT_CODE = 86;

export default class SummaryReporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const file = process.env.PAYLOG_TEST_SUMMARY;
    const files = {};
    const of = (test) => (files[fileOf(test)] ??= { passed: 0, failed: [], skipped: [] });
    runner.on('pass', (test) => {
      of(test).passed += 1;
    });
    // A failing hook is reported here as well; its tests then never run.
    runner.on('fail', (test, error) => of(test).failed.push({ title: test.fullTitle(), message: firstLine(error) }));
    runner.on('pending', (test) => of(test).skipped.push({ title: test.fullTitle(), reason: reasonOf(test) }));
    runner.once('end', () => {
      if (file !== undefined) {
        mkdirSync(path.dirname(file), { recursive: true });
        writeFileSync(file, JSON.stringify(files));
      }
      // Does not keep the process alive: it only fires if something else does.
      setTimeout(() => {
        const resources = process.getActiveResourcesInfo().join(', ');
        console.error(`\nThe tests are over, but the process does not end: something was left open (${resources}).`);
        // Mocha sets its own exit code in a listener of this kind; the last one decides.
        process.on('exit', () => {
          process.exitCode = LEAK_EXIT_CODE;
        });
        process.exit();
      }, GRACE_MS).unref();
    });
  }
}

/** Path of the test file below the checkout. */
function fileOf(test) {
  for (let part = test; part; part = part.parent) {
    if (part.file) {
      return path.relative(process.cwd(), part.file);
    }
  }
  return '';
}

function firstLine(error) {
  return String(error?.message ?? error).split('\n', 1)[0];
}

/** What `orSkip` (tests/stack/skip.ts) noted for the suite, or for one around it. */
function reasonOf(test) {
  const reasons = globalThis[Symbol.for('paylog.skip-reasons')];
  for (let suite = test.parent; suite; suite = suite.parent) {
    const reason = reasons?.get(suite.fullTitle());
    if (reason !== undefined) {
      return reason;
    }
  }
  return 'switched off in the test itself';
}
