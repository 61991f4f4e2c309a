import { Command, CommanderError } from 'commander';
import type { CliContext } from './cli-context.ts';
import { CliError } from './cli-error.ts';
import type { ExitName } from './exit-codes.ts';
import { CONFIG_ENV, CONFIG_FLAG, SETTINGS, type SettingName, type Setting } from './settings.ts';

/** A line of the command and what it is good for. */
export interface Example {
  readonly what: string;
  readonly command: string;
}

/** What a command does with its arguments and options; resolves with how it ended. */
export type Run = (args: readonly string[], flags: Readonly<Record<string, unknown>>) => Promise<ExitName>;

/** A command with examples, shown in its help and in `docs/cli.md`. */
export class PaylogCommand extends Command {
  #examples: readonly Example[] = [];
  #settings: readonly SettingName[] = [];

  override createCommand(name?: string): PaylogCommand {
    const command = new PaylogCommand(name);
    // Not inherited otherwise by commands that are added rather than made in place.
    return name === undefined ? command : command.copyInheritedSettings(this);
  }

  get examples(): readonly Example[] {
    return this.#examples;
  }

  /** Settings that also come from the environment and the configuration file. */
  get settings(): readonly SettingName[] {
    return this.#settings;
  }

  withExamples(examples: readonly Example[]): this {
    this.#examples = examples;
    return this.addHelpText(
      'after',
      () => `\nExamples:\n${examples.map(({ what, command }) => `  # ${what}\n  ${command}`).join('\n')}`,
    );
  }

  /** Adds the flags of settings, and the one that names the configuration file. */
  withSettings(names: readonly SettingName[]): this {
    this.#settings = names;
    for (const name of names) {
      const { flag, env, description, default: value }: Setting<unknown> = SETTINGS[name];
      const more = [`env ${env}`, ...(value === undefined ? [] : [`default ${value}`])].join(', ');
      if (flag !== undefined) this.option(flag, `${description} (${more})`);
    }
    return this.option(CONFIG_FLAG, `file with settings (env ${CONFIG_ENV}, default ~/.config/paylog/config.json)`);
  }
}

/** Collects the values of an option that may be given several times. */
export function collect(value: string, earlier: readonly string[] | undefined): readonly string[] {
  return [...(earlier ?? []), value];
}

/** Text of an option; undefined when it was not given. */
export function textOption(flags: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = flags[name];
  return typeof value === 'string' ? value : undefined;
}

/** Texts of an option that may be given several times. */
export function listOption(flags: Readonly<Record<string, unknown>>, name: string): readonly string[] {
  const value = flags[name];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** Commander's own verdict on the command line, or that of a command. */
export function exitOf(
  error: unknown,
  context: Pick<CliContext, 'signal'>,
): { readonly exit: ExitName; readonly message?: string; readonly lines?: readonly string[] } {
  if (error instanceof CommanderError) {
    // Help and version were asked for; everything else it has already said on standard error.
    return { exit: error.exitCode === 0 ? 'ok' : 'usage' };
  }
  if (error instanceof CliError) return { exit: error.exit, message: error.message, lines: error.lines };
  if (context.signal.aborted) return { exit: 'interrupted' };
  throw error;
}
