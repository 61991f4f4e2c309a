import type { PaylogCommand, Run } from '../paylog-command.ts';

/** Says what a command does; how it ends becomes the exit code. */
export type AddRun = (command: PaylogCommand, run: Run) => void;
