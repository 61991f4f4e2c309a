import type { CliContext } from '../cli-context.ts';
import type { PaylogCommand } from '../paylog-command.ts';
import type { AddRun } from './add-run.ts';

/** Adds `version` to the program. */
export function addVersionCommand(program: PaylogCommand, context: CliContext, addRun: AddRun): void {
  const command = program
    .createCommand('version')
    .summary('show the version')
    .description('Shows the version of paylog; --version does the same.')
    .option('--json', 'the version as a JSON object')
    .withExamples([{ what: 'for a script', command: 'paylog version --json' }]);
  program.addCommand(command);
  addRun(command, (_args, flags) => {
    const { version, stdout } = context;
    stdout.write(flags['json'] === true ? `${JSON.stringify({ version })}\n` : `paylog ${version}\n`);
    return Promise.resolve('ok');
  });
}
