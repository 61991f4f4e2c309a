import { CONFIG_TABLE, GROUP_TITLES } from '@paylog/shared/config/config-table';
import { RELATIONS } from '@paylog/shared/config/relations';
import { ALL_SERVICES, type AnySetting } from '@paylog/shared/config/setting';
import { generatedFrom, table } from './markdown.ts';

function defaultOf({ default: text }: AnySetting): string {
  if (text === null) return '';
  if (typeof text === 'string') return `\`${text}\``;
  const entries = Object.entries(text);
  const [first] = entries;
  const same = entries.every(([, value]) => value === first?.[1]);
  if (same && entries.length === ALL_SERVICES.length) return `\`${String(first?.[1])}\``;
  return entries.map(([service, value]) => `${service}: \`${value}\``).join(', ');
}

function servicesOf({ services }: AnySetting): string {
  return services.length === ALL_SERVICES.length ? 'all' : services.join(', ');
}

function row(setting: AnySetting): readonly string[] {
  const secret = setting.secret === true ? ' Secret: never shown.' : '';
  return [
    `\`${setting.key}\``,
    defaultOf(setting),
    servicesOf(setting),
    `${setting.description} Expected: ${setting.type.name}.${secret}`,
  ];
}

const INTRODUCTION = `Every setting is an environment variable. The environment is read once, at start; an empty text counts as absent.
If anything is wrong (a value that cannot be read, a number out of range, settings that contradict each other, a name that
looks like a misspelled setting), the process does not start and lists every fault at once.

- **Bytes** are plain numbers, or with a unit: \`10MiB\` (KiB, MiB, GiB, in steps of 1024) or \`10MB\` (KB, MB, GB, in steps of 1000).
- **Times** are plain milliseconds, or with a unit: \`500ms\`, \`30s\`, \`5m\`, \`12h\`, \`7d\`.
- **true or false** may also be written 1/0, yes/no, on/off.

The last but one column says which process reads a setting: \`api\`, \`indexer\`, or \`standalone\` (both in one, \`npm start\`).
The all-in-one process uses its embedded queue unless \`KAFKA_BROKERS\` is set, and its embedded store unless
\`ELASTICSEARCH_URL\` is set; each side can be chosen alone.`;

const DATA_SETS = `A data set is the middle of the index name \`logs-<data set>-<yyyy.MM.dd>\`. It has no hyphen, so that the name can be taken
apart in one way only and the pattern \`logs-pay-*\` never finds the records of a data set \`pay-eu\`. Use \`_\` or \`.\` instead:
\`pay_eu\`, \`acme.prod\`.`;

/** docs/config.md */
export function configPage(): string {
  const groups = Object.entries(CONFIG_TABLE).map(([group, settings]) => {
    const rows = Object.values<AnySetting>(settings).map(row);
    return `## ${GROUP_TITLES[group as keyof typeof CONFIG_TABLE]}\n\n${table(['Variable', 'Default', 'Read by', 'Meaning'], rows)}`;
  });
  return [
    generatedFrom('shared/src/config/'),
    '# Configuration',
    INTRODUCTION,
    ...groups,
    '## Data sets',
    DATA_SETS,
    '## Rules between settings',
    'They hold where a process reads both sides.',
    RELATIONS.map(({ rule }) => `- ${rule}.`).join('\n'),
    '',
  ].join('\n\n');
}
