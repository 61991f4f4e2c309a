import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { EXPLORE_ROUTES } from '../../src/explore/explore-router.ts';
import { startAppServer } from '../support/app-server.ts';
import { ModelSearcher } from '../support/model-searcher.ts';

const PAGE = readFileSync(new URL('../../../../docs/search.md', import.meta.url), 'utf8');
const BASE = 'http://localhost:8000';

/** The words of a command, as a shell splits them (single quotes only). */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/(?:'[^']*'|[^\s'])+/g)].map(([word]) => word.replaceAll("'", ''));
}

interface Call {
  readonly path: string;
  readonly init: RequestInit;
}

/** What curl would send; options that this does not know are a failure. */
function callOf(command: string): Call {
  const [program, ...words] = wordsOf(command);
  assert.equal(program, 'curl', command);
  let url = '';
  let inUrl = false;
  const data: string[] = [];
  const headers: Record<string, string> = {};
  while (words.length > 0) {
    const word = words.shift() ?? '';
    if (word === '-G') inUrl = true;
    else if (word === '-d') data.push(words.shift() ?? '');
    else if (word === '--data-urlencode') {
      const [name = '', ...rest] = (words.shift() ?? '').split('=');
      data.push(`${name}=${encodeURIComponent(rest.join('='))}`);
    } else if (word === '-H') {
      const [name = '', value = ''] = (words.shift() ?? '').split(': ');
      headers[name] = value;
    } else {
      assert.ok(word.startsWith(BASE), `${word} of ${command}`);
      url = word.slice(BASE.length);
    }
  }
  if (inUrl) return { path: `${url}?${data.join('&')}`, init: { headers } };
  return { path: url, init: data.length === 0 ? { headers } : { method: 'POST', headers, body: data.join('&') } };
}

const commands = [...PAGE.matchAll(/```sh\n(.*?)```/gs)]
  .flatMap(([, block = '']) => block.replaceAll('\\\n', ' ').trim().split('\n'))
  .filter((line) => line !== '');

describe('docs/search.md', () => {
  const searcher = new ModelSearcher([
    JSON.stringify({
      ...{ message: 'card declined', service: 'checkout', id: 'evt-8f14e45f', level: 'error', duration_ms: 900 },
      trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
      payment: { id: 'pay_123', status: 'declined', provider: 'acme' },
      timestamp: new Date(Date.now() - 1000).toISOString(),
    }),
  ]);

  for (const command of commands) {
    it(`shows how it works: ${command.slice(0, 100)}`, async () => {
      await using server = await startAppServer({ searcher });
      const { path, init } = callOf(command);
      const response = await server.get(path, init);
      const text = await response.text();
      assert.equal(response.status, 200, text);
      assert.match(text, /evt-8f14e45f|"count":1|"sampled":1/, 'it finds the record');
    });
  }

  it('shows every route that reads', () => {
    const paths = commands.map((command) => callOf(command).path);
    for (const { path } of EXPLORE_ROUTES) {
      const pattern = new RegExp(`^/api/v1${path.replace(/\{\w+\}/, '[^/?]+')}(\\?|$)`);
      assert.ok(
        paths.some((each) => pattern.test(each)),
        path,
      );
    }
  });
});
