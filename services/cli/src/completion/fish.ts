import type { CompletedCommand } from './completion-model.ts';

/** A script for fish 3 or later. */
export function fishCompletion(model: readonly CompletedCommand[]): string {
  const lines = model.flatMap(linesOf);
  return `# fish completion for paylog. Put it into ~/.config/fish/completions/paylog.fish
function __paylog_path
    set -l path
    set -l known ${model
      .filter(({ path }) => path.length > 0)
      .map(({ path }) => `'${path.join(' ')}'`)
      .join(' ')}
    for word in (commandline -opc)[2..-1]
        set -l longer (string trim -- "$path $word")
        contains -- "$longer" $known; and set path $longer
    end
    test "$path" = "$argv"
end
complete -c paylog -f
${lines.join('\n')}
`;
}

function linesOf({ path, options, commands, argument }: CompletedCommand): string[] {
  const condition = `complete -c paylog -n "__paylog_path ${path.length === 0 ? "''" : `'${path.join(' ')}'`}"`;
  return [
    ...commands.map(({ name, summary }) => `${condition} -a ${name} -d '${quoted(summary)}'`),
    ...(argument === 'file' ? [`${condition} -F`] : argument ? [`${condition} -a '${argument.join(' ')}'`] : []),
    ...options.map(({ names, description, value }) => {
      const flags = names
        .map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`))
        .join(' ');
      const after =
        value === undefined
          ? ''
          : value === 'file'
            ? ' -r -F'
            : value === 'text'
              ? ' -x'
              : ` -x -a '${value.join(' ')}'`;
      return `${condition} ${flags}${after} -d '${quoted(description)}'`;
    }),
  ];
}

/** Text inside of single quotes. */
function quoted(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
}
