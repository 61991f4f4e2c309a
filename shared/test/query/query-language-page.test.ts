import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { parseQuery } from '@paylog/shared/query/parse-query';
import { QUERY_FIELDS } from '@paylog/shared/query/query-fields';
import { MAX_QUERY_CONDITIONS, MAX_QUERY_LENGTH, MAX_QUERY_NESTING } from '@paylog/shared/query/query-limits';

const PAGE = readFileSync(new URL('../../../docs/query-language.md', import.meta.url), 'utf8');
const NOW = { nowMs: Date.parse('2026-11-23T10:00:00Z') };
const HOLDS = { words: 'words', keyword: 'exact text', number: 'number', time: 'time' } as const;

/** Cells of the rows of all tables whose first column is called so. */
function rows(firstColumn: string): string[][] {
  const tables = PAGE.split('\n\n').filter((block) => block.startsWith(`| ${firstColumn} `));
  return tables.flatMap((table) =>
    table
      .trim()
      .split('\n')
      .slice(2)
      .map((line) => line.split(/(?<!\\)\|/).slice(1, -1))
      .map((cells) => cells.map((cell) => cell.trim())),
  );
}

function code(cell: string | undefined): string {
  const [, text] = /^`(.*)`$/.exec(cell ?? '') ?? [];
  assert.ok(text !== undefined, `${cell ?? 'nothing'} is no code`);
  return text;
}

function accept(query: string): void {
  const parsed = parseQuery(query, NOW);
  assert.ok(parsed.ok, `${query}: ${parsed.ok ? '' : parsed.fault.message}`);
}

describe('docs/query-language.md', () => {
  it('has no example that is refused', () => {
    const blocks = [...PAGE.matchAll(/```query\n(.*?)```/gs)].flatMap(([, block = '']) => block.split('\n'));
    const queries = [
      ...blocks.filter((line) => line !== '' && !line.startsWith('# ')),
      ...rows('Query').map(([cell]) => code(cell)),
    ];
    assert.ok(queries.length >= 75, `${queries.length} examples`);
    queries.forEach(accept);
  });

  it('says of what is refused why, and what to write', () => {
    const refused = rows('Refused');
    assert.ok(refused.length >= 12);
    for (const [wrong, why = '', right] of refused) {
      const parsed = parseQuery(code(wrong), NOW);
      assert.ok(
        !parsed.ok && parsed.fault.message.includes(why),
        `${code(wrong)}: ${parsed.ok ? 'taken' : parsed.fault.message}`,
      );
      accept(code(right));
    }
  });

  it('lists every field with its type and its other names', () => {
    assert.deepEqual(
      rows('Field'),
      QUERY_FIELDS.map(({ field, aliases, description }) => [
        `\`${field.name}\``,
        HOLDS[field.type],
        aliases.map((alias) => `\`${alias}\``).join(', '),
        description,
      ]),
    );
  });

  it('states the limits', () => {
    const [characters, conditions] = [MAX_QUERY_LENGTH.toLocaleString('en'), MAX_QUERY_CONDITIONS];
    assert.ok(PAGE.includes(`${characters} characters, ${conditions} conditions and ${MAX_QUERY_NESTING} parentheses`));
  });
});
