import type { CliContext } from './cli-context.ts';
import type { AddRun } from './commands/add-run.ts';
import { addCompletionCommand } from './commands/completion-command.ts';
import { addConfigCommand } from './commands/config-command.ts';
import { addExportCommand } from './commands/export-command.ts';
import { addSearchCommand } from './commands/search-command.ts';
import { addSendCommand } from './commands/send-command.ts';
import { addTailCommand } from './commands/tail-command.ts';
import { addTemplateCommand } from './commands/template-command.ts';
import { addTopicsCommand } from './commands/topics-command.ts';
import { addVersionCommand } from './commands/version-command.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { hasColors } from './output/style.ts';
import { PaylogCommand } from './paylog-command.ts';

/** Text lines of help are broken here when the width of the output is not known. */
const HELP_WIDTH = 100;

/** The command line: every command with its options, examples and what it does. */
export function createProgram(context: CliContext, addRun: AddRun): PaylogCommand {
  const { stdout, stderr, env, version } = context;
  const program = new PaylogCommand('paylog');
  program
    .description('Pay Log Aggregator on the command line: send logs, find them, watch them, look after the service.')
    .version(`paylog ${version}`, '-V, --version', 'show the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show the help of a command')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error: /, 'paylog: ')),
      getOutHelpWidth: () => stdout.columns ?? HELP_WIDTH,
      getErrHelpWidth: () => stderr.columns ?? HELP_WIDTH,
      getOutHasColors: () => hasColors(stdout, env),
      getErrHasColors: () => hasColors(stderr, env),
    })
    .withExamples([
      { what: 'send a file', command: 'paylog send --service checkout checkout.log' },
      { what: 'find what went wrong', command: "paylog search declined --level '>=warn' --from -15m" },
      { what: 'watch a service', command: 'paylog tail --service checkout' },
      { what: 'what a command can do', command: 'paylog send --help' },
    ])
    .addHelpText('after', exitCodesHelp());
  for (const add of [
    addSendCommand,
    addSearchCommand,
    addTailCommand,
    addExportCommand,
    addConfigCommand,
    addTopicsCommand,
    addTemplateCommand,
    addCompletionCommand,
    addVersionCommand,
  ]) {
    add(program, context, addRun);
  }
  return program;
}

function exitCodesHelp(): string {
  const lines = Object.values(EXIT_CODES).map(({ code, meaning }) => `  ${String(code).padEnd(4)} ${meaning}`);
  return `\nExit codes:\n${lines.join('\n')}`;
}
