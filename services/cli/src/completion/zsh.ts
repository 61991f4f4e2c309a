import type { CompletedCommand, CompletedOption } from './completion-model.ts';

/** A script for zsh: a file \`_paylog\` in a directory of \`$fpath\`, or sourced after \`compinit\`. */
export function zshCompletion(model: readonly CompletedCommand[]): string {
  return `#compdef paylog
# zsh completion for paylog. Put it into a directory of $fpath as _paylog.
${model.map(functionOf).join('\n')}
if [ "$funcstack[1]" = "_paylog" ]; then
  _paylog "$@"
else
  compdef _paylog paylog
fi
`;
}

function nameOf(path: readonly string[]): string {
  return ['_paylog', ...path].join('_');
}

function functionOf({ path, options, commands, argument }: CompletedCommand): string {
  const specs = options.map(optionSpec);
  if (commands.length === 0) {
    const rest = argument === 'file' ? ["'*:file:_files'"] : argument ? [`'1:argument:(${argument.join(' ')})'`] : [];
    return `${nameOf(path)}() {\n  _arguments -s \\\n${[...specs, ...rest].map((spec) => `    ${spec}`).join(' \\\n')}\n}\n`;
  }
  const described = commands.map(({ name, summary }) => `    '${name}:${quoted(summary)}'`).join('\n');
  const cases = commands.map(({ name }) => `        ${name}) ${nameOf([...path, name])} ;;`).join('\n');
  return `${nameOf(path)}() {
  local context state line
  typeset -A opt_args
  local -a commands=(
${described}
  )
  _arguments -C \\
${specs.map((spec) => `    ${spec} \\`).join('\n')}
    '1: :->command' \\
    '*:: :->rest'
  case $state in
    command) _describe command commands ;;
    rest)
      case $line[1] in
${cases}
      esac ;;
  esac
}
`;
}

function optionSpec({ names, description, value }: CompletedOption): string {
  const text = quoted(description).replaceAll('[', '\\[').replaceAll(']', '\\]');
  const after =
    value === undefined
      ? ''
      : value === 'file'
        ? ':file:_files'
        : value === 'text'
          ? ':value: '
          : `:value:(${value.join(' ')})`;
  const [only] = names;
  return names.length === 1
    ? `'*${only ?? ''}[${text}]${after}'`
    : `'(${names.join(' ')})'{${names.join(',')}}'[${text}]${after}'`;
}

/** Text inside of single quotes; a colon would end it. */
function quoted(text: string): string {
  return text.replaceAll("'", "'\\''").replaceAll(':', '\\:');
}
