import type { CliContext } from './cli-context.ts';
import { EXIT_CODES, type ExitName } from './exit-codes.ts';
import { visible } from './output/visible.ts';
import { exitOf, type PaylogCommand } from './paylog-command.ts';
import { createProgram } from './program.ts';

/** Runs one command line (without the names of node and of the program) and resolves with its exit code. */
export async function runCli(args: readonly string[], context: CliContext): Promise<number> {
  let exit: ExitName = 'ok';
  const program = createProgram(context, (command, run) => {
    command.action(async () => {
      exit = await run(
        command.processedArgs.flat().filter((arg) => typeof arg === 'string'),
        command.opts(),
      );
    });
  });
  try {
    if (args.length === 0) return showHelp(program);
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    const { exit: how, message, lines = [] } = exitOf(error, context);
    if (message !== undefined) context.stderr.write([`paylog: ${visible(message)}`, ...lines, ''].join('\n'));
    return EXIT_CODES[how].code;
  }
  return EXIT_CODES[exit].code;
}

/** Nothing was asked for: that is a question for help. */
function showHelp(program: PaylogCommand): number {
  program.outputHelp();
  return EXIT_CODES.usage.code;
}
