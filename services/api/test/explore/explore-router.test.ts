import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, it } from 'mocha';
import { StoreUnavailableError } from '@paylog/shared/errors/store-unavailable-error';
import { type AppServer, startAppServer } from '../support/app-server.ts';
import { ModelSearcher } from '../support/model-searcher.ts';

const NOW = Date.parse('2026-11-20T10:00:00.000Z');
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

const record = (id: string, timestamp: string, more: object = {}): string =>
  JSON.stringify({ message: `about ${id}`, service: 'checkout', level: 'info', timestamp, id, ...more });

/** Six records in the last hour, by minute. */
const texts = [
  record('a', '2026-11-20T09:10:00Z', {
    trace_id: TRACE,
    payment: { id: 'pay 1/2', status: 'created', amount_minor: 5 },
  }),
  record('b', '2026-11-20T09:10:30.5Z', { level: 'error', trace_id: TRACE, span_id: '00f067aa0ba902b7' }),
  record('c', '2026-11-20T09:11:00Z', { service: 'risk', payment: { id: 'pay 1/2', status: 'captured' } }),
  record('d', '2026-11-20T09:20:00Z', { environment: 'staging', attributes: { region: 'eu', attempt: 2 } }),
  record('e', '2026-11-20T09:30:00Z', {
    attributes: { region: 'us' },
    message: 'paid for pay 1/2 and pay_2',
    payment: { id: 'pay_2' },
  }),
  record('f', '2026-11-20T09:30:00Z', { environment: 'staging' }),
];

const serve = (searcher: ModelSearcher, more: { timeoutMs?: number } = {}): Promise<AppServer> =>
  startAppServer({ searcher, nowMs: NOW, ...more });

async function json<T>(response: Response): Promise<T> {
  assert.equal(response.status, 200, await response.clone().text());
  assert.equal(response.headers.get('content-type'), 'application/json');
  return (await response.json()) as T;
}

interface Histogram {
  readonly interval: string;
  readonly time_zone: string;
  readonly from: string;
  readonly to: string;
  readonly total: number;
  readonly buckets: readonly {
    readonly from: string;
    readonly to: string;
    readonly count: number;
    readonly split?: readonly { readonly value: string; readonly count: number }[];
  }[];
}

describe('GET /api/v1/histogram', () => {
  const histogram = async (query: string, searcher = new ModelSearcher(texts)): Promise<Histogram> => {
    await using server = await serve(searcher);
    return await json<Histogram>(await server.get(`/api/v1/histogram${query}`));
  };

  it('counts from the oldest hit until now, in intervals of its choice', async () => {
    const { interval, time_zone, from, to, total, buckets } = await histogram('');
    assert.deepEqual([interval, time_zone, total], ['1m', 'UTC', 6]);
    assert.deepEqual([from, to], ['2026-11-20T09:10:00.000000000Z', '2026-11-20T10:00:00.000000000Z']);
    assert.equal(buckets.length, 50);
    assert.deepEqual(buckets[0], { from: '2026-11-20T09:10:00.000Z', to: '2026-11-20T09:11:00.000Z', count: 2 });
    assert.ok(buckets.every((bucket, index) => index === 0 || bucket.from === buckets[index - 1]?.to));
  });

  it('counts what the filters leave, exactly within their bounds', async () => {
    const { total, buckets, from } = await histogram(
      '?from=2026-11-20T09:10:15Z&to=2026-11-20T09:30:00.000000001Z&interval=10m&level=>=info',
    );
    assert.equal(from, '2026-11-20T09:10:15.000000000Z');
    assert.deepEqual(
      buckets.map(({ from: begin, count }) => [begin.slice(11, 16), count]),
      [
        ['09:10', 2],
        ['09:20', 1],
        ['09:30', 2],
      ],
    );
    assert.equal(total, 5);
    assert.equal((await histogram('?query=level:error')).total, 1);
  });

  it('splits by a field, the most frequent values first', async () => {
    const { buckets } = await histogram('?split=level&interval=1h&from=-1h');
    assert.deepEqual(
      buckets.map(({ split }) => split),
      [
        [
          { value: 'info', count: 5 },
          { value: 'error', count: 1 },
        ],
      ],
    );
    const one = await histogram('?split=attributes.region&split_limit=1&interval=1h&from=-1h');
    assert.deepEqual(one.buckets[0]?.split, [{ value: 'eu', count: 1 }]);
  });

  it('begins days at midnight of a zone', async () => {
    const { buckets, time_zone } = await histogram('?interval=1d&time_zone=Asia/Kolkata');
    assert.deepEqual([time_zone, buckets.length, buckets[0]?.from], ['Asia/Kolkata', 1, '2026-11-19T18:30:00.000Z']);
    assert.equal((await histogram('?interval=1d&time_zone=%2B02:00')).buckets[0]?.from, '2026-11-19T22:00:00.000Z');
  });

  it('reaches to the newest hit where a clock is ahead', async () => {
    const ahead = new ModelSearcher([
      ...texts,
      record('z', '2026-11-20T10:00:00Z'),
      record('zz', '2026-11-20T10:04:00.0000001Z'),
    ]);
    const { to, total, buckets } = await histogram('?from=-1h', ahead);
    assert.deepEqual([to, total], ['2026-11-20T10:04:00.002000000Z', 8]);
    assert.equal(buckets.at(-1)?.count, 1);
    const future = await histogram('?from=2026-11-20T10:01:00Z', ahead);
    assert.deepEqual([future.total, future.from], [1, '2026-11-20T10:01:00.000000000Z']);
    const nothing = await histogram('?from=2026-11-20T11:00:00Z', ahead);
    assert.deepEqual([nothing.total, nothing.buckets.length], [0, 1]);
  });

  it('answers for an empty store', async () => {
    assert.deepEqual(await histogram('', new ModelSearcher()), {
      ...{ interval: '1ms', time_zone: 'UTC', total: 0, buckets: [], took_ms: 0 },
      ...{ from: '2026-11-20T10:00:00.000000000Z', to: '2026-11-20T10:00:00.000000000Z' },
    });
    const { total, buckets } = await histogram('?from=-15m', new ModelSearcher());
    assert.deepEqual([total, buckets.length], [0, 60]);
  });

  it('makes as many buckets as it may', async () => {
    assert.ok((await histogram('?from=-400d&buckets=1000')).buckets.length > 400);
    assert.equal((await histogram('?from=-1h&buckets=1')).total, 6);
    assert.equal((await histogram('?from=-1000s&interval=1s')).buckets.length, 1000);
  });

  it('makes fewer buckets when many values are counted in each', async () => {
    const { buckets } = await histogram('?from=-1h&buckets=1000&split=id&split_limit=100');
    assert.ok(buckets.length > 100 && buckets.length <= 200, String(buckets.length));
    await using server = await serve(new ModelSearcher(texts));
    const response = await server.get('/api/v1/histogram?from=-1h&interval=10s&split=id&split_limit=100');
    assert.equal(response.status, 400);
    assert.match(await response.text(), /more than 200 intervals of 10s: expected 30s or longer/);
  });

  it('refuses an interval of which too many are needed, and says what is enough', async () => {
    await using server = await serve(new ModelSearcher(texts));
    for (const query of ['from=-1h&interval=1s', 'interval=1s', 'from=1970-01-01T00:00:00Z&interval=1d']) {
      const response = await server.get(`/api/v1/histogram?${query}`);
      const { field, detail } = (await response.json()) as { field: string; detail: string };
      assert.deepEqual([response.status, field], [400, 'interval']);
      assert.match(detail, /more than 1000 intervals of 1[sd]: expected \d+\w+ or longer/);
    }
  });
});

describe('GET /api/v1/facets', () => {
  it('counts several fields at once', async () => {
    const searcher = new ModelSearcher(texts);
    await using server = await serve(searcher);
    const { facets } = await json<{ facets: unknown[] }>(
      await server.get(
        '/api/v1/facets?fields=service.name,payment.status,attributes.attempt&fields=payment.amount_minor,region&limit=1',
      ),
    );
    const one = (field: string, type: string, value: string, count: number, others: number) => ({
      field,
      type,
      values: [{ value, count }],
      others,
      exact: true,
    });
    assert.deepEqual(facets, [
      one('service', 'keyword', 'checkout', 5, 1),
      one('payment.status', 'keyword', 'captured', 1, 1),
      one('attributes.attempt', 'keyword', '2', 1, 0),
      one('payment.amount_minor', 'number', '5', 1, 0),
      one('attributes.region', 'keyword', 'eu', 1, 1),
    ]);
    assert.equal(searcher.facetRequests[0]?.limit, 1);
  });

  it('counts what people look at first when no field is named, and each field once', async () => {
    const searcher = new ModelSearcher(texts);
    await using server = await serve(searcher);
    const named = async (query: string): Promise<string[]> =>
      (await json<{ facets: { field: string }[] }>(await server.get(`/api/v1/facets?${query}`))).facets.map(
        ({ field }) => field,
      );
    assert.deepEqual(await named('service=risk'), ['service', 'level', 'environment', 'error.type', 'payment.status']);
    assert.deepEqual(searcher.facetRequests[0]?.filter, { services: ['risk'] });
    assert.deepEqual(await named('fields=service,service.name,service'), ['service']);
  });
});

describe('GET /api/v1/fields', () => {
  it('tells what there is in the newest records of the filter', async () => {
    await using server = await serve(new ModelSearcher(texts));
    interface Fields {
      readonly fields: readonly { readonly name: string; readonly share: number; readonly examples: string[] }[];
      readonly sampled: number;
    }
    const { fields, sampled } = await json<Fields>(await server.get('/api/v1/fields?from=2026-11-20T09:20:00Z'));
    assert.equal(sampled, 3);
    assert.deepEqual(
      fields
        .filter(({ name }) => name.startsWith('attributes.'))
        .map(({ name, share, examples }) => [name, share, examples]),
      [
        ['attributes.region', 0.6667, ['us', 'eu']],
        ['attributes.attempt', 0.3333, ['2']],
      ],
    );
  });
});

describe('GET /api/v1/context/:id', () => {
  interface Context {
    readonly by: string;
    readonly value: string;
    readonly record: { readonly id: string };
    readonly before: readonly { readonly id: string }[];
    readonly after: readonly { readonly id: string }[];
    readonly more_before: boolean;
    readonly more_after: boolean;
  }
  const around = async (server: AppServer, path: string): Promise<unknown[]> => {
    const context = await json<Context>(await server.get(`/api/v1/context/${path}`));
    const ids = (records: Context['before']): string => records.map(({ id }) => id).join('');
    const { by, value, record: own, before, after, more_before, more_after } = context;
    return [by, value, ids(before), own.id, ids(after), more_before, more_after];
  };

  it('has the neighbors in the same service, or in the same trace', async () => {
    await using server = await serve(new ModelSearcher(texts));
    assert.deepEqual(await around(server, 'b'), ['service', 'checkout', 'a', 'b', 'def', false, false]);
    assert.deepEqual(await around(server, 'e?before=1&after=0'), ['service', 'checkout', 'd', 'e', '', true, false]);
    assert.deepEqual(await around(server, 'e?before=0&after=1'), ['service', 'checkout', '', 'e', 'f', false, false]);
    assert.deepEqual(await around(server, 'a?by=trace'), ['trace', TRACE, '', 'a', 'b', false, false]);
    assert.deepEqual(await around(server, 'b?level=error'), ['service', 'checkout', '', 'b', '', false, false]);
    assert.deepEqual(await around(server, 'd?query=staging%20OR%20environment:staging'), [
      'service',
      'checkout',
      '',
      'd',
      'f',
      false,
      false,
    ]);
  });

  it('stays in the environment of the record', async () => {
    await using server = await serve(new ModelSearcher(texts));
    assert.deepEqual(await around(server, 'd'), ['service', 'checkout', '', 'd', 'f', false, false]);
  });

  it('gives numbers as they were sent', async () => {
    const exact = (id: string): string =>
      `{"message":"m","service":"s","id":"${id}","timestamp":"2026-11-20T08:00:00Z","attributes":{"big":9007199254740993,"huge":1e400}}`;
    await using server = await serve(new ModelSearcher([exact('n1'), exact('n2')]));
    const text = await (await server.get('/api/v1/context/n1')).text();
    assert.equal(text.match(/"big":9007199254740993,"huge":1e400/g)?.length, 2);
    assert.doesNotMatch(text, /"@timestamp"|"data_set"/);
  });
});

describe('GET /api/v1/traces/:trace_id and /api/v1/payments/:payment_id', () => {
  it('tell a trace with its records as they were sent', async () => {
    const exact = `{"message":"m","service":"s","id":"n1","trace_id":"${TRACE}","timestamp":"2026-11-20T08:00:00Z","attributes":{"big":9007199254740993}}`;
    await using server = await serve(new ModelSearcher([...texts, exact]));
    const response = await server.get(`/api/v1/traces/${TRACE.toUpperCase()}`);
    const text = await response.clone().text();
    assert.match(text, /"big":9007199254740993/);
    const trace = await json<{
      records: number;
      spans: unknown[];
      logs: { id: string }[];
      trace_id: string;
      truncated: boolean;
    }>(response);
    assert.deepEqual([trace.trace_id, trace.records, trace.spans.length, trace.truncated], [TRACE, 3, 1, false]);
    assert.deepEqual(
      trace.logs.map(({ id }) => id),
      ['n1', 'a', 'b'],
    );
    const later = await json<{ records: number }>(
      await server.get(`/api/v1/traces/${TRACE}?from=2026-11-20T09:10:01Z`),
    );
    assert.equal(later.records, 1);
  });

  it('tell of one payment, not of another that a text names', async () => {
    await using server = await serve(new ModelSearcher(texts));
    interface Payment {
      readonly payment_id: string;
      readonly status: string;
      readonly outcome: string;
      readonly truncated: boolean;
      readonly steps: readonly { readonly id: string }[];
    }
    const told = async (path: string): Promise<Payment> => json<Payment>(await server.get(`/api/v1/payments/${path}`));
    const story = await told('pay%201%2F2');
    assert.deepEqual([story.payment_id, story.status, story.outcome], ['pay 1/2', 'captured', 'succeeded']);
    assert.deepEqual(
      story.steps.map(({ id }) => id),
      ['a', 'c'],
    );
    assert.deepEqual(
      (await told('pay_2')).steps.map(({ id }) => id),
      ['e'],
    );
    const many = new ModelSearcher(
      Array.from({ length: 9 }, (_, n) => record(`x${n}`, `2026-11-20T09:00:0${n}Z`, { payment: { id: 'q' } })),
    );
    await using other = await serve(many);
    const short = await json<Payment>(await other.get('/api/v1/payments/q?limit=3'));
    assert.deepEqual([short.truncated, short.steps.map(({ id }) => id)], [true, ['x0', 'x1', 'x8']]);
  });

  it('answer 404 where there is nothing', async () => {
    await using server = await serve(new ModelSearcher(texts));
    for (const [path, field] of [
      ['payments/pay_nobody', 'payment_id'],
      [`traces/${'0'.repeat(32)}`, 'trace_id'],
      ['context/nobody', 'id'],
      [`context/${'x'.repeat(300)}`, 'id'],
      ['payments/pay_2?to=2026-11-20T09:00:00Z', 'payment_id'],
    ] as const) {
      const response = await server.get(`/api/v1/${path}`);
      const problem = (await response.json()) as { code: string; field: string };
      assert.deepEqual([response.status, problem.code, problem.field], [404, 'not_found', field], path);
    }
  });
});

describe('routes that explore', () => {
  for (const [path, field, code, message] of [
    ['histogram?interval=7m', 'interval', 'invalid_parameter', /auto, or a number of/],
    ['histogram?interval=', 'interval', 'invalid_parameter', /auto/],
    ['histogram?buckets=0', 'buckets', 'invalid_parameter', /1 to 1000/],
    ['histogram?buckets=1001', 'buckets', 'invalid_parameter', /1 to 1000/],
    ['histogram?buckets=5&interval=1h', 'buckets', 'invalid_parameter', /interval=auto/],
    ['histogram?time_zone=Berlin', 'time_zone', 'invalid_parameter', /Europe\/Berlin/],
    ['histogram?time_zone=+02:00', 'time_zone', 'invalid_parameter', /%2B/],
    ['histogram?split=message', 'split', 'invalid_parameter', /is a text/],
    ['histogram?split=timestamp', 'split', 'invalid_parameter', /is a time/],
    ['histogram?split=servce', 'split', 'invalid_parameter', /did you mean `service`/],
    ['histogram?split_limit=5', 'split_limit', 'invalid_parameter', /`split`/],
    ['histogram?order=asc', 'order', 'unknown_parameter', /expected one of query, q, from/],
    ['histogram?from=now&to=-1h', 'from', 'invalid_parameter', /before `to`/],
    ['histogram?query=level:%3Eabc', 'query', 'invalid_query', /`level:>abc`: /],
    ['facets?fields=', 'fields', 'invalid_parameter', /1 to 20 fields/],
    ['facets?fields=service,', 'fields', 'invalid_parameter', /1 to 20 fields/],
    [
      `facets?fields=${Array.from({ length: 21 }, (_, n) => `f${n}`).join(',')}`,
      'fields',
      'invalid_parameter',
      /1 to 20 fields/,
    ],
    ['facets?fields=error.stack', 'fields', 'invalid_parameter', /is a text/],
    ['facets?limit=101', 'limit', 'invalid_parameter', /1 to 100/],
    ['fields?limit=5', 'limit', 'unknown_parameter', /expected one of/],
    ['context/a?before=501', 'before', 'invalid_parameter', /0 to 500/],
    ['context/a?by=payment', 'by', 'invalid_parameter', /service or trace/],
    ['context/c?by=trace', 'by', 'invalid_parameter', /no trace: expected service/],
    ['context/a?from=-1h', 'from', 'unknown_parameter', /expected one of by, before/],
    ['traces/abc', 'trace_id', 'invalid_parameter', /32 hexadecimal digits/],
    [`payments/${'x'.repeat(257)}`, 'payment_id', 'invalid_parameter', /1 to 256 characters/],
    ['payments/p?limit=1', 'limit', 'invalid_parameter', /2 to 5000/],
    ['payments/%ff', 'path', 'invalid_parameter', /percent-encoded/],
  ] as const) {
    it(`refuse ${path.slice(0, 60)}`, async () => {
      await using server = await serve(new ModelSearcher(texts));
      const response = await server.get(`/api/v1/${path}`);
      const problem = (await response.json()) as { code: string; field: string; detail: string; status: number };
      assert.deepEqual([response.status, problem.code, problem.field], [400, code, field]);
      assert.match(problem.detail, message);
    });
  }

  it('say where a query is wrong, beside every other fault', async () => {
    await using server = await serve(new ModelSearcher(texts));
    const body = (await (await server.get('/api/v1/facets?query=duration_ms:%3Eabc')).json()) as Record<
      string,
      unknown
    >;
    assert.deepEqual(
      [body['code'], body['field'], body['position'], body['length']],
      ['invalid_query', 'query', 13, 3],
    );
    assert.match(String(body['detail']), /`duration_ms:>abc`: expected a number, at 14/);
    const several = (await (await server.get('/api/v1/facets?query=(&limit=0&x=1')).json()) as {
      code: string;
      errors: { field: string }[];
    };
    assert.equal(several.code, 'invalid_parameter');
    assert.deepEqual(several.errors.map(({ field }) => field).sort(), ['limit', 'query', 'x']);
  });

  const paths = [
    'histogram',
    'histogram?from=-1h',
    'facets',
    'fields',
    'context/a',
    `traces/${TRACE}`,
    'payments/pay_2',
  ];

  it('answer 504 in time, and abort what they asked', async () => {
    for (const path of paths) {
      const searcher = new ModelSearcher(texts);
      searcher.before = (signal) => sleep(10_000, undefined, { signal, ref: false });
      await using server = await serve(searcher, { timeoutMs: 50 });
      const response = await server.get(`/api/v1/${path}`);
      assert.equal(response.status, 504, path);
      assert.ok(searcher.signals.length > 0 && searcher.signals.every(({ aborted }) => aborted), path);
    }
  });

  it('abort when the client goes away', async () => {
    for (const path of paths) {
      const searcher = new ModelSearcher(texts);
      const asked = new Promise<void>((resolve) => {
        searcher.before = (signal) => {
          resolve();
          return sleep(10_000, undefined, { signal, ref: false });
        };
      });
      await using server = await serve(searcher);
      const client = new AbortController();
      const gone = server.get(`/api/v1/${path}`, { signal: client.signal }).catch(() => undefined);
      await asked;
      client.abort();
      await gone;
      for (let waits = 0; waits < 100 && searcher.signals.some(({ aborted }) => !aborted); waits += 1) await sleep(10);
      assert.ok(
        searcher.signals.every(({ aborted }) => aborted),
        path,
      );
    }
  });

  it('answer 503 with Retry-After when the store is gone', async () => {
    for (const path of paths) {
      const searcher = new ModelSearcher(texts);
      searcher.before = () => Promise.reject(new StoreUnavailableError('store_unavailable', 'secret host'));
      await using server = await serve(searcher);
      const response = await server.get(`/api/v1/${path}`);
      assert.equal(response.status, 503);
      assert.ok(response.headers.get('retry-after'));
      assert.doesNotMatch(await response.text(), /secret/);
    }
  });

  it('count and time their answers by route, whatever the path', async () => {
    await using server = await serve(new ModelSearcher(texts));
    for (const path of [...paths, 'payments/nobody']) await (await server.get(`/api/v1/${path}`)).arrayBuffer();
    const text = await server.metrics.render();
    for (const [route, status] of [
      ['histogram', 200],
      ['facets', 200],
      ['fields', 200],
      ['context/{id}', 200],
      ['traces/{trace_id}', 200],
      ['payments/{payment_id}', 404],
    ] as const) {
      assert.match(
        text,
        new RegExp(
          `paylog_search_requests_total\\{route="/api/v1/${route.replace(/[{}]/g, '\\$&')}",status="${status}"\\}`,
        ),
      );
    }
  });

  it('answer HEAD without a body, and name their methods', async () => {
    await using server = await serve(new ModelSearcher(texts));
    const head = await server.get('/api/v1/fields', { method: 'HEAD' });
    assert.deepEqual([head.status, await head.text()], [200, '']);
    const post = await server.post('/api/v1/histogram', {});
    assert.deepEqual([post.status, post.headers.get('allow')], [405, 'GET, HEAD, OPTIONS']);
  });
});
