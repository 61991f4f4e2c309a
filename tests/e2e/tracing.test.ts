import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { after, before, describe, it } from 'mocha';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { needsOtelCollector, OtelCollector } from '../clients/otel-collector.ts';
import { acquireElasticsearch } from '../stack/acquire-elasticsearch.ts';
import { acquireKafka } from '../stack/acquire-kafka.ts';
import { freePort } from '../stack/free-port.ts';
import { orSkip } from '../stack/skip.ts';
import { Deployment } from './deployment.ts';
import { Service } from './service.ts';
import { type ReceivedSpan, TraceReceiver } from './trace-receiver.ts';

const SEARCHABLE_MS = 30_000;

interface Caller {
  readonly traceId: string;
  readonly spanId: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A caller that takes part in a trace of its own. */
function caller(isSampled = true): Caller {
  const traceId = randomBytes(16).toString('hex');
  const spanId = randomBytes(8).toString('hex');
  return { traceId, spanId, headers: { traceparent: `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}` } };
}

async function post(api: Service, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  const response = await fetch(`${api.url}/api/v1/logs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  await response.arrayBuffer();
  return response;
}

async function search(api: Service, query: string, headers: Readonly<Record<string, string>> = {}): Promise<number> {
  const response = await fetch(`${api.url}/api/v1/logs?query=${encodeURIComponent(query)}`, { headers });
  const { logs } = (await response.json()) as { logs: readonly unknown[] };
  return logs.length;
}

function only(spans: readonly ReceivedSpan[], name: string): ReceivedSpan {
  const found = spans.filter((span) => span.name === name);
  const [span] = found;
  assert.ok(span !== undefined && found.length === 1, `one ${name}, have ${JSON.stringify(spans)}`);
  return span;
}

/** What both pipelines show. */
interface Traced {
  readonly api: Service;
  readonly indexer: Service;
  readonly receiver: TraceReceiver;
  readonly topic: string;
  readonly deadLetters: string;
  readonly names: { readonly api: string; readonly indexer: string; readonly queue: string; readonly store: string };
}

function cases(traced: () => Traced): void {
  it('follows one trace from POST to the bulk request', async () => {
    const { api, receiver, topic, names } = traced();
    const { traceId, spanId, headers } = caller();
    const service = `one-${traceId}`;
    const records = Array.from({ length: 3 }, (_, i) => ({
      service,
      message: `paid with 4111 1111 1111 1111, ${String(i)}`,
    }));
    const response = await post(api, records, { ...headers, 'x-request-id': 'my-request-1' });
    assert.equal(response.status, 202);
    const spans = await receiver.trace(traceId, ['bulk', `process ${topic}`, `send ${topic}`, 'POST /api/v1/logs']);

    const server = only(spans, 'POST /api/v1/logs');
    const prepare = only(spans, 'prepare records');
    const create = only(spans, `create ${topic}`);
    const send = only(spans, `send ${topic}`);
    const consumed = only(spans, `process ${topic}`);
    const bulk = only(spans, 'bulk');
    assert.equal(spans.length, 6);
    assert.deepEqual(
      [server, prepare, create, send, consumed, bulk].map(({ kind, parentId }) => [kind, parentId]),
      [
        ['server', spanId],
        ['internal', server.spanId],
        ['producer', server.spanId],
        ['client', create.spanId],
        ['consumer', create.spanId],
        ['client', consumed.spanId],
      ],
    );
    assert.deepEqual([server.service, create.service, send.service], [names.api, names.api, names.api]);
    assert.deepEqual([consumed.service, bulk.service], [names.indexer, names.indexer]);
    assert.equal(response.headers.get('traceparent'), `00-${traceId}-${server.spanId}-01`);
    assert.equal(response.headers.get('x-request-id'), 'my-request-1');

    const attributes = (span: ReceivedSpan, ...keys: string[]): unknown[] => keys.map((key) => span.attributes[key]);
    assert.deepEqual(
      attributes(server, 'http.request.method', 'http.route', 'http.response.status_code', 'paylog.request_id'),
      ['POST', '/api/v1/logs', 202, 'my-request-1'],
    );
    assert.deepEqual(attributes(prepare, 'paylog.records.accepted', 'paylog.redactions'), [3, 3]);
    for (const span of [create, send, consumed]) {
      const [type] = span.name.split(' ');
      assert.deepEqual(attributes(span, 'messaging.system', 'messaging.operation.type', 'messaging.destination.name'), [
        names.queue,
        type,
        topic,
      ]);
    }
    assert.deepEqual(attributes(consumed, 'paylog.trace.messages'), [3]);
    assert.deepEqual(attributes(bulk, 'db.system.name', 'db.operation.name', 'paylog.documents.stored'), [
      names.store,
      'bulk',
      3,
    ]);
    assert.equal(
      spans.some(({ isError }) => isError),
      false,
    );
    // Within one machine's clock: what causes begins before what is caused.
    assert.ok(
      server.startMs <= create.startMs && create.startMs <= consumed.startMs && consumed.startMs <= bulk.startMs,
    );
    assert.ok(bulk.endMs <= consumed.endMs + 1);
    const told = JSON.stringify(spans);
    assert.ok(!told.includes('4111') && !told.includes('paid'), 'no content in spans');
  });

  it('gives each request that shares a batch its own trace, and links the shared work to the others', async () => {
    const { api, receiver, topic } = traced();
    const callers = Array.from({ length: 12 }, () => caller());
    await Promise.all(callers.map(({ traceId, headers }) => post(api, { service: traceId, message: 'm' }, headers)));
    for (const { traceId } of callers) {
      await receiver.trace(traceId, ['POST /api/v1/logs', `create ${topic}`, `process ${topic}`]);
    }
    const ids = new Set(callers.map(({ traceId }) => traceId));
    const reached = (): number => {
      const bulks = receiver.spans.filter(({ name, traceId }) => name === 'bulk' && ids.has(traceId));
      return new Set(bulks.flatMap(({ traceId, links }) => [traceId, ...links])).size;
    };
    await waitUntil(
      () => reached() === ids.size,
      SEARCHABLE_MS,
      () => `every trace in a bulk, have ${String(reached())}`,
    );
  });

  it('follows a record to the dead letters', async () => {
    const { api, indexer, receiver, topic, deadLetters, names } = traced();
    const first = caller();
    const id = `taken-${first.traceId}`;
    await post(api, { id, service: 'shop', message: 'first' }, first.headers);
    const stored = await receiver.trace(first.traceId, [`process ${topic}`]);
    assert.equal(only(stored, `process ${topic}`).attributes['paylog.records.dead_lettered'], 0);

    const second = caller();
    const records = [
      { id, service: 'shop', message: 'another' },
      { service: 'shop', message: 'of the same request' },
    ];
    assert.equal((await post(api, records, second.headers)).status, 202);
    const spans = await receiver.trace(second.traceId, [`process ${topic}`, `send ${deadLetters}`]);
    const consumed = only(spans, `process ${topic}`);
    const send = only(spans, `send ${deadLetters}`);
    assert.equal(consumed.attributes['paylog.records.dead_lettered'], 1);
    assert.deepEqual(
      [send.service, send.kind, send.parentId, send.isError],
      [names.indexer, 'client', consumed.spanId, false],
    );
    assert.ok((await indexer.metric('paylog_dead_letters_total', { type: 'id_conflict' })) > 0);
  });

  it('traces searches with the request to the store, and tells the shape of a query, never its values', async () => {
    const { api, receiver } = traced();
    const { traceId, headers } = caller();
    await search(api, 'service:secret-shop AND level:error', headers);
    const spans = await receiver.trace(traceId, ['GET /api/v1/logs', 'search']);
    const [server, store] = [only(spans, 'GET /api/v1/logs'), only(spans, 'search')];
    assert.equal(store.parentId, server.spanId);
    assert.equal(store.kind, 'client');
    assert.equal(store.attributes['db.query.text'], 'service:? AND level:?');
    assert.equal(store.attributes['db.system.name'], traced().names.store);
    assert.equal(server.attributes['url.path'], '/api/v1/logs');
    assert.ok(!JSON.stringify(spans).includes('secret-shop'));
  });

  it('traces exports, and the begin of live tails, with what they ask the store', async () => {
    const { api, receiver, names } = traced();
    await post(api, { service: 'exported', message: 'm' });
    await waitUntil(
      async () => (await search(api, 'service:exported')) > 0,
      SEARCHABLE_MS,
      () => 'the record',
    );
    for (const route of ['/api/v1/export', '/api/v1/tail']) {
      const { traceId, spanId, headers } = caller();
      const gone = new AbortController();
      const response = await fetch(`${api.url}${route}?service=exported&from=-5m`, { headers, signal: gone.signal });
      assert.equal(response.status, 200);
      if (route === '/api/v1/export') assert.match(await response.text(), /"exported"/);
      const spans = await receiver.trace(traceId, [`GET ${route}`, 'search']);
      const server = only(spans, `GET ${route}`);
      assert.deepEqual([server.parentId, server.attributes['http.response.status_code']], [spanId, 200]);
      for (const span of spans.filter(({ name }) => name === 'search')) {
        assert.deepEqual([span.parentId, span.attributes['db.system.name']], [server.spanId, names.store]);
      }
      gone.abort();
    }
  });

  it('tells no value that stands in a path or is called a request id', async () => {
    const { api, receiver } = traced();
    const pan = '4111111111111111';
    for (const [path, name] of [
      [`/api/v1/payments/${pan}`, 'GET /api/v1/payments/{payment_id}'],
      [`/api/v1/logs/${pan}`, 'GET /api/v1/logs/{id}'],
      [`/api/v1/${pan}/x`, 'GET'],
    ] as const) {
      const { traceId, headers } = caller();
      const response = await fetch(api.url + path, { headers: { ...headers, 'x-request-id': pan } });
      await response.arrayBuffer();
      assert.match(response.headers.get('x-request-id') ?? '', /^[0-9a-f]{32}$/);
      const spans = await receiver.trace(traceId, [name]);
      assert.equal(only(spans, name).attributes['http.response.status_code'], 404);
      assert.ok(!JSON.stringify(spans).includes(pan), JSON.stringify(spans));
    }
  });

  it('names the request in error answers', async () => {
    const { api, receiver } = traced();
    const { traceId, headers } = caller();
    const response = await fetch(`${api.url}/api/v1/logs`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain', 'x-request-id': 'faulty-1', ...headers },
      body: 'x',
    });
    const problem = (await response.json()) as Record<string, unknown>;
    assert.deepEqual([response.status, problem['request_id'], problem['trace_id']], [415, 'faulty-1', traceId]);
    const [span] = await receiver.trace(traceId, ['POST /api/v1/logs']);
    assert.equal(span?.attributes['http.response.status_code'], 415);
    const unknown = await fetch(`${api.url}/api/v1/logs?nonsense=1`, { headers });
    const document = (await unknown.json()) as Record<string, unknown>;
    assert.equal(document['trace_id'], traceId);
    assert.equal(document['request_id'], unknown.headers.get('x-request-id'));
    await receiver.trace(traceId, ['GET /api/v1/logs']);
  });

  it('shows trace ids as exemplars to scrapers that ask for OpenMetrics', async () => {
    const { api, indexer, receiver } = traced();
    const { traceId, headers } = caller();
    await post(api, { service: 'exemplary', message: 'm' }, headers);
    await receiver.trace(traceId, ['bulk']);
    const accept = 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5';
    const scrape = async ({ url }: Service): Promise<string> => {
      const response = await fetch(`${url}/metrics`, { headers: { accept } });
      assert.match(response.headers.get('content-type') ?? '', /^application\/openmetrics-text/);
      return response.text();
    };
    assert.match(
      await scrape(api),
      new RegExp(`^paylog_ingest_publish_seconds_bucket\\{le="[^"]+"\\} \\d+ # \\{trace_id="${traceId}",span_id=`, 'm'),
    );
    await waitUntil(
      async () => (await scrape(indexer)).includes(`# {trace_id="${traceId}"`),
      SEARCHABLE_MS,
      () => 'the exemplar of a bulk',
    );
    const text = await (await fetch(`${api.url}/metrics`)).text();
    assert.ok(!text.includes(traceId) && text.includes('paylog_ingest_requests_total{'));
  });

  it('traces nothing that is not sampled', async () => {
    const { api, receiver } = traced();
    const unsampled = caller(false);
    const response = await post(api, { service: 'quiet', message: 'm' }, unsampled.headers);
    assert.deepEqual([response.status, response.headers.get('traceparent')], [202, null]);
    const later = caller();
    await post(api, { service: 'loud', message: 'm' }, later.headers);
    await receiver.trace(later.traceId, ['bulk']);
    assert.equal(
      receiver.spans.some(({ traceId }) => traceId === unsampled.traceId),
      false,
    );
  });
}

function tracingEnv(url: string): Readonly<Record<string, string>> {
  // Only what a caller has sampled: every span of the test belongs to a request of it.
  return { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_TRACES_SAMPLER_ARG: '0', OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%20b' };
}

describe('traces, all in one process', function () {
  this.timeout(120_000);
  let traced: Traced | undefined;
  let directory = '';
  before(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'paylog-tracing-'));
    const receiver = await TraceReceiver.start();
    const env = { ...tracingEnv(receiver.url), DATA_DIR: path.join(directory, 'data'), OTEL_SERVICE_NAME: 'my-paylog' };
    const api = await Service.create('standalone', env);
    const names = { api: 'my-paylog', indexer: 'my-paylog', queue: 'paylog_embedded', store: 'paylog_embedded' };
    traced = { api, indexer: api, receiver, topic: 'logs', deadLetters: 'logs.dlq', names };
    await api.start();
  });
  after(async () => {
    await traced?.api[Symbol.asyncDispose]();
    await traced?.receiver[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  });
  cases(() => existing(traced));

  it('sends the configured headers, and what is left when it stops', async () => {
    const { api, receiver } = existing(traced);
    const { traceId, headers } = caller();
    await post(api, { service: 'last', message: 'm' }, headers);
    assert.equal(await api.end('SIGTERM'), 0);
    await receiver.trace(traceId, ['POST /api/v1/logs']);
    assert.equal(receiver.exports[0]?.['x-key'], 'a b');
  });
});

for (const client of ['platformatic', 'kafkajs'] as const) {
  describe(`traces, with Kafka (${client}) and Elasticsearch`, function () {
    this.timeout(180_000);
    let traced: Traced | undefined;
    let deployment: Deployment | undefined;
    before(async function () {
      const kafka = orSkip(this, await acquireKafka());
      const elasticsearch = orSkip(this, await acquireElasticsearch());
      const receiver = await TraceReceiver.start();
      deployment = new Deployment(kafka.brokers, elasticsearch.url, {
        ...tracingEnv(receiver.url),
        KAFKA_CLIENT: client,
      });
      const [api, indexer] = [await deployment.add('api'), await deployment.add('indexer')];
      const names = { api: 'paylog-api', indexer: 'paylog-indexer', queue: 'kafka', store: 'elasticsearch' };
      const { records: topic, deadLetters } = deployment.topics;
      traced = { api, indexer, receiver, topic, deadLetters, names };
      await Promise.all([api.start(), indexer.start()]);
    });
    after(async () => {
      await deployment?.[Symbol.asyncDispose]();
      await traced?.receiver[Symbol.asyncDispose]();
    });
    cases(() => existing(traced));

    it('adds the header to messages of sampled requests only', async () => {
      const { receiver, topic } = existing(traced);
      const messages = await existing(deployment).read(topic);
      const withHeader = messages.filter(({ headers }) => Object.keys(headers).length > 0);
      const creates = new Set(
        receiver.spans
          .filter(({ name }) => name === `create ${topic}`)
          .map(({ traceId, spanId }) => `00-${traceId}-${spanId}-01`),
      );
      assert.ok(withHeader.length > 0 && withHeader.length < messages.length);
      for (const { headers } of withHeader) {
        assert.deepEqual(Object.keys(headers), ['traceparent']);
        assert.ok(creates.has(headers['traceparent'] ?? ''));
      }
      assert.equal(messages.filter(({ value }) => value?.includes('"quiet"')).length, 1);
    });
  });
}

describe('an OpenTelemetry Collector', function () {
  this.timeout(120_000);
  before(async function () {
    orSkip(this, await needsOtelCollector());
  });
  it('takes the traces, and hands them on', async () => {
    await using receiver = await TraceReceiver.start();
    const settings = { endpoint: receiver.url, compression: 'gzip' };
    await using collector = await OtelCollector.start('otlp_http', settings, 'traces');
    const directory = await mkdtemp(path.join(tmpdir(), 'paylog-tracing-'));
    const api = await Service.create('standalone', {
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: collector.url,
      DATA_DIR: path.join(directory, 'data'),
    });
    try {
      await api.start();
      const { traceId, headers } = caller();
      await post(api, { service: 's', message: 'm' }, headers);
      const spans = await receiver.trace(traceId, ['POST /api/v1/logs', 'send logs', 'process logs', 'bulk']);
      assert.equal(spans.length, 6);
      assert.equal(only(spans, 'bulk').attributes['paylog.documents.stored'], 1);
    } finally {
      await api[Symbol.asyncDispose]();
      await rm(directory, { recursive: true, force: true });
    }
  });
});

describe('the instrumentation of kafkajs', function () {
  this.timeout(120_000);
  let brokers = '';
  let elasticsearchUrl = '';
  before(async function () {
    ({ brokers } = orSkip(this, await acquireKafka()));
    ({ url: elasticsearchUrl } = orSkip(this, await acquireElasticsearch()));
  });
  it('adds a span for each message of a sampled trace, and none for others', async () => {
    await using receiver = await TraceReceiver.start();
    await using deployment = new Deployment(brokers, elasticsearchUrl, {
      ...tracingEnv(receiver.url),
      OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'kafkajs',
      KAFKA_CLIENT: 'kafkajs',
    });
    const [api, indexer] = [await deployment.add('api'), await deployment.add('indexer')];
    await Promise.all([api.start(), indexer.start()]);
    const { traceId, headers } = caller();
    const unsampled = caller(false);
    await post(api, [{ service: 'none', message: 'm' }], unsampled.headers);
    await post(
      api,
      [0, 1].map((i) => ({ id: `${traceId}-${String(i)}`, service: 's', message: 'm' })),
      headers,
    );
    const name = `process ${deployment.topics.records}`;
    const theirs = (): readonly ReceivedSpan[] =>
      receiver.spans.filter((span) => span.name === name && 'messaging.kafka.offset' in span.attributes);
    await waitUntil(
      () => theirs().length >= 2,
      SEARCHABLE_MS,
      () => `its spans, have ${JSON.stringify(receiver.spans)}`,
    );
    await receiver.trace(traceId, ['bulk', name]);
    assert.deepEqual(
      theirs().map((span) => span.traceId),
      [traceId, traceId],
    );
    assert.ok(!JSON.stringify(theirs()).includes(`${traceId}-0`), 'no keys');
    const messages = await deployment.read(deployment.topics.records);
    assert.deepEqual(messages.map(({ headers: sent }) => Object.keys(sent).length).sort(), [0, 1, 1]);
  });
});

describe('a collector that is not there', function () {
  this.timeout(120_000);
  let directory = '';
  before(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'paylog-tracing-'));
  });
  after(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  it('costs one line of the log, bounded memory, and nothing once it is back', async () => {
    const port = await freePort();
    await using api = await Service.create('standalone', {
      DATA_DIR: path.join(directory, 'data'),
      OTEL_TRACES_SAMPLER: 'always_on',
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${String(port)}`,
      OTEL_EXPORTER_OTLP_TIMEOUT: '500ms',
    });
    await api.start();
    const lines = (text: string): number => api.output.split('\n').filter((line) => line.includes(text)).length;
    const slowest = { ms: 0 };
    const flood = async (requests: number): Promise<void> => {
      for (let sent = 0; sent < requests; sent += 20) {
        const startedMs = performance.now();
        const answers = await Promise.all(
          Array.from({ length: 20 }, () => post(api, { service: 'flood', message: 'm' })),
        );
        slowest.ms = Math.max(slowest.ms, performance.now() - startedMs);
        assert.ok(answers.every(({ status }) => status === 202));
      }
    };
    await flood(1000);
    await waitUntil(
      () => lines('traces cannot be exported') > 0,
      20_000,
      () => `the warning in\n${api.output}`,
    );
    const before = await api.metric('nodejs_heap_size_used_bytes');
    // Each request makes six spans: three times what may wait.
    await flood(2000);
    const grownBytes = (await api.metric('nodejs_heap_size_used_bytes')) - before;
    assert.ok(grownBytes < 60e6, `the heap grew by ${String(grownBytes)} bytes`);
    assert.ok(slowest.ms < 2000, `20 requests took ${String(slowest.ms)} ms`);
    assert.ok((await api.metric('paylog_trace_spans_total', { outcome: 'dropped' })) > 0);
    assert.equal(lines('traces cannot be exported'), 1);

    await using receiver = await TraceReceiver.start(port);
    await waitUntil(
      async () => {
        await post(api, { service: 'again', message: 'm' });
        await delay(100);
        return receiver.spans.length > 0;
      },
      30_000,
      () => `spans after the outage; it wrote\n${api.output}`,
    );
    await waitUntil(
      () => lines('traces are exported again') === 1,
      10_000,
      () => api.output,
    );
    assert.equal(lines('traces cannot be exported'), 1);
  });

  it('is no reason for a warning where nobody named one', async () => {
    await using api = await Service.create('standalone', {
      DATA_DIR: path.join(directory, 'other'),
      OTEL_TRACES_SAMPLER: 'always_on',
    });
    await api.start();
    await post(api, { service: 's', message: 'm' });
    assert.equal(await api.end('SIGTERM'), 0);
    assert.ok(!/"level":"(warn|error)"/.test(api.output), api.output);
  });
});

function existing<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('it has not been started');
  return value;
}
