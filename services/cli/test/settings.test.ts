import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { readSettings } from '../src/settings.ts';

describe('the settings of paylog', () => {
  let home = '';
  let file = '';

  before(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'paylog-cli-'));
    file = path.join(home, '.config', 'paylog', 'config.json');
    await mkdir(path.dirname(file), { recursive: true });
  });

  after(async () => {
    await rm(home, { recursive: true });
  });

  const url = async (flags: object, env: Readonly<Record<string, string>>, content: string): Promise<string> => {
    await writeFile(file, content);
    return (await readSettings(['url'], { flags: flags as Record<string, unknown>, env, homeDirectory: home })).url;
  };

  it('come from the flag, the environment, the file, the default, in this order', async () => {
    const content = '{"url":"http://file","batch":7}';
    assert.equal(await url({ url: 'http://flag' }, { PAYLOG_URL: 'http://env' }, content), 'http://flag');
    assert.equal(await url({}, { PAYLOG_URL: 'http://env' }, content), 'http://env');
    assert.equal(await url({}, { PAYLOG_URL: '' }, content), 'http://file');
    assert.equal(await url({}, {}, '{}'), 'http://localhost:8000');
    const { batch, service } = await readSettings(['batch', 'service'], {
      flags: {},
      env: { PAYLOG_BATCH: '9' },
      homeDirectory: home,
    });
    assert.deepEqual([batch, service], [9, undefined]);
  });

  it('may come from another file, which must be there', async () => {
    const other = path.join(home, 'other.json');
    await writeFile(other, '{"url":"http://other"}');
    assert.equal(await url({}, { PAYLOG_CONFIG: other }, '{}'), 'http://other');
    assert.equal(await url({ config: other }, { PAYLOG_CONFIG: '/none' }, '{}'), 'http://other');
    await assert.rejects(url({ config: '/none' }, {}, '{}'), /cannot be read/);
    await assert.rejects(url({}, { PAYLOG_CONFIG: '/none' }, '{}'), /cannot be read/);
  });

  it('are refused with their place when they are wrong, and never shown', async () => {
    const secret = 'http://user:hush@host';
    for (const [flags, env, content, expected] of [
      [{ url: secret }, {}, '{}', /^--url: expected an http/],
      [{}, { PAYLOG_URL: secret }, '{}', /^PAYLOG_URL: expected an http/],
      [{}, {}, JSON.stringify({ url: secret }), /^"url" in .*config.json: expected an http/],
      [{}, {}, '{"urls":"x"}', /^"urls" in .*: not a setting; there are url, apiKey/],
      [{}, {}, '{"url":true}', /^"url" in .*: expected a text or a number/],
      [{}, {}, '{"apiKey":"hush"', /not valid JSON$/],
      [{}, {}, '[]', /expected a JSON object$/],
    ] as const) {
      await assert.rejects(url(flags, env, content), (error: Error) => {
        assert.match(error.message, expected);
        return !error.message.includes('hush');
      });
    }
  });
});
