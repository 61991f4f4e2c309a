import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describe, it } from 'mocha';
import { QueryRefusedError } from '@paylog/shared/errors/query-refused-error';
import { StoreUnavailableError } from '@paylog/shared/errors/store-unavailable-error';
import { type AppServer, startAppServer } from '../support/app-server.ts';
import { ModelSearcher } from '../support/model-searcher.ts';

const NOW = Date.parse('2026-11-20T10:00:00.000Z');

function record(index: number, more: object = {}): string {
  const timestamp = new Date(NOW - 3_600_000 + index * 1000).toISOString();
  const level = ['debug', 'info', 'warn', 'error'][index % 4];
  const service = ['checkout', 'refunds', 'risk'][index % 3];
  return JSON.stringify({
    message: `payment ${index} declined`,
    service,
    level,
    timestamp,
    id: `e${String(index).padStart(3, '0')}`,
    ...more,
  });
}

interface Page {
  readonly logs: readonly { readonly id: string; readonly received_at: string }[];
  readonly next_cursor: string | null;
  readonly total: { readonly value: number; readonly relation: string };
  readonly took_ms: number;
}

const page = async (response: Response): Promise<Page> => {
  assert.equal(response.status, 200, await response.clone().text());
  return (await response.json()) as Page;
};

const idsOf = ({ logs }: Page): string[] => logs.map(({ id }) => id);

interface Problem {
  readonly code: string;
  readonly retryable: boolean;
  readonly status: number;
  readonly field?: string;
  readonly detail: string;
  readonly errors?: readonly { readonly field: string; readonly message: string; readonly code?: string }[];
}

const problem = async (response: Response): Promise<Problem> => {
  assert.equal(response.headers.get('content-type'), 'application/problem+json');
  const body = (await response.json()) as Problem;
  assert.equal(body.status, response.status);
  return body;
};

const serve = (searcher: ModelSearcher, more: { timeoutMs?: number; nowMs?: number } = {}): Promise<AppServer> =>
  startAppServer({ searcher, nowMs: NOW, ...more });

describe('GET /api/v1/logs', () => {
  const texts = Array.from({ length: 120 }, (_, index) => record(index));

  it('finds everything, newest first, fifty at a time', async () => {
    await using server = await serve(new ModelSearcher(texts));
    const { logs, next_cursor, total, took_ms } = await page(await server.get('/api/v1/logs'));
    assert.equal(logs.length, 50);
    assert.equal(logs[0]?.id, 'e119');
    assert.equal(logs[0].received_at, '2026-11-20T09:00:00.000Z');
    assert.equal(typeof next_cursor, 'string');
    assert.deepEqual(total, { value: 120, relation: 'eq' });
    assert.equal(took_ms, 0);
  });

  it('pages to the end without repeating or skipping, while records arrive', async () => {
    for (const order of ['asc', 'desc']) {
      const searcher = new ModelSearcher(texts);
      await using server = await serve(searcher);
      const found: string[] = [];
      let cursor: string | null = '';
      for (let pages = 0; cursor !== null; pages++) {
        const suffix: string = cursor === '' ? '' : `&cursor=${cursor}`;
        const answer: Page = await page(
          await server.get(`/api/v1/logs?order=${order}&limit=25&to=2026-11-20T09:02:00Z${suffix}`),
        );
        found.push(...idsOf(answer));
        cursor = answer.next_cursor;
        searcher.documents.push(...new ModelSearcher([record(200 + pages)]).documents);
        assert.ok(pages < 10);
      }
      const all = texts.map((_, index) => `e${String(index).padStart(3, '0')}`);
      assert.deepEqual(found, order === 'asc' ? all : all.reverse());
    }
  });

  it('ends with a null cursor when the last page is exactly full', async () => {
    await using server = await serve(new ModelSearcher(texts.slice(0, 10)));
    assert.equal((await page(await server.get('/api/v1/logs?limit=10'))).next_cursor, null);
    assert.deepEqual(idsOf(await page(await server.get('/api/v1/logs?q=nothing'))), []);
  });

  it('keeps the meaning of relative times from the first page on', async () => {
    const searcher = new ModelSearcher(texts);
    await using first = await serve(searcher);
    await using later = await serve(searcher, { nowMs: NOW + 3_600_000 });
    const path = '/api/v1/logs?from=-1h&to=now&limit=5';
    const { next_cursor } = await page(await first.get(path));
    await page(await later.get(`${path}&cursor=${String(next_cursor)}`));
    const [one, two] = searcher.requests;
    assert.equal(one?.from, '2026-11-20T09:00:00.000000000Z');
    assert.equal(one.to, '2026-11-20T10:00:00.000000000Z');
    assert.deepEqual([two?.from, two?.to], [one.from, one.to]);
  });

  it('keeps the meaning of times inside of the query, too', async () => {
    const searcher = new ModelSearcher(texts);
    await using first = await serve(searcher);
    await using later = await serve(searcher, { nowMs: NOW + 3_600_000 });
    const filters = { query: 'timestamp:>=-1h declined', limit: 5 };
    const { next_cursor } = await page(await first.post('/api/v1/logs/search', filters));
    await page(await later.post('/api/v1/logs/search', { ...filters, cursor: next_cursor }));
    const [one, two] = searcher.requests;
    assert.match(JSON.stringify(one?.query), /2026-11-20T09:00:00/);
    assert.deepEqual(two?.query, one?.query);
    await page(await later.post('/api/v1/logs/search', filters));
    assert.match(JSON.stringify(searcher.requests[2]?.query), /2026-11-20T10:00:00/);
  });

  it('finds by a query beside the filters', async () => {
    await using server = await serve(new ModelSearcher(texts));
    const query = encodeURIComponent('(service:checkout OR service:risk) -"payment 3" level:>=warn');
    const found = await page(await server.get(`/api/v1/logs?query=${query}&service=checkout&limit=3`));
    assert.deepEqual(idsOf(found), ['e114', 'e111', 'e102']);
  });

  it('says of a query where it is wrong and what would be right', async () => {
    await using server = await serve(new ModelSearcher());
    const response = await server.get('/api/v1/logs?query=level:error%20duration_ms:%3Eabc');
    const { request_id: _, ...body } = (await response.json()) as Record<string, unknown>;
    const [fault] = body['errors'] as { message: string; advice?: string }[];
    const { advice } = fault ?? {};
    const message = '`duration_ms:>abc`: expected a number, at 26';
    assert.deepEqual(body, {
      ...{ type: '/docs/errors#invalid-query', title: 'The query cannot be read', status: 400, code: 'invalid_query' },
      ...{ retryable: false, detail: `query: ${message}`, field: 'query', position: 25, length: 3 },
      ...(advice !== undefined && { advice }),
      errors: [
        {
          ...{ field: 'query', code: 'invalid_query', message, position: 25, length: 3 },
          ...(advice !== undefined && { advice }),
        },
      ],
    });
  });

  it('asks the store for what the parameters say', async () => {
    const searcher = new ModelSearcher();
    await using server = await serve(searcher);
    const trace = '4BF92F3577B34DA6A3CE929D0E0E4736';
    await page(
      await server.get(
        `/api/v1/logs?q=Payment%20DECLINED,%20payment&from=1795161600&to=2026-11-20T11:00:00.5%2B01:00&service=a,b&service=c&level=>=error,debug&trace_id=${trace}&payment_id=p%201&environment=prod&order=asc&limit=7`,
      ),
    );
    assert.deepEqual(searcher.requests, [
      {
        words: ['payment', 'declined'],
        from: '2026-11-20T08:00:00.000000000Z',
        to: '2026-11-20T10:00:00.500000000Z',
        services: ['a', 'b', 'c'],
        levels: ['debug', 'error', 'fatal'],
        traceId: trace.toLowerCase(),
        paymentId: 'p 1',
        environment: 'prod',
        order: 'asc',
        limit: 8,
        countUpTo: 10_000,
      },
    ]);
  });

  for (const [query, levels] of [
    ['level=warn', ['warn']],
    ['level=WARNING', ['warn']],
    ['level=>=warn', ['warn', 'error', 'fatal']],
    ['level=%3E%3Dtrace', ['trace', 'debug', 'info', 'warn', 'error', 'fatal']],
    ['level=warn&level=error,info', ['info', 'warn', 'error']],
  ] as const) {
    it(`reads ${query}`, async () => {
      const searcher = new ModelSearcher();
      await using server = await serve(searcher);
      await page(await server.get(`/api/v1/logs?${query}`));
      assert.deepEqual(searcher.requests[0]?.levels, levels);
    });
  }

  for (const [text, from] of [
    ['now', '2026-11-20T10:00:00.000000000Z'],
    ['-15m', '2026-11-20T09:45:00.000000000Z'],
    ['-1h30m', '2026-11-20T08:30:00.000000000Z'],
    ['now-2d', '2026-11-18T10:00:00.000000000Z'],
    ['-1w', '2026-11-13T10:00:00.000000000Z'],
    ['-90s', '2026-11-20T09:58:30.000000000Z'],
    ['1795161600123', '2026-11-20T08:00:00.123000000Z'],
    ['1795161600123456789', '2026-11-20T08:00:00.123456789Z'],
    ['2026-11-20T08:00:00.123456789Z', '2026-11-20T08:00:00.123456789Z'],
  ] as const) {
    it(`reads from=${text}`, async () => {
      const searcher = new ModelSearcher();
      await using server = await serve(searcher);
      await page(await server.get(`/api/v1/logs?from=${text}`));
      assert.equal(searcher.requests[0]?.from, from);
    });
  }

  for (const [query, field, code] of [
    ['levle=warn', 'levle', 'unknown_parameter'],
    ['__proto__=1', '__proto__', 'unknown_parameter'],
    ['from=yesterday', 'from', 'invalid_parameter'],
    ['from=-15', 'from', 'invalid_parameter'],
    ['from=-99999999w', 'from', 'invalid_parameter'],
    ['to=2026-13-01T00:00:00Z', 'to', 'invalid_parameter'],
    ['to=2026-11-20T08:00:00', 'to', 'invalid_parameter'],
    ['from=now&to=-1h', 'from', 'invalid_parameter'],
    ['from=now&to=now', 'from', 'invalid_parameter'],
    ['level=loud', 'level', 'invalid_parameter'],
    ['level=warn,', 'level', 'invalid_parameter'],
    ['level=', 'level', 'invalid_parameter'],
    ['service=', 'service', 'invalid_parameter'],
    [`service=${'a,'.repeat(100)}b`, 'service', 'invalid_parameter'],
    ['trace_id=abc', 'trace_id', 'invalid_parameter'],
    ['payment_id=', 'payment_id', 'invalid_parameter'],
    ['order=up', 'order', 'invalid_parameter'],
    ['order=asc&order=desc', 'order', 'invalid_parameter'],
    ['limit=0', 'limit', 'invalid_parameter'],
    ['limit=1001', 'limit', 'invalid_parameter'],
    ['limit=1e2', 'limit', 'invalid_parameter'],
    ['limit=-1', 'limit', 'invalid_parameter'],
    ['q=', 'q', 'invalid_parameter'],
    ['q=!!!', 'q', 'invalid_parameter'],
    [`q=${'x'.repeat(1025)}`, 'q', 'invalid_parameter'],
    ['cursor=', 'cursor', 'invalid_parameter'],
    ['cursor=abc', 'cursor', 'invalid_cursor'],
    ['cursor=%00', 'cursor', 'invalid_cursor'],
    [`cursor=${Buffer.from('[2,"x","y","z",0]').toString('base64url')}`, 'cursor', 'invalid_cursor'],
    [
      `cursor=${Buffer.from('[2,"2026-11-20T08:00:00.000000000Z","y","z",-1]').toString('base64url')}`,
      'cursor',
      'invalid_cursor',
    ],
    ['cursor=a&cursor=b', 'cursor', 'invalid_parameter'],
    ['query=', 'query', 'invalid_parameter'],
    ['query=a&query=b', 'query', 'invalid_parameter'],
    ['query=level:%3E', 'query', 'invalid_query'],
    ['query=*x', 'query', 'invalid_query'],
    [`query=${'x'.repeat(8193)}`, 'query', 'invalid_query'],
  ] as const) {
    it(`refuses ${query.slice(0, 60)}`, async () => {
      const searcher = new ModelSearcher();
      await using server = await serve(searcher);
      const response = await server.get(`/api/v1/logs?${query}`);
      assert.equal(response.status, 400);
      const body = await problem(response);
      assert.deepEqual([body.field, body.code, body.errors?.length], [field, code, 1]);
      assert.ok(body.errors?.[0]?.message);
      assert.equal(searcher.requests.length, 0);
    });
  }

  it('lists every fault of a request', async () => {
    await using server = await serve(new ModelSearcher());
    const body = await problem(await server.get('/api/v1/logs?limit=0&from=x&levle=warn&order=up&cursor=!'));
    assert.equal(body.code, 'invalid_parameter');
    assert.deepEqual(body.errors?.map(({ field }) => field).sort(), ['cursor', 'from', 'levle', 'limit', 'order']);
  });

  it('says of a cursor that it was made with other filters', async () => {
    await using server = await serve(new ModelSearcher(texts));
    const { next_cursor } = await page(await server.get('/api/v1/logs?level=warn,error&service=checkout&limit=2'));
    const cursor = String(next_cursor);
    for (const changed of [
      'level=warn&service=checkout',
      'level=warn,error',
      'level=warn,error&service=checkout&order=asc',
      'level=warn,error&service=checkout&q=x',
      'level=warn,error&service=checkout&query=x',
    ]) {
      const body = await problem(await server.get(`/api/v1/logs?${changed}&cursor=${cursor}`));
      assert.equal(body.code, 'invalid_cursor');
      assert.match(body.detail, /other filters/);
    }
    // The order of values and the size of pages may change.
    await page(await server.get(`/api/v1/logs?service=checkout&level=error,warn&limit=3&cursor=${cursor}`));
  });

  it('gives numbers back exactly as they were sent', async () => {
    const text =
      '{"message":"m","service":"s","id":"n1","timestamp":"2026-11-20T08:00:00Z","attributes":{"big":9007199254740993,"huge":1e400,"zero":-0.0,"tail":1.10}}';
    await using server = await serve(new ModelSearcher([text]));
    for (const answer of [
      await (await server.get('/api/v1/logs')).text(),
      await (await server.get('/api/v1/logs/n1')).text(),
    ]) {
      assert.match(answer, /"big":9007199254740993,"huge":1e400,"zero":-0\.0,"tail":1\.10/);
      assert.doesNotMatch(answer, /"@timestamp"|"data_set"|"v":1/);
    }
  });
});

describe('POST /api/v1/logs/search', () => {
  it('takes the same parameters as JSON', async () => {
    const searcher = new ModelSearcher(Array.from({ length: 20 }, (_, index) => record(index)));
    await using server = await serve(searcher);
    const filters = { q: 'declined', level: ['warn', '>=error'], service: 'checkout', from: '-1h', to: null, limit: 2 };
    const first = await page(await server.post('/api/v1/logs/search', filters));
    assert.deepEqual(idsOf(first), ['e018', 'e015']);
    const second = await page(await server.post('/api/v1/logs/search', { ...filters, cursor: first.next_cursor }));
    assert.equal(idsOf(second).length, 2);
    // A cursor of one route is good on the other.
    const query = 'q=declined&level=warn,%3E%3Derror&service=checkout&from=-1h&limit=2';
    assert.deepEqual(await page(await server.get(`/api/v1/logs?${query}&cursor=${String(first.next_cursor)}`)), second);
  });

  it('takes names with commas, which a URL cannot carry', async () => {
    const searcher = new ModelSearcher();
    await using server = await serve(searcher);
    await page(await server.post('/api/v1/logs/search', { service: ['a,b', 'c'], from: 1795161600 }));
    assert.deepEqual(searcher.requests[0]?.services, ['a,b', 'c']);
    assert.equal(searcher.requests[0].from, '2026-11-20T08:00:00.000000000Z');
  });

  it('takes a compressed body', async () => {
    await using server = await serve(new ModelSearcher());
    const headers = { 'content-type': 'application/json; charset=utf-8', 'content-encoding': 'gzip' };
    await page(await server.post('/api/v1/logs/search', gzipSync('{"limit":1}'), headers));
  });

  for (const [name, body, status, code] of [
    ['broken JSON', '{"limit":', 400, 'malformed_body'],
    ['an array', '[]', 400, 'malformed_body'],
    ['no body', '', 400, 'malformed_body'],
    ['text that is not UTF-8', Buffer.from('{"q":"\xff"}', 'latin1'), 400, 'invalid_utf8'],
    ['a body that is too large', `{"q":"${'x'.repeat(70_000)}"}`, 413, 'body_too_large'],
    ['an unknown member', '{"levle":"warn"}', 400, 'unknown_parameter'],
    ['__proto__', '{"__proto__":{"limit":1}}', 400, 'invalid_parameter'],
    ['an object for a text', '{"q":{"a":1}}', 400, 'invalid_parameter'],
    ['an array for a single value', '{"q":["a"]}', 400, 'invalid_parameter'],
    ['a boolean', '{"limit":true}', 400, 'invalid_parameter'],
    ['an empty list', '{"service":[]}', 400, 'invalid_parameter'],
    ['a number with a fraction', '{"limit":1.5}', 400, 'invalid_parameter'],
  ] as const) {
    it(`refuses ${name}`, async () => {
      await using server = await serve(new ModelSearcher());
      const response = await server.post('/api/v1/logs/search', body);
      assert.equal(response.status, status);
      assert.equal((await problem(response)).code, code);
    });
  }

  it('refuses other media types, encodings and bodies that are not what they say', async () => {
    await using server = await serve(new ModelSearcher());
    const codeOf = async (headers: Record<string, string>): Promise<string> =>
      (await problem(await server.post('/api/v1/logs/search', '{}', headers))).code;
    assert.equal(await codeOf({ 'content-type': 'text/plain' }), 'unsupported_media_type');
    assert.equal(await codeOf({ 'content-type': 'application/json; charset=latin1' }), 'unsupported_media_type');
    assert.equal(
      await codeOf({ 'content-type': 'application/json', 'content-encoding': 'compress' }),
      'unsupported_encoding',
    );
    assert.equal(await codeOf({ 'content-type': 'application/json', 'content-encoding': 'gzip' }), 'malformed_body');
    assert.equal(await codeOf({ 'content-type': 'application/json', 'content-encoding': 'br' }), 'malformed_body');
    const inUrl = await problem(await server.post('/api/v1/logs/search?limit=1', {}));
    assert.deepEqual([inUrl.code, inUrl.field], ['unknown_parameter', 'limit']);
  });
});

describe('GET /api/v1/logs/:id', () => {
  it('gives one record, by any id', async () => {
    const id = 'a/b ü%?#';
    await using server = await serve(new ModelSearcher([record(1, { id })]));
    const response = await server.get(`/api/v1/logs/${encodeURIComponent(id)}`);
    assert.equal(response.status, 200);
    assert.equal(((await response.json()) as { id: string }).id, id);
  });

  it('answers 404 for an unknown id, 400 for parameters and broken encoding', async () => {
    await using server = await serve(new ModelSearcher());
    assert.equal((await problem(await server.get('/api/v1/logs/none'))).code, 'not_found');
    assert.equal((await problem(await server.get(`/api/v1/logs/${'x'.repeat(300)}`))).code, 'not_found');
    assert.equal((await problem(await server.get('/api/v1/logs/none?pretty=1'))).code, 'unknown_parameter');
    assert.equal((await problem(await server.get('/api/v1/logs/%ff'))).code, 'invalid_parameter');
  });
});

describe('search routes under trouble', () => {
  it('answers 504 in time, and aborts the search', async () => {
    const searcher = new ModelSearcher();
    // A store that does not heed the signal.
    searcher.before = () => sleep(1000, undefined, { ref: false });
    await using server = await serve(searcher, { timeoutMs: 50 });
    const response = await server.get('/api/v1/logs');
    assert.equal(response.status, 504);
    assert.equal((await problem(response)).code, 'store_timeout');
    assert.equal(searcher.signals[0]?.aborted, true);
  });

  it('aborts the search when the client goes away', async () => {
    const searcher = new ModelSearcher();
    const aborted = new Promise<void>((resolve) => {
      searcher.before = (signal) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            reject(signal.reason as Error);
            resolve();
          });
        });
    });
    await using server = await serve(searcher);
    const client = new AbortController();
    const answer = server.get('/api/v1/logs', { signal: client.signal });
    while (searcher.requests.length === 0) await sleep(5);
    client.abort();
    await assert.rejects(answer);
    await aborted;
    await sleep(20);
    assert.deepEqual(server.log.lines, []);
    assert.match(
      await server.metrics.render(),
      /paylog_search_requests_total\{route="\/api\/v1\/logs",status="499"\} 1/,
    );
  });

  it('answers 503 with Retry-After when the store is gone, 504 when it is slow, and tells nothing of it', async () => {
    const searcher = new ModelSearcher();
    await using server = await serve(searcher);
    searcher.before = () =>
      Promise.reject(new StoreUnavailableError('store_unavailable', 'connect ECONNREFUSED 10.0.0.7:9200'));
    const gone = await server.get('/api/v1/logs/x');
    assert.equal(gone.status, 503);
    assert.equal(gone.headers.get('retry-after'), '2');
    assert.doesNotMatch(JSON.stringify(await problem(gone)), /10\.0\.0\.7/);
    searcher.before = () => Promise.reject(new StoreUnavailableError('store_timeout', 'slow'));
    assert.equal((await server.get('/api/v1/logs')).status, 504);
    assert.deepEqual(server.log.lines, []);
  });

  it('answers 400 with advice when the store refuses the query for its cost', async () => {
    const searcher = new ModelSearcher();
    searcher.before = () => Promise.reject(new QueryRefusedError('write more of that word'));
    await using server = await serve(searcher);
    const response = await server.get('/api/v1/logs?query=pay*');
    assert.equal(response.status, 400);
    const { code, field, detail, retryable } = await problem(response);
    assert.deepEqual([code, field, detail, retryable], ['invalid_query', 'query', 'write more of that word', false]);
    assert.deepEqual(server.log.lines, []);
  });

  it('answers 500 to what nobody foresaw, logs it, and tells nothing of it', async () => {
    const searcher = new ModelSearcher();
    searcher.before = () => Promise.reject(new Error('inner secret'));
    await using server = await serve(searcher);
    const response = await server.get('/api/v1/logs', { headers: { 'x-request-id': 'mine-1' } });
    assert.equal(response.status, 500);
    const text = await response.text();
    assert.doesNotMatch(text, /secret/);
    assert.match(text, /"request_id":"mine-1"/);
    assert.equal(server.log.lines.length, 1);
    assert.equal(server.log.lines[0]?.fields?.['request_id'], 'mine-1');
  });

  it('counts and times its answers', async () => {
    await using server = await serve(new ModelSearcher());
    await page(await server.get('/api/v1/logs'));
    await server.get('/api/v1/logs?limit=0');
    await sleep(10);
    const text = await server.metrics.render();
    assert.match(text, /paylog_search_requests_total\{route="\/api\/v1\/logs",status="200"\} 1/);
    assert.match(text, /paylog_search_requests_total\{route="\/api\/v1\/logs",status="400"\} 1/);
    assert.match(text, /paylog_search_seconds_count\{route="\/api\/v1\/logs"\} 2/);
  });
});
