import type { CliContext } from '../cli-context.ts';
import { CliError } from '../cli-error.ts';
import { bashCompletion } from '../completion/bash.ts';
import { completionModel } from '../completion/completion-model.ts';
import { fishCompletion } from '../completion/fish.ts';
import { zshCompletion } from '../completion/zsh.ts';
import type { PaylogCommand } from '../paylog-command.ts';
import type { AddRun } from './add-run.ts';

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

/** Adds `completion` to the program. */
export function addCompletionCommand(program: PaylogCommand, context: CliContext, addRun: AddRun): void {
  const names = Object.keys(SHELLS).join(', ');
  const command = program
    .createCommand('completion')
    .summary('print the completion script of a shell')
    .description('Prints a script that completes commands, options and their values in a shell.')
    .argument('<shell>', names)
    .withExamples([
      { what: 'bash: in ~/.bashrc', command: 'source <(paylog completion bash)' },
      { what: 'zsh: into a directory of $fpath', command: 'paylog completion zsh > ~/.zfunc/_paylog' },
      { what: 'fish', command: 'paylog completion fish > ~/.config/fish/completions/paylog.fish' },
    ]);
  program.addCommand(command);
  addRun(command, ([shell]) => {
    const script = Object.entries(SHELLS).find(([name]) => name === shell)?.[1];
    if (script === undefined) throw new CliError('usage', `no such shell; there are ${names}`);
    context.stdout.write(script(completionModel(program)));
    return Promise.resolve('ok');
  });
}
