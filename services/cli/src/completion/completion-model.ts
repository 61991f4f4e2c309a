import type { Command } from 'commander';

/** An option, as completion scripts need it. */
export interface CompletedOption {
  /** `--url`, and the short form where there is one. */
  readonly names: readonly string[];
  readonly description: string;
  /** What comes after it; undefined: nothing. */
  readonly value: 'file' | 'text' | readonly string[] | undefined;
}

/** A command, as completion scripts need it. */
export interface CompletedCommand {
  /** Names of the commands that lead to it; empty for the program itself. */
  readonly path: readonly string[];
  readonly summary: string;
  readonly options: readonly CompletedOption[];
  /** Commands below it. */
  readonly commands: readonly { readonly name: string; readonly summary: string }[];
  /** What its arguments are; undefined: none, or any text. */
  readonly argument: 'file' | readonly string[] | undefined;
}

/** Words that may stand after an option or as an argument, by its name. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  '--format': ['auto', 'json', 'text'],
  '--order': ['asc', 'desc'],
  '--level': ['trace', 'debug', 'info', 'warn', 'error', 'fatal'],
  service: ['api', 'indexer', 'standalone'],
  shell: ['bash', 'zsh', 'fish'],
};

/** Every command of the program, the program itself first. */
export function completionModel(program: Command): readonly CompletedCommand[] {
  return visit(program, []);
}

function visit(command: Command, path: readonly string[]): CompletedCommand[] {
  const options = command.createHelp().visibleOptions(command);
  const own: CompletedCommand = {
    path,
    summary: command.summary(),
    commands: command.commands.map((child) => ({ name: child.name(), summary: child.summary() })),
    options: options.map((option) => ({
      names: [option.long, option.short].filter((name) => name !== undefined),
      description: option.description,
      value: valueOf(option.long ?? '', option.flags),
    })),
    argument: argumentOf(command.registeredArguments[0]?.name()),
  };
  return [own, ...command.commands.flatMap((child) => visit(child, [...path, child.name()]))];
}

function valueOf(name: string, flags: string): CompletedOption['value'] {
  if (!flags.includes('<')) return undefined;
  return flags.includes('<file>') ? 'file' : (WORDS[name] ?? 'text');
}

function argumentOf(name: string | undefined): CompletedCommand['argument'] {
  return name === 'file' ? 'file' : name === undefined ? undefined : WORDS[name];
}
