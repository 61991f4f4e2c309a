import type { CompletedCommand } from './completion-model.ts';

/** A script for bash 3.2 (that of macOS) or later; needs nothing of the package bash-completion. */
export function bashCompletion(model: readonly CompletedCommand[]): string {
  const paths = model.filter(({ path }) => path.length > 0).map(({ path }) => `'${path.join(' ')}'`);
  return `# bash completion for paylog. Load it with: source <(paylog completion bash)
_paylog() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} path='' word
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${path:+$path }$word" in
      ${paths.join(' | ')}) path="\${path:+$path }$word" ;;
    esac
  done
  case "$path:$prev" in
${model.flatMap(valueCases).join('\n')}
  esac
  case "$path" in
${model.map(wordCase).join('\n')}
  esac
}
complete -F _paylog paylog
`;
}

function valueCases({ path, options }: CompletedCommand): string[] {
  return options.flatMap(({ names, value }) => {
    if (value === undefined) return [];
    const pattern = names.map((name) => `'${path.join(' ')}:${name}'`).join(' | ');
    const reply = value === 'text' ? '' : `${value === 'file' ? files : words(value)}; `;
    return [`    ${pattern}) ${reply}return ;;`];
  });
}

function wordCase({ path, options, commands, argument }: CompletedCommand): string {
  const flags = words(options.flatMap(({ names }) => names));
  const others =
    commands.length > 0
      ? words(commands.map(({ name }) => name))
      : argument === 'file'
        ? files
        : argument
          ? words(argument)
          : ':';
  return `    '${path.join(' ')}') if [[ $cur == -* ]]; then ${flags}; else ${others}; fi ;;`;
}

const files = `compopt -o filenames 2>/dev/null; local IFS=$'\\n'; COMPREPLY=($(compgen -f -- "$cur"))`;

function words(list: readonly string[]): string {
  return `COMPREPLY=($(compgen -W '${list.join(' ')}' -- "$cur"))`;
}
