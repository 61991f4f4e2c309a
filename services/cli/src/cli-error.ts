import type { ExitName } from './exit-codes.ts';

/** What {@link CliError} can have besides. */
interface CliErrorOptions extends ErrorOptions {
  /** Lines that are shown under the message as they are: safe for a terminal. */
  readonly lines?: readonly string[];
}

/** Ends the command: one clear line for people, more lines where they help, and the exit code that goes with it. */
export class CliError extends Error {
  readonly exit: ExitName;
  readonly lines: readonly string[];

  constructor(exit: ExitName, message: string, options: CliErrorOptions = {}) {
    super(message, options);
    this.name = 'CliError';
    this.exit = exit;
    this.lines = options.lines ?? [];
  }
}

/** What went wrong, in the words of the system, for people. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && cause.message !== '' ? `${error.message} (${cause.message})` : error.message;
}

/** Whether an error of the file system has this code. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}
