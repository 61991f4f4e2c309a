import { readFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import { type Environment, loadConfig } from '@paylog/shared/config/load-config';
import { ALL_SERVICES, type Service } from '@paylog/shared/config/setting';
import type { CliContext } from '../cli-context.ts';
import { CliError, describeError } from '../cli-error.ts';
import type { ExitName } from '../exit-codes.ts';
import { styleFor } from '../output/style.ts';
import { type PaylogCommand, textOption } from '../paylog-command.ts';
import type { AddRun } from './add-run.ts';

type Flags = Readonly<Record<string, unknown>>;

/** Adds `config check` to the program. */
export function addConfigCommand(program: PaylogCommand, context: CliContext, addRun: AddRun): void {
  const config = program.createCommand('config').summary('check the configuration of a service');
  config.description(
    'Looks at the configuration of the services (docs/config.md), which is not that of paylog itself.',
  );
  const check = config
    .createCommand('check')
    .summary('say everything that is wrong with a configuration')
    .description(
      'Checks the environment, or a file of NAME=value lines, as the service itself does at its start, and says every fault at once. ' +
        'Secrets are masked. Connects nowhere.',
    )
    .argument('[service]', ALL_SERVICES.join(', '), 'standalone')
    .option('--env-file <file>', 'check this file instead of the environment')
    .option('--json', 'the result as a JSON object')
    .withExamples([
      { what: 'the environment of this shell, for the all-in-one process', command: 'paylog config check' },
      { what: 'a file, before it is deployed', command: 'paylog config check indexer --env-file prod.env' },
    ]);
  config.addCommand(check);
  program.addCommand(config);
  addRun(check, ([service], flags) => checkConfig(service, flags, context));
}

async function checkConfig(name: string | undefined, flags: Flags, context: CliContext): Promise<ExitName> {
  const service = ALL_SERVICES.find((known) => known === (name ?? 'standalone'));
  if (service === undefined) throw new CliError('usage', `no such service; there are ${ALL_SERVICES.join(', ')}`);
  const file = textOption(flags, 'envFile');
  const loaded = loadConfig(service, await serviceEnvironment(file, context.env));
  const faults = loaded.ok ? [] : loaded.faults;
  context.stdout.write(
    flags['json'] === true
      ? `${JSON.stringify({ service, source: file ?? 'environment', ok: loaded.ok, faults })}\n`
      : resultText(service, file ?? 'the environment', faults, context),
  );
  return loaded.ok ? 'ok' : 'failed';
}

function resultText(service: Service, source: string, faults: readonly string[], { stdout, env }: CliContext): string {
  const style = styleFor(stdout, env);
  if (faults.length === 0) return `${style('good', 'good')}: ${source} is a configuration for ${service}\n`;
  const lines = faults.map((fault) => `  - ${fault}\n`).join('');
  return `${style('bad', 'faulty')}: ${source} cannot be used for ${service}:\n${lines}Every setting: docs/config.md\n`;
}

/** The environment that a service would see: that of a file, or our own. Throws a usage error that shows nothing of the file. */
export async function serviceEnvironment(file: string | undefined, env: Environment): Promise<Environment> {
  if (file === undefined) return env;
  try {
    return parseEnv(await readFile(file, 'utf8'));
  } catch (error) {
    throw new CliError('usage', `the file with the environment cannot be read: ${describeError(error)}`);
  }
}
