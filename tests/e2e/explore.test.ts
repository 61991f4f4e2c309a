import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, type Context as MochaContext, describe, it } from 'mocha';
import { paymentLogs, type PaymentLog } from '@paylog/shared/testing/payment-corpus';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { acquireElasticsearch } from '../stack/acquire-elasticsearch.ts';
import { acquireKafka } from '../stack/acquire-kafka.ts';
import { orSkip } from '../stack/skip.ts';
import { ingest, searchAll, searchPage } from './api-client.ts';
import { Deployment } from './deployment.ts';
import { Service } from './service.ts';

const COUNT = 3000;
const RETRIES = 1700;
const START_MS = Date.parse('2026-10-24T21:30:00Z') - 600_000;

/** A running pipeline. */
interface Running extends AsyncDisposable {
  /** The process that answers searches. */
  readonly api: Service;
}

/** Everything in one process, on its own files. */
async function startEmbedded(): Promise<Running> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'paylog-explore-'));
  const api = await Service.create('standalone', { DATA_DIR: dataDir, SEARCH_SLOW_MS: '0', RETENTION_DAYS: '0' });
  await api.start();
  return {
    api,
    [Symbol.asyncDispose]: async () => {
      await api[Symbol.asyncDispose]();
      await rm(dataDir, { recursive: true });
    },
  };
}

async function startDeployment(context: MochaContext): Promise<Running> {
  const kafka = orSkip(context, await acquireKafka());
  const elasticsearch = orSkip(context, await acquireElasticsearch());
  const here = new Deployment(kafka.brokers, elasticsearch.url, { SEARCH_SLOW_MS: '0', RETENTION_DAYS: '0' });
  const [api, indexer] = [await here.add('api'), await here.add('indexer')];
  await Promise.all([api.start(), indexer.start()]);
  return { api, [Symbol.asyncDispose]: () => here[Symbol.asyncDispose]() };
}

for (const [name, start] of [
  ['the embedded store', startEmbedded],
  ['Kafka and Elasticsearch', startDeployment],
] as const) {
  describe(`exploring on ${name}`, function () {
    this.timeout(120_000);
    const tag = `x${Date.now().toString(36)}`;
    const corpus = [...paymentLogs({ seed: 5, count: COUNT, startMs: START_MS, idPrefix: `${tag}-` })].map(
      (log, index) => ({
        ...log,
        // The node may be shared: the environment tells this run's records from those of others.
        environment: tag,
        // Over four hours, around the end of summer time in Berlin.
        timestamp: new Date(START_MS + index * 5000).toISOString(),
      }),
    );
    const story = storyRecords(tag);
    let running: Running | undefined;
    let url = '';

    before(async function () {
      running = await start(this);
      ({ url } = running.api);
      const lines = [...corpus, ...story].map((record) => JSON.stringify(record));
      lines.push(exactRecord(tag));
      const retries = retryRecords(tag).map((record) => JSON.stringify(record));
      assert.equal((await ingest(url, retries)).status, 202);
      for (let at = 0; at < lines.length; at += 1000) {
        assert.equal((await ingest(url, lines.slice(at, at + 1000))).status, 202);
      }
      let found = 0;
      const all = async (): Promise<boolean> => {
        // While its first index is made, the store may not answer.
        const page = await searchPage(url, { environment: tag, limit: '1' }).catch(() => undefined);
        const more = await searchPage(url, { environment: `${tag}-retries`, limit: '1' }).catch(() => undefined);
        found = (page?.total.value ?? 0) + (more?.total.value ?? 0);
        return found === lines.length + retries.length;
      };
      await waitUntil(all, 90_000, () => `${lines.length + retries.length} records, have ${found}`);
    });

    after(async () => {
      await running?.[Symbol.asyncDispose]();
    });

    const get = async <T>(route: string, parameters: Readonly<Record<string, string>> = {}): Promise<T> => {
      const response = await fetch(`${url}/api/v1/${route}?${new URLSearchParams(parameters).toString()}`);
      const answer = (await response.json()) as T;
      assert.equal(response.status, 200, JSON.stringify(answer));
      return answer;
    };
    /** Only the generated records. */
    const mine = { environment: tag, query: '-service:story AND -service:exact' };

    it('searches by query beside the filters, page by page', async () => {
      const query =
        '(level:error OR level:warn) payment.amount_minor:[1000 TO 50000] attributes.attempt:1 -"expired_card"';
      const expected = corpus.filter(
        ({ level, payment, attributes, message }) =>
          /^(error|warn)$/.test(level) &&
          payment.amount_minor >= 1000 &&
          payment.amount_minor <= 50_000 &&
          attributes['attempt'] === 1 &&
          !message.includes('expired_card'),
      );
      const found = await searchAll(url, { ...mine, query: `${query} ${mine.query}`, limit: '20' });
      assert.deepEqual(found.map(({ id }) => id).sort(), expected.map(({ id }) => id).sort());
      assert.ok(found.length > 40);
      const wrong = await fetch(`${url}/api/v1/logs?query=level:error%20%2A`);
      assert.equal(wrong.status, 200, 'a star alone finds everything');
      const fault = await fetch(`${url}/api/v1/logs?query=level:error%20(`);
      const { code, position } = (await fault.json()) as { code: string; position: number };
      assert.deepEqual([fault.status, code, position], [400, 'invalid_query', 12]);
    });

    it('counts over time, split, in a zone whose clocks are changed meanwhile', async () => {
      const histogram = await get<Histogram>('histogram', {
        ...mine,
        interval: '15m',
        time_zone: 'Europe/Berlin',
        split: 'level',
        from: at(0),
        to: at(COUNT),
      });
      assert.equal(histogram.total, COUNT);
      for (const bucket of histogram.buckets) {
        const inside = corpus.filter(({ timestamp }) => timestamp >= bucket.from && timestamp < bucket.to);
        assert.equal(bucket.count, inside.length, bucket.from);
        assert.deepEqual(bucket.split, ranking(inside.map(({ level }) => level)));
      }
      const days = await get<Histogram>('histogram', {
        ...mine,
        interval: '1d',
        time_zone: 'Europe/Berlin',
        to: at(COUNT),
      });
      assert.equal(days.from.slice(0, 24), at(0).slice(0, 23) + '0');
      assert.deepEqual(
        days.buckets.map(({ from, to }) => [from, to]),
        [
          ['2026-10-23T22:00:00.000Z', '2026-10-24T22:00:00.000Z'],
          ['2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z'],
        ],
      );
      const auto = await get<Histogram>('histogram', {
        ...mine,
        query: `level:error ${mine.query}`,
        buckets: '20',
        from: at(0),
        to: at(COUNT),
      });
      assert.ok(auto.buckets.length <= 20 && auto.buckets.length > 5, auto.interval);
      assert.equal(auto.total, corpus.filter(({ level }) => level === 'error').length);
      const ever = { from: '1970-01-01T00:00:00Z', to: '2262-04-11T23:47:16.854775807Z' };
      assert.equal((await get<Histogram>('histogram', { ...mine, ...ever, time_zone: 'Asia/Kolkata' })).total, COUNT);
      const nothing = await get<Histogram>('histogram', { environment: `${tag}-nobody` });
      assert.deepEqual([nothing.total, nothing.buckets], [0, []]);
    });

    it('counts the values of several fields', async () => {
      const fields = 'service,payment.status,attributes.region,attributes.attempt,payment.currency';
      const { facets } = await get<Facets>('facets', { ...mine, fields, limit: '3' });
      const values: readonly ((log: PaymentLog) => string)[] = [
        ({ service }) => service,
        ({ payment }) => payment.status,
        ({ attributes }) => String(attributes['region']),
        ({ attributes }) => String(attributes['attempt']),
        ({ payment }) => payment.currency,
      ];
      assert.equal(facets.length, values.length);
      for (const [index, { values: found, others, exact, field }] of facets.entries()) {
        const expected = ranking(corpus.map(values[index]!));
        assert.deepEqual(found, expected.slice(0, 3), field);
        assert.equal(
          others,
          expected.slice(3).reduce((sum, { count }) => sum + count, 0),
          field,
        );
        assert.ok(exact);
      }
    });

    it('tells which fields there are', async () => {
      const { fields, sampled } = await get<Fields>('fields', mine);
      const byName = new Map(fields.map((field) => [field.name, field]));
      assert.equal(sampled, 1000);
      assert.deepEqual(
        [byName.get('attributes.latency_ms')?.type, byName.get('attributes.latency_ms')?.share],
        ['number', 1],
      );
      assert.deepEqual([byName.get('payment.status')?.type, byName.get('payment.status')?.share], ['keyword', 1]);
      assert.equal(byName.get('error.type')?.share, 0);
      // The names can be used as they stand.
      const { name, examples } = byName.get('attributes.region')!;
      const { total } = await searchPage(url, { ...mine, query: `${name}:${examples[0]!} ${mine.query}` });
      assert.equal(total.value, corpus.filter(({ attributes }) => attributes['region'] === examples[0]).length);
    });

    it('shows the records around one', async () => {
      const middle = corpus[1500]!;
      const sameService = corpus.filter(({ service }) => service === middle.service);
      const place = sameService.indexOf(middle);
      const context = await get<Context>(`context/${middle.id}`, { before: '7', after: '3' });
      const ids = (records: readonly { readonly id: string }[]): string[] => records.map(({ id }) => id);
      assert.deepEqual([context.by, context.value, context.record.id], ['service', middle.service, middle.id]);
      assert.deepEqual(ids(context.before), ids(sameService.slice(place - 7, place)));
      assert.deepEqual(ids(context.after), ids(sameService.slice(place + 1, place + 4)));
      const inTrace = await get<Context>(`context/${tag}-story-b`, { by: 'trace' });
      assert.deepEqual(
        [ids(inTrace.before), ids(inTrace.after)],
        [[`${tag}-story-a`], [`${tag}-exact`, `${tag}-story-c`]],
      );
    });

    it('tells a trace, its records as they were sent', async () => {
      const trace = await get<Trace>(`traces/${traceOf(tag)}`, { environment: tag });
      assert.deepEqual([trace.records, trace.truncated, trace.duration_ms], [4, false, 2050]);
      assert.deepEqual(
        trace.spans.map(({ span_id, offset_ms, duration_ms, errors }) => [span_id, offset_ms, duration_ms, errors]),
        [
          ['aaaaaaaaaaaaaaaa', 0, 0, 0],
          ['bbbbbbbbbbbbbbbb', 10, 40, 1],
        ],
      );
      const text = await (await fetch(`${url}/api/v1/traces/${traceOf(tag)}?environment=${tag}`)).text();
      assert.match(text, /"big":9007199254740993,"huge":1e400/);
      assert.doesNotMatch(text, /"@timestamp"|"data_set"/);
    });

    it('tells the story of a payment', async () => {
      const told = await get<Payment>(`payments/pay_${tag}`);
      const { status, outcome, amount_minor, currency, provider, errors, duration_ms } = told;
      assert.deepEqual(
        { status, outcome, amount_minor, currency, provider, errors, duration_ms },
        {
          status: 'captured',
          outcome: 'succeeded',
          amount_minor: 1999,
          currency: 'EUR',
          provider: 'zen',
          errors: 1,
          duration_ms: 3000.25,
        },
      );
      assert.deepEqual(
        told.steps.map(({ id }) => id.slice(-1)),
        ['a', 'b', 'c', 'd'],
      );
      assert.deepEqual(
        told.statuses.map((each) => each.status),
        ['created', 'declined', 'captured'],
      );
      assert.deepEqual(
        told.gaps.map((gap) => gap.duration_ms),
        [2000],
      );
      assert.deepEqual(told.traces, [traceOf(tag)]);
      const missing = await fetch(`${url}/api/v1/payments/pay_nobody-${tag}`);
      assert.equal(missing.status, 404);
    });

    it('tells the beginning and the end of a payment that is tried again and again', async () => {
      const id = `pay_${tag}-retries`;
      const told = await get<Payment>(`payments/${id}`);
      const { status, outcome, truncated, left_out } = told;
      assert.deepEqual({ status, outcome, truncated }, { status: 'captured', outcome: 'succeeded', truncated: true });
      assert.deepEqual(left_out, { after_id: `${tag}-retry-0499`, before_id: `${tag}-retry-${RETRIES - 500}` });
      assert.deepEqual([told.steps.length, told.total.value], [1000, RETRIES]);
      const whole = await get<Payment>(`payments/${id}`, { limit: String(RETRIES) });
      assert.deepEqual([whole.truncated, whole.left_out, whole.steps.length], [false, null, RETRIES]);
      assert.deepEqual(
        whole.steps.map((step) => step.id),
        whole.steps.map((step) => step.id).sort(),
      );
    });

    it('logs slow searches with their shape and without values', async () => {
      const secret = `alice${tag}`;
      await searchPage(url, { query: `payment.merchant_id:${secret} duration_ms:>5`, environment: tag });
      const line = (): string | undefined =>
        running?.api.output.split('\n').find((each) => each.includes('Slow search') && each.includes('merchant_id'));
      await waitUntil(
        () => line() !== undefined,
        10_000,
        () => 'the line',
      );
      const { kind, query, filters, hits } = JSON.parse(line() ?? '') as Record<string, unknown>;
      assert.deepEqual(
        [kind, query, filters, hits],
        ['search', 'payment.merchant_id:? AND duration_ms:>?', 'environment', 0],
      );
      assert.equal(running?.api.output.includes(secret), false);
      const requests = await running.api.metric('paylog_search_requests_total', {
        route: '/api/v1/payments/{payment_id}',
      });
      assert.equal(requests, 4);
    });

    function at(index: number): string {
      return new Date(START_MS + index * 5000).toISOString();
    }
  });
}

function traceOf(tag: string): string {
  return Buffer.from(tag.padEnd(16, '-')).toString('hex').slice(0, 32);
}

/** One payment through three services. */
function storyRecords(tag: string): readonly object[] {
  const shared = { environment: tag, service: 'story' };
  const trace = { trace_id: traceOf(tag) };
  const payment = { id: `pay_${tag}` };
  const time = (rest: string): string => `2026-10-20T08:00:${rest}Z`;
  return [
    {
      ...{
        ...shared,
        ...trace,
        id: `${tag}-story-a`,
        timestamp: time('00'),
        message: 'created',
        span_id: 'a'.repeat(16),
      },
      payment: { ...payment, status: 'created', amount_minor: 1999, currency: 'EUR' },
    },
    {
      ...{
        ...shared,
        ...trace,
        id: `${tag}-story-b`,
        timestamp: time('00.05'),
        message: 'declined',
        span_id: 'b'.repeat(16),
      },
      ...{ level: 'error', duration_ms: 40, error: { type: 'IssuerDeclined' } },
      payment: { ...payment, status: 'declined', provider: 'acme', latency_ms: 38 },
    },
    { ...{ ...shared, ...trace, id: `${tag}-story-c`, timestamp: time('02.05'), message: 'second try' }, payment },
    {
      ...{ ...shared, id: `${tag}-story-d`, timestamp: time('03.00025'), message: 'captured' },
      payment: { ...payment, status: 'captured', provider: 'zen' },
    },
  ];
}

/** A payment that fails for a long time before it succeeds. */
function retryRecords(tag: string): readonly object[] {
  return Array.from({ length: RETRIES }, (_, n) => ({
    id: `${tag}-retry-${String(n).padStart(4, '0')}`,
    ...{ service: 'retries', environment: `${tag}-retries`, message: `try ${n}` },
    timestamp: new Date(START_MS + n * 1000).toISOString(),
    payment: { id: `pay_${tag}-retries`, status: n === RETRIES - 1 ? 'captured' : 'failed' },
  }));
}

function exactRecord(tag: string): string {
  return `{"message":"exact","service":"exact","environment":"${tag}","id":"${tag}-exact","trace_id":"${traceOf(tag)}","timestamp":"2026-10-20T08:00:01Z","attributes":{"big":9007199254740993,"huge":1e400}}`;
}

interface ValueCount {
  readonly value: string;
  readonly count: number;
}

/** How often each value occurs, the most frequent first. */
function ranking(values: readonly string[]): ValueCount[] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
}

interface Histogram {
  readonly interval: string;
  readonly from: string;
  readonly total: number;
  readonly buckets: readonly {
    readonly from: string;
    readonly to: string;
    readonly count: number;
    readonly split?: readonly ValueCount[];
  }[];
}

interface Facets {
  readonly facets: readonly {
    readonly field: string;
    readonly values: readonly ValueCount[];
    readonly others: number;
    readonly exact: boolean;
  }[];
}

interface Fields {
  readonly sampled: number;
  readonly fields: readonly {
    readonly name: string;
    readonly type: string;
    readonly share: number;
    readonly examples: readonly string[];
  }[];
}

interface Context {
  readonly by: string;
  readonly value: string;
  readonly record: { readonly id: string };
  readonly before: readonly { readonly id: string }[];
  readonly after: readonly { readonly id: string }[];
}

interface Trace {
  readonly records: number;
  readonly truncated: boolean;
  readonly duration_ms: number;
  readonly spans: readonly {
    readonly span_id: string;
    readonly offset_ms: number;
    readonly duration_ms: number;
    readonly errors: number;
  }[];
}

interface Payment {
  readonly truncated: boolean;
  readonly left_out: { readonly after_id: string; readonly before_id: string } | null;
  readonly total: { readonly value: number };
  readonly status: string;
  readonly outcome: string;
  readonly amount_minor: number;
  readonly currency: string;
  readonly provider: string;
  readonly errors: number;
  readonly duration_ms: number;
  readonly steps: readonly { readonly id: string }[];
  readonly statuses: readonly { readonly status: string }[];
  readonly gaps: readonly { readonly duration_ms: number }[];
  readonly traces: readonly string[];
}
