import { Readable, Writable } from 'node:stream';
import type { CliContext } from '@paylog/cli/cli-context';
import { EXIT_CODES } from '@paylog/cli/exit-codes';
import { PaylogCommand } from '@paylog/cli/paylog-command';
import { createProgram } from '@paylog/cli/program';
import { CONFIG_ENV, CONFIG_FLAG, type Setting, SETTINGS } from '@paylog/cli/settings';
import { generatedFrom, table } from './markdown.ts';

const INTRODUCTION = `\`paylog\` is the command line of the product: it sends files and what other programs print, finds records, watches them come in,
checks configurations and looks after topics and the index template. In a checkout it is there after \`npm ci && npm run build\`:

\`\`\`sh
npx paylog send --service checkout checkout.log
npx paylog search declined --level '>=warn' --from -15m
npx paylog tail --service checkout
\`\`\`

Results go to standard output; progress, notes and errors (one line, beginning with \`paylog:\`) go to standard error. Colors and the
progress bar are for terminals only; \`NO_COLOR\` turns colors off. What would steer a terminal in somebody's log message is shown as
an escape. \`--help\` of each command explains it with examples.`;

const SETTINGS_TEXT = `Each setting comes from its flag, else from the environment, else from the configuration file, else it has its default. The file is
a JSON object, \`~/.config/paylog/config.json\` (below \`$XDG_CONFIG_HOME\` if that is set) or the one named by \`${CONFIG_FLAG}\` or
\`${CONFIG_ENV}\`:

\`\`\`json
{ "url": "https://logs.example.com", "service": "checkout", "retryFor": "1h" }
\`\`\`

Certificates of an own authority: \`NODE_EXTRA_CA_CERTS=ca.pem\`. \`paylog topics\`, \`paylog template\` and \`paylog config check\` work on the
configuration of the services instead ([config.md](config.md)).`;

const RESUMING = `A send may be interrupted at any moment, by Ctrl-C, by \`kill -9\` or by a crash of the machine: the same command goes on where it
stopped, and nothing is stored twice.

- How far it came stands in a state file (\`--state\`, by default below \`~/.local/state/paylog\`): every line before its position was
  accepted or rejected. It is replaced after each batch.
- Each request carries an \`Idempotency-Key\` made from the name of the input (host, path, device and inode, first line), the position
  of its first line, that line itself, and how records are made (\`--service\`, \`--format\`, \`--field\`). The API makes the ids of records
  without \`id\` of it, so that a request that had arrived before the interruption changes nothing when it is sent again. So even
  without its state file, a file that was sent in one go and has not changed since stores nothing twice when it is sent once more with
  the same options.
- A file that has grown is sent from there on. One that is shorter than before, or begins with another line, is sent from its beginning
  under a new name. A last line without line feed is sent, and sent again as another record when it has become longer.
- Standard input cannot be asked for its name: give it one with \`--id\`, and feed the same bytes again to resume. Without \`--id\` lines
  wait no longer than 200 ms for others.
- 429, 5xx (but 501 and 505), 408, 425 and connections that fail are tried again, with growing random waits and never before
  \`Retry-After\`, for the time of \`--retry-for\`. Any other refusal of a whole request ends the send at once.`;

const REJECTS = `Lines that the API refuses, and plain lines that are not UTF-8 or longer than 10 MiB, are appended to the file of rejects, one JSON
object each; the rest is sent. Only its owner can read the file. Card data in it is redacted as the API does it. The codes are those of
[errors.md](errors.md).

\`\`\`json
{
  "source": "events.ndjson",
  "line": 17,
  "offset": 4096,
  "code": "invalid_level",
  "field": "level",
  "message": "expected a level",
  "text": "{\\"message\\":\\"x\\",\\"service\\":\\"s\\",\\"level\\":\\"loud\\"}"
}
\`\`\`

When all of them are mended: \`jq -r .text events.ndjson.rejects.ndjson | paylog send -\`.`;

const TAILING = `\`paylog tail\` reads the stream of [tail.md](tail.md): records come in whatever order they become searchable, each once, however old
their event time is. When the connection is lost it comes back behind the last record. Of more than \`--max-per-second\` records the others are left
out, and standard error says how many; \`paylog search\` finds them.`;

const EXPORTING = `\`paylog export\` reads the stream of [export.md](export.md). With \`--output\` it writes to \`<file>.part\`, which gets its name when everything is
there; whatever ends it early removes it. On standard output only the exit code says whether it was all: in a pipe use \`set -o pipefail\`.

\`paylog export | paylog send -\` moves records to another system ([how, and what holds](export.md#moving-records-to-another-system)): \`send\` knows the
lines that the API gave, and leaves out their \`received_at\`, which the new system sets itself.`;

/** docs/cli.md */
export function cliPage(): string {
  const context: CliContext = {
    env: {},
    homeDirectory: '~',
    hostName: '',
    version: '',
    stdin: Readable.from([]),
    stdout: new Writable(),
    stderr: new Writable(),
    signal: new AbortController().signal,
    topicTools: () => Promise.reject(new Error('documentation connects nowhere')),
    templateAdmin: () => Promise.reject(new Error('documentation connects nowhere')),
  };
  const program = createProgram(context, () => undefined);
  const settings = Object.entries<Setting<unknown>>(SETTINGS).map(([name, setting]) => [
    `\`${name}\``,
    setting.flag === undefined ? 'none' : `\`${setting.flag}\``,
    `\`${setting.env}\``,
    setting.default === undefined ? '' : `\`${setting.default}\``,
    `${sentence(setting.description)} Expected: ${setting.type.name}.`,
  ]);
  return [
    generatedFrom('services/cli/src/ and scripts/docs/cli-page.ts'),
    '# paylog',
    INTRODUCTION,
    '## Commands',
    ...commandsOf(program, []),
    '## Settings',
    SETTINGS_TEXT,
    table(['In the file', 'Flag', 'Environment', 'Default', 'Meaning'], settings),
    '## Exit codes',
    table(
      ['Code', 'Meaning'],
      Object.values(EXIT_CODES).map(({ code, meaning }) => [String(code), meaning]),
    ),
    '## Interrupted and resumed',
    RESUMING,
    '## Rejects',
    REJECTS,
    '## Tailing',
    TAILING,
    '## Exporting',
    EXPORTING,
    '',
  ].join('\n\n');
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}

/** Sections of the commands that do something, in the order of the help. */
function commandsOf(command: PaylogCommand, path: readonly string[]): string[] {
  return command.commands.flatMap((child) => {
    if (!(child instanceof PaylogCommand)) return [];
    const names = [...path, child.name()];
    return child.commands.length > 0 ? commandsOf(child, names) : [section(child, names)];
  });
}

function section(command: PaylogCommand, names: readonly string[]): string {
  const options = command
    .createHelp()
    .visibleOptions(command)
    .filter(({ long }) => long !== '--help')
    .map(({ flags, description, defaultValue }) => [
      `\`${flags}\``,
      sentence(description) + (typeof defaultValue === 'string' ? ` Default: \`${defaultValue}\`.` : ''),
    ]);
  const args = command.registeredArguments
    .map((argument) => {
      const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
      return argument.required ? ` <${name}>` : ` [${name}]`;
    })
    .join('');
  const examples = command.examples.map(({ what, command: line }) => `# ${what}\n${line}`).join('\n');
  return [
    `### paylog ${names.join(' ')}${args}`,
    command.description(),
    ...command.registeredArguments.map((argument) => `- \`${argument.name()}\`: ${argument.description}`),
    options.length === 0 ? '' : table(['Option', 'Meaning'], options),
    `\`\`\`sh\n${examples}\n\`\`\``,
  ].join('\n\n');
}
