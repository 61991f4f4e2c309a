import type { Config } from '@paylog/shared/config/config';
import { type Environment, loadConfig } from '@paylog/shared/config/load-config';
import { QueueUnavailableError } from '@paylog/shared/errors/queue-unavailable-error';
import { StoreUnavailableError } from '@paylog/shared/errors/store-unavailable-error';
import type { CliContext } from '../cli-context.ts';
import { CliError, describeError } from '../cli-error.ts';
import { textOption } from '../paylog-command.ts';
import { serviceEnvironment } from './config-command.ts';

type Flags = Readonly<Record<string, unknown>>;

/**
 * The configuration of the indexer, from the environment or the file of `--env-file`; `instead` goes before it. Throws a usage error that
 * names every fault.
 */
export async function indexerConfig(
  flags: Flags,
  context: CliContext,
  instead: Environment,
): Promise<Config<'indexer'>> {
  const env = await serviceEnvironment(textOption(flags, 'envFile'), context.env);
  const given = Object.entries(instead).filter(([, value]) => value !== undefined);
  const loaded = loadConfig('indexer', { ...env, ...Object.fromEntries(given) });
  if (!loaded.ok) throw unusable(loaded.faults.join('; '));
  return loaded.config;
}

/** Makes what a configuration asks for. Files that it names (authorities) may be missing: that is a usage error. */
export async function toolsOf<T>(make: Promise<T>): Promise<T> {
  try {
    return await make;
  } catch (error) {
    throw unusable(describeError(error));
  }
}

function unusable(why: string): CliError {
  return new CliError('usage', `the configuration cannot be used: ${why}`);
}

/** Ends the command with what broker or store said. */
export function throwAsCliError(error: unknown): never {
  if (error instanceof CliError) throw error;
  const isAway = error instanceof QueueUnavailableError || error instanceof StoreUnavailableError;
  throw new CliError(isAway ? 'unavailable' : 'failed', describeError(error));
}
