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

/** What a command says when the API refuses its query. */
async function said(
  command: string,
  query: string,
  fault: Fault,
): Promise<{ code: number; stderr: string; api: ScriptedApi }> {
  const body = { code: 'invalid_query', detail: fault.message, errors: [{ field: 'query', ...fault }] };
  await using api = await ScriptedApi.start(() => ({ status: 400, body }));
  const { code, stderr } = await cli([command, '--url', api.url, '--query', query]);
  return { code, stderr: stderr.replace(api.url, 'URL'), api };
}

async function refused(query: string, fault: Fault): Promise<{ code: number; stderr: string; sent: unknown }> {
  const { code, stderr, api } = await said('search', query, fault);
  const [line = ''] = api.seen[0]?.lines ?? [];
  return { code, stderr, sent: (JSON.parse(line) as { query?: unknown }).query };
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

  it('is shown so by tail and export too', async () => {
    const fault = { message: '`a*b`: a `*` stands only at the end, at 8', position: 7, length: 1 };
    for (const command of ['tail', 'export']) {
      const { code, stderr, api } = await said(command, 'level & a*b', fault);
      assert.deepEqual([code, stderr.split('\n').slice(1)], [2, ['  level & a*b', '         ^', '']], command);
      assert.match(api.seen[0]?.path ?? '', /query=level\+%26\+a\*b/);
    }
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
