import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { cli } from '../support/cli.ts';
import { ScriptedApi } from '../support/scripted-api.ts';

interface Fault {
  readonly message: string;
  readonly position: number;
  readonly length: number;
  readonly advice?: string;
}

async function refused(query: string, fault: Fault): Promise<{ code: number; stderr: string; sent: unknown }> {
  const body = { code: 'invalid_query', detail: fault.message, errors: [{ field: 'query', ...fault }] };
  await using api = await ScriptedApi.start(() => ({ status: 400, body }));
  const { code, stderr } = await cli(['search', '--url', api.url, '--query', query]);
  const [line = ''] = api.seen[0]?.lines ?? [];
  return { code, stderr: stderr.replace(api.url, 'URL'), sent: (JSON.parse(line) as { query?: unknown }).query };
}

describe('a query that is refused', () => {
  it('is shown with a mark under the fault and with advice', async () => {
    const fault = {
      message: '`duration_ms:>abc`: expected a number, at 26',
      position: 25,
      length: 3,
      advice: 'write 500',
    };
    assert.deepEqual(await refused('level:error duration_ms:>abc x', fault), {
      code: 2,
      sent: 'level:error duration_ms:>abc x',
      stderr: [
        'paylog: URL: `duration_ms:>abc`: expected a number, at 26',
        '  level:error duration_ms:>abc x',
        '                           ^^^',
        'write 500',
        '',
      ].join('\n'),
    });
  });

  it('has its mark in the right place behind signs that take more room, and at the end', async () => {
    const { stderr } = await refused('💳\n\u001b[2J level:', { message: 'expected a value', position: 14, length: 0 });
    assert.deepEqual(stderr.split('\n').slice(1), ['  💳\\n\\u001b[2J level:', '                     ^', '']);
  });

  it('is cut around the fault when it is long', async () => {
    const query = `${'a '.repeat(500)}*b ${'c '.repeat(500)}`;
    const { stderr } = await refused(query, { message: 'in front', position: 1000, length: 1 });
    const [, text = '', mark = ''] = stderr.split('\n');
    assert.ok(text.length < 120 && text.startsWith('  …') && text.endsWith('…'), text);
    assert.equal(text[mark.indexOf('^')], '*');
  });
});
