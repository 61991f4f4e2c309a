import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, it } from 'mocha';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { createApp } from '../../src/app.ts';
import { HttpServer } from '../../src/http-server.ts';
import { SlowQueryLog } from '../../src/search/slow-query-log.ts';
import { MAX_STORE_SPANS } from '../../src/search/store-span.ts';
import { KeptLog, makeParts } from '../support/app-server.ts';
import { type KeptSpan, keptSpans } from '../support/kept-spans.ts';
import { ArrivalsStore } from './arrivals-store.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = '00f067aa0ba902b7';

interface TracedApp extends AsyncDisposable {
  readonly store: ArrivalsStore;
  readonly log: KeptLog;
  /** A request of the trace, sampled or not. */
  get(path: string, sampled?: boolean, signal?: AbortSignal): Promise<Response>;
  /** Resolves with all spans when one of this name has ended. */
  until(name: string): Promise<readonly KeptSpan[]>;
  spans(): Promise<readonly KeptSpan[]>;
}

/** The app with all that traces it, on a store by hand; each of its answers is a slow one. */
async function start(): Promise<TracedApp> {
  const store = new ArrivalsStore();
  const { tracing, spans } = keptSpans();
  const log = new KeptLog();
  const searcher = new SlowQueryLog({ searcher: store, logger: log, clock: Date, slowMs: 0, tracing });
  const { parts } = makeParts({ searcher });
  const server = new HttpServer(createApp({ ...parts, tracing }), {
    host: '127.0.0.1',
    port: 0,
    requestTimeoutMs: 10_000,
    drainTimeoutMs: 300,
  });
  await server.start();
  return {
    store,
    log,
    get: (path, sampled = true, signal = AbortSignal.timeout(10_000)) =>
      fetch(`http://127.0.0.1:${server.port}${path}`, {
        signal,
        headers: { traceparent: `00-${TRACE}-${CALLER}-0${sampled ? 1 : 0}`, 'x-request-id': 'r-1' },
      }),
    until: async (name) => {
      let all: readonly KeptSpan[] = [];
      const ended = async (): Promise<boolean> => (all = await spans()).some((span) => span.name === name);
      await waitUntil(ended, 5000, () => `${name}, have ${all.map((span) => span.name).join()}`);
      return all;
    },
    spans,
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      await tracing.stop();
    },
  };
}

const named = (spans: readonly KeptSpan[], name: string): KeptSpan[] => spans.filter((span) => span.name === name);

describe('traces of exports and tails', () => {
  it('an export has a span, and a bounded number of them for what it asks the store', async () => {
    await using app = await start();
    const pages = MAX_STORE_SPANS + 10;
    app.store.addMany('r', 100 + 1000 * (pages - 1), Date.now() - 1000);
    const response = await app.get('/api/v1/export?service=secret-shop&from=-1h');
    assert.equal(response.status, 200);
    const records = (await response.text()).split('\n').length - 1;
    const spans = await app.until('GET /api/v1/export');
    const [server] = named(spans, 'GET /api/v1/export');
    assert.ok(server);
    assert.equal(response.headers.get('traceparent'), `00-${TRACE}-${server.spanContext().spanId}-01`);
    const { attributes } = server;
    assert.deepEqual(
      [attributes['http.route'], attributes['http.response.status_code'], attributes['paylog.export.records']],
      ['/api/v1/export', 200, records],
    );
    assert.equal(attributes['paylog.store.requests'], app.store.requests.length);
    assert.ok(app.store.requests.length >= pages);
    const asked = named(spans, 'search');
    assert.equal(asked.length, MAX_STORE_SPANS);
    for (const { parentSpanContext } of asked) assert.equal(parentSpanContext?.spanId, server.spanContext().spanId);
    assert.equal(spans.length, MAX_STORE_SPANS + 1);
    assert.doesNotMatch(JSON.stringify(spans.map((span) => [span.name, span.attributes])), /secret-shop/);
    // All of them, also those without a span.
    assert.equal(app.log.lines.length, app.store.requests.length);
    for (const { fields } of app.log.lines) {
      assert.deepEqual([fields?.['request_id'], fields?.['trace_id']], ['r-1', TRACE]);
    }
  });

  it('an export that the store breaks off is an error of ours, not of the client', async () => {
    await using app = await start();
    app.store.addMany('r', 150, Date.now() - 1000);
    app.store.before = () =>
      app.store.requests.length < 2 ? Promise.resolve() : Promise.reject(new Error('half an answer'));
    await assert.rejects((await app.get('/api/v1/export')).text());
    const spans = await app.until('GET /api/v1/export');
    const [server] = named(spans, 'GET /api/v1/export');
    assert.deepEqual(
      [server?.attributes['error.type'], server?.attributes['paylog.export.records']],
      ['internal', 100],
    );
    assert.equal(named(spans, 'search').at(-1)?.attributes['error.type'], 'failed');
  });

  it('a tail has a span for its begin, with what is asked for it, and none for what comes then', async () => {
    await using app = await start();
    app.store.add('a', Date.now() - 5000);
    const client = new AbortController();
    const response = await app.get('/api/v1/tail?from=-1m', true, client.signal);
    const spans = await app.until('GET /api/v1/tail');
    const [server] = named(spans, 'GET /api/v1/tail');
    assert.equal(response.headers.get('traceparent'), `00-${TRACE}-${server?.spanContext().spanId ?? ''}-01`);
    assert.deepEqual(
      [server?.attributes['http.response.status_code'], server?.attributes['paylog.tail.resumed']],
      [200, false],
    );
    const asked = named(spans, 'search');
    assert.ok(asked.length > 0);
    for (const { parentSpanContext } of asked) assert.equal(parentSpanContext?.spanId, server?.spanContext().spanId);
    const before = { spans: spans.length, requests: app.store.requests.length };
    await waitUntil(
      () => app.store.requests.length > before.requests + 1,
      8000,
      () => 'further looks',
    );
    client.abort();
    await delay(50);
    assert.equal((await app.spans()).length, before.spans);
    assert.deepEqual(
      app.log.lines.map(({ fields }) => fields?.['trace_id']).filter((id) => id !== TRACE),
      [],
    );
  });

  it('what is refused has a span that says so; what is not sampled has none', async () => {
    await using app = await start();
    assert.equal((await app.get('/api/v1/tail?nonsense=1')).status, 400);
    const spans = await app.until('GET /api/v1/tail');
    assert.equal(named(spans, 'GET /api/v1/tail')[0]?.attributes['http.response.status_code'], 400);
    assert.equal((await app.get('/api/v1/status')).status, 200);
    const count = (await app.until('GET /api/v1/status')).length;
    const unsampled = await app.get('/api/v1/export', false);
    await unsampled.text();
    assert.deepEqual([unsampled.status, unsampled.headers.get('traceparent')], [200, null]);
    assert.equal((await app.spans()).length, count);
  });
});
