import { readFileSync } from 'node:fs';
import { settingRows } from '@paylog/shared/config/config-table';
import { defaultTextFor } from '@paylog/shared/config/setting';
import { table } from './markdown.ts';

const folder = new URL('../../infra/terraform/', import.meta.url);

/** A block at the left margin: `terraform fmt` puts its end there too. */
const BLOCK = /^(variable|output) "([a-z_]+)" \{\n([\s\S]*?)^\}/gm;
/** Between these marks of the README stands a table: `<!-- begin: inputs of modules/helm-chart -->`. */
const MARKED = /(<!-- begin: (inputs|outputs) of ([a-z/-]+) -->\n)[\s\S]*?(<!-- end -->)/g;

interface Block {
  readonly name: string;
  readonly body: string;
}

function blocks(kind: string, source: string): readonly Block[] {
  return [...source.matchAll(BLOCK)]
    .filter((found) => found[1] === kind)
    .map((found) => ({ name: found[2] ?? '', body: found[3] ?? '' }));
}

/** The text of an argument at the first level of a block; its value may go on over deeper lines. */
function argument({ body }: Block, name: string): string | undefined {
  return new RegExp(`^ {2}${name} += (.*(?:\\n {3,}.*)*(?:\\n {2}[)}\\]]+)?)$`, 'm').exec(body)?.[1];
}

function description(block: Block): string {
  const text = argument(block, 'description');
  if (text === undefined) throw new Error(`${block.name} of infra/terraform has no description`);
  return JSON.parse(text) as string;
}

/** The type in one line; of an object the names of what it may hold. */
function typeOf(block: Block): string {
  const type = argument(block, 'type') ?? 'any';
  const members = [...type.matchAll(/^ {4}([a-z_]+) += /gm)].map((member) => member[1]);
  return members.length === 0 ? type : `object({ ${members.join(', ')} })`;
}

function inputs(source: string): string {
  const rows = blocks('variable', source).map((block) => {
    const given = argument(block, 'default');
    return [
      `\`${block.name}\``,
      `\`${typeOf(block)}\``,
      given === undefined ? 'required' : `\`${given}\``,
      description(block),
    ];
  });
  return table(['Input', 'Type', 'Default', 'Meaning'], rows);
}

function outputs(source: string): string {
  const rows = blocks('output', source).map((block) => [`\`${block.name}\``, description(block)]);
  return table(['Output', 'Meaning'], rows);
}

/** infra/terraform/README.md: written by hand but for the tables of inputs and outputs. */
export function terraformPage(): string {
  const read = (path: string): string => readFileSync(new URL(path, folder), 'utf8');
  return read('README.md').replaceAll(MARKED, (_all, begin: string, kind: string, module: string, end: string) => {
    const rows = kind === 'inputs' ? inputs(read(`${module}/variables.tf`)) : outputs(read(`${module}/outputs.tf`));
    return `${begin}\n${rows}\n\n${end}`;
  });
}

/** Settings whose defaults the rules of the module take for what nobody gives. */
const WITH_DEFAULTS: readonly string[] = ['INDEX_DAYS_PAST', 'LOG_LEVEL', 'RETENTION_DAYS'];

/** modules/helm-chart/settings.tf: what the module knows of the configuration table, as `terraform fmt` writes it. */
export function terraformSettings(): string {
  const rows = settingRows().map(({ row }) => row);
  const secrets = rows.filter(({ secret }) => secret === true).map(({ key }) => `    ${JSON.stringify(key)},`);
  const longest = Math.max(...WITH_DEFAULTS.map((key) => key.length));
  const defaults = rows
    .filter(({ key }) => WITH_DEFAULTS.includes(key))
    .map((row) => `    ${row.key.padEnd(longest)} = ${JSON.stringify(defaultTextFor(row, 'indexer'))}`);
  return [
    '# Written by `npm run docs` from the configuration table (docs/config.md).',
    '',
    'locals {',
    '  # Settings that are secrets.',
    '  secret_settings = [',
    ...secrets.sort(),
    '  ]',
    '',
    '  # What settings are that nobody gives, as far as a rule asks.',
    '  default_settings = {',
    ...defaults.sort(),
    '  }',
    '}',
    '',
  ].join('\n');
}
