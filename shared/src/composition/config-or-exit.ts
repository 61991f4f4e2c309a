import type { Config } from '../config/config.ts';
import { loadConfig, type Environment } from '../config/load-config.ts';
import type { Service } from '../config/setting.ts';
import { pathFaults } from './path-faults.ts';

/** The part of `process` that is needed to read a configuration or to say why not. */
export interface ConfigHooks {
  readonly env: Environment;
  readonly stderr: { write(text: string): unknown };
  exit(code: number): never;
}

/** EX_CONFIG of sysexits.h: tells an operator, and a supervisor that knows it, that a restart will not help. */
const EXIT_CONFIG = 78;

/**
 * The configuration of a service, whose directories can be written to and whose certificates can be read; with a faulty one the process says
 * all that is wrong with it on stderr and exits with 78.
 */
export function configOrExit<S extends Service>(service: S, hooks: ConfigHooks): Config<S> {
  const loaded = loadConfig(service, hooks.env);
  const faults = [...(loaded.ok ? [] : loaded.faults), ...pathFaults(service, hooks.env)];
  if (loaded.ok && faults.length === 0) return loaded.config;
  const lines = faults.map((fault) => `  - ${fault}\n`).join('');
  hooks.stderr.write(`The configuration cannot be used:\n${lines}See docs/config.md.\n`);
  hooks.exit(EXIT_CONFIG);
}
