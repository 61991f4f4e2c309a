import { readFileSync } from 'node:fs';
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
