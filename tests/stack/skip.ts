import type { Skipped } from './stack-service.ts';

/** Where scripts/mocha-summary-reporter.mjs looks up why a suite was skipped: full title of the suite -> reason. */
const SKIP_REASONS = Symbol.for('paylog.skip-reasons');

/**
 * For `before` hooks: gives back what was acquired, or skips the suite and records the line that would enable it.
 * `kafka = orSkip(this, await acquireKafka());`
 */
export function orSkip<T extends object>(context: Mocha.Context, acquired: T | Skipped): T {
  if (!('skipped' in acquired)) {
    return acquired;
  }
  const title = context.test?.parent?.fullTitle() ?? '';
  skipReasons().set(title, acquired.skipped);
  return context.skip();
}

function skipReasons(): Map<string, string> {
  const holder = globalThis as { [SKIP_REASONS]?: Map<string, string> | undefined };
  return (holder[SKIP_REASONS] ??= new Map<string, string>());
}
