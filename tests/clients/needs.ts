import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { missingTool } from '../stack/provision.ts';
import type { Skipped } from '../stack/stack-service.ts';

/** The full form of tests that have a short one for CI: `CLIENTS_LONG=1`. */
export const LONG = process.env['CLIENTS_LONG'] === '1';

/** What a client needs on this machine; says what enables it where it is missing. */
export type Need = () => Promise<Skipped | object>;

/**
 * `needsProgram('kcat', ['-V'], 'apt-get install kcat')`. With `PAYLOG_REQUIRE_CLIENTS=1` a missing program is a failure.
 */
export function needsProgram(program: string, args: readonly string[], enable: string, name = program): Need {
  return async () => {
    try {
      await promisify(execFile)(program, args, { timeout: 30_000 });
      return {};
    } catch {
      const skipped = `there is no ${name}; enable it with \`${enable}\``;
      if (process.env['PAYLOG_REQUIRE_CLIENTS'] === '1') throw new Error(`PAYLOG_REQUIRE_CLIENTS=1, but ${skipped}`);
      return { skipped };
    }
  };
}

/** For what is too slow, or fetches too much, for every run. */
export const needsLong: Need = () =>
  Promise.resolve(LONG ? {} : { skipped: 'not in short runs; enable it with `CLIENTS_LONG=1`' });

export const needsKcat = needsProgram('kcat', ['-V'], 'apt-get install kcat');

/** A JDK, and Maven for the jars of Kafka's client. */
export const needsJava: Need = async () => {
  const missing = await missingTool();
  if (missing === undefined) return {};
  return { skipped: `there is ${missing}; enable it with \`apt-get install openjdk-17-jdk-headless maven\`` };
};

/** The first that is missing is the reason. */
export function allOf(needs: readonly Need[]): Need {
  return async () => {
    for (const need of needs) {
      const answer = await need();
      if ('skipped' in answer) return answer;
    }
    return {};
  };
}
