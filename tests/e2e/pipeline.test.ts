import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import { Kafka, logLevel } from 'kafkajs';
import { paymentLogs, type PaymentLog } from '@paylog/shared/testing/payment-corpus';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { acquireElasticsearch } from '../stack/acquire-elasticsearch.ts';
import { acquireKafka } from '../stack/acquire-kafka.ts';
import { orSkip } from '../stack/skip.ts';
import { ingest, searchAll, searchIds, searchPage } from './api-client.ts';
import { Deployment } from './deployment.ts';
import { poisonRecords } from './poison.ts';
import type { Service } from './service.ts';

const COUNT = 50_000;
const PER_REQUEST = 500;
const POISON = 1000;
const PANS = ['4111111111111111', '5500005555555559', '378282246310005', '6011000990139424'];

/** What the dead-letter topic holds. */
interface Letter {
  readonly origin: { readonly topic: string };
  readonly stage: string;
  readonly error: { readonly type: string; readonly reason: string };
}

describe('pipeline of API, Kafka, indexer and Elasticsearch', function () {
  this.timeout(300_000);
  let here: Deployment | undefined;
  let api: Service | undefined;
  let indexer: Service | undefined;
  let corpus: PaymentLog[] = [];
  let url = '';
  let tag = '';

  before(async function () {
    this.timeout(300_000);
    const kafka = orSkip(this, await acquireKafka());
    const elasticsearch = orSkip(this, await acquireElasticsearch());
    here = new Deployment(kafka.brokers, elasticsearch.url);
    tag = here.dataSet;
    const startMs = Date.now() - 3_600_000;
    corpus = [...paymentLogs({ seed: 3, count: COUNT, startMs, idPrefix: `${tag}-` })].map((log) => ({
      ...log,
      // The node may be shared: the services tell this run's records from those of others.
      service: `${log.service}-${tag}`,
    }));
    [api, indexer] = [await here.add('api'), await here.add('indexer')];
    await Promise.all([api.start(), indexer.start()]);
    ({ url } = api);
  });

  after(async () => {
    await here?.[Symbol.asyncDispose]();
  });

  const allServices = (): string => [...new Set(corpus.map(({ service }) => service))].join(',');

  /** Ids of the corpus that a filter selects, sorted. */
  const idsWhere = (filter: (log: PaymentLog) => boolean): string[] =>
    corpus
      .filter(filter)
      .map(({ id }) => id)
      .sort();

  it('stores every record of the corpus once, and rejects poison among it with position and reason', async () => {
    assert.ok(here && api && indexer);
    const startedMs = Date.now();
    const poison = poisonRecords(POISON / 2);
    const requests: (() => Promise<void>)[] = [];
    const singles = 500;
    for (const log of corpus.slice(0, singles)) {
      requests.push(async () => {
        const { status, accepted } = await ingest(url, [JSON.stringify(log)], { contentType: 'application/json' });
        assert.deepEqual([status, accepted], [202, 1]);
      });
    }
    for (let from = singles, n = 0; from < COUNT; from += PER_REQUEST, n += 1) {
      const lines: (string | Buffer)[] = corpus.slice(from, from + PER_REQUEST).map((log) => JSON.stringify(log));
      const here = n % 2 === 0 ? poison.splice(0, 11) : [];
      const expected = here.map(({ code, bytes }, i) => {
        const index = i * 37 + 5;
        lines.splice(index, 0, bytes);
        return [index, code];
      });
      requests.push(async () => {
        const answer = await ingest(url, lines, { gzip: n % 3 === 0 });
        assert.equal(answer.status, expected.length === 0 ? 202 : 207);
        assert.equal(answer.accepted, lines.length - expected.length);
        assert.deepEqual(
          answer.errors.map(({ index, code }) => [index, code]),
          expected,
        );
      });
    }
    assert.equal(poison.length, 0);
    await inLanes(8, requests);
    const sentMs = Date.now();
    await here.waitForNoLag();
    console.log(`      sent in ${sentMs - startedMs} ms, all settled ${Date.now() - sentMs} ms later`);
    assert.equal(await here.countStored(), COUNT);
    assert.deepEqual(
      await searchIds(url, { service: allServices() }),
      idsWhere(() => true),
    );
  });

  it('finds by each filter what the corpus says', async () => {
    const some = corpus[4242]!;
    const at = (index: number): string => corpus[index]!.timestamp;
    const cases: readonly (readonly [Record<string, string>, (log: PaymentLog) => boolean])[] = [
      [{ q: 'Declined EXPIRED_CARD' }, ({ message }) => message.includes('declined: expired_card')],
      [{ q: some.payment.id }, ({ payment }) => payment.id === some.payment.id],
      [{ from: at(10_000), to: at(12_345) }, ({ timestamp: t }) => t >= at(10_000) && t < at(12_345)],
      [{ level: '>=warn' }, ({ level }) => level === 'warn' || level === 'error'],
      [{ level: 'debug,error' }, ({ level }) => level === 'debug' || level === 'error'],
      [{ trace_id: some.trace_id }, ({ trace_id }) => trace_id === some.trace_id],
      [{ payment_id: some.payment.id }, ({ payment }) => payment.id === some.payment.id],
      [{ service: `ledger-${tag}` }, ({ service }) => service === `ledger-${tag}`],
      [
        { service: `ledger-${tag}`, q: 'captured', level: 'info', from: at(40_000) },
        (log) =>
          log.service === `ledger-${tag}` &&
          log.message.includes(' captured ') &&
          log.level === 'info' &&
          log.timestamp >= at(40_000),
      ],
    ];
    for (const [parameters, filter] of cases) {
      const expected = idsWhere(filter);
      assert.ok(expected.length > 0, JSON.stringify(parameters));
      const query = { service: allServices(), ...parameters };
      assert.deepEqual(await searchIds(url, query), expected, JSON.stringify(parameters));
      const { total } = await searchPage(url, { ...query, limit: '1' });
      assert.deepEqual(
        total,
        expected.length > 10_000 ? { value: 10_000, relation: 'gte' } : { value: expected.length, relation: 'eq' },
      );
    }
  });

  it('pages in both orders without gap or repetition while new records arrive', async () => {
    const place = ({ timestamp, id }: { readonly timestamp?: unknown; readonly id: string }): string =>
      `${String(timestamp)} ${id}`;
    const window = { service: allServices(), from: corpus[0]!.timestamp, to: corpus[8000]!.timestamp };
    const expected = corpus.filter(({ timestamp }) => timestamp < window.to).map(place);
    for (const order of ['asc', 'desc']) {
      const found = await searchAll(url, { ...window, order, limit: '700' }, async (pages) => {
        const lines = [0, 1, 2].map((n) => {
          // Before the page, and behind it.
          const timestamp = n === 0 ? '2026-01-01T00:00:00Z' : new Date().toISOString();
          const id = `${tag}-late-${order}-${String(pages)}-${String(n)}`;
          return JSON.stringify({ ...corpus[n], id, timestamp, service: `checkout-${tag}` });
        });
        assert.equal((await ingest(url, lines)).status, 202);
      });
      const sorted = [...expected].sort();
      assert.deepEqual(found.map(place), order === 'asc' ? sorted : sorted.reverse());
    }
  });

  it('stores nothing twice when a request is sent again, by Idempotency-Key or by ids', async () => {
    assert.ok(here);
    const service = `again-${tag}`;
    const keyed = Array.from({ length: 40 }, (_, n) => JSON.stringify({ message: `keyed ${n}`, service }));
    const withIds = Array.from({ length: 40 }, (_, n) =>
      JSON.stringify({ message: 'x', service, id: `${tag}-own-${n}` }),
    );
    const first = await ingest(url, keyed, { key: `${tag}-key`, query: 'ids=true' });
    await ingest(url, withIds);
    await here.waitForNoLag();
    const second = await ingest(url, keyed, { key: `${tag}-key`, query: 'ids=true', gzip: true });
    const third = await ingest(url, withIds);
    assert.deepEqual([first.status, second.status, third.status], [202, 202, 202]);
    assert.deepEqual(second.ids, first.ids);
    await here.waitForNoLag();
    const ids = [...first.ids!.map(String), ...withIds.map((_, n) => `${tag}-own-${n}`)].sort();
    await waitUntil(
      async () => (await searchIds(url, { service })).length >= ids.length,
      30_000,
      () => 'the records',
    );
    assert.deepEqual(await searchIds(url, { service }), ids);
  });

  it('brings poison of direct producers to the dead letters with its reason, neighbors to the store', async () => {
    assert.ok(here);
    const poison = poisonRecords(POISON);
    const service = `direct-${tag}`;
    const values: Buffer[] = [];
    for (const [n, { bytes }] of poison.entries()) {
      values.push(
        bytes,
        Buffer.from(JSON.stringify({ message: `neighbor ${n}`, service, id: `${tag}-neighbor-${n}` })),
      );
    }
    await produceDirect(values);
    await here.waitForNoLag();
    const neighbors = poison.map((_, n) => `${tag}-neighbor-${n}`).sort();
    await waitUntil(
      async () => (await searchIds(url, { service })).length >= POISON,
      30_000,
      () => 'neighbors',
    );
    assert.deepEqual(await searchIds(url, { service }), neighbors);
    const letters = (await here.read(here.topics.deadLetters)).map(({ value }) => JSON.parse(String(value)) as Letter);
    const { direct } = here.topics;
    assert.deepEqual(tally(letters.map(({ error }) => error.type)), tally(poison.map(({ code }) => code)));
    assert.ok(
      letters.every(({ origin, stage, error }) => origin.topic === direct && stage === 'prepare' && error.reason),
    );
  });

  it('keeps card numbers out of Kafka and Elasticsearch', async () => {
    assert.ok(here && api && indexer);
    const service = `cards-${tag}`;
    const forms = (pan: string): string[] => [
      JSON.stringify({ message: `card ${pan} declined`, service }),
      JSON.stringify({ message: `card ${pan.replace(/(.{4})/g, '$1-')} declined`, service }),
      JSON.stringify({ message: 'in attributes', service, attributes: { card: { number: pan }, cvv: '737' } }),
      JSON.stringify({ message: 'as a number', service, attributes: { card: Number(pan) } }),
      `{"message":"escaped \\u003${pan[0]!}${pan.slice(1)}","service":"${service}"}`,
      JSON.stringify({ message: `cvv: 737 of ${pan}`, service, [pan]: 'as a key' }),
    ];
    const lines = PANS.flatMap(forms);
    const { status, accepted } = await ingest(url, lines);
    assert.deepEqual([status, accepted], [202, lines.length]);
    // Direct producers: also inside what cannot be read, which the dead letters keep.
    await produceDirect([...lines, ...PANS.map((pan) => `{"message":"broken ${pan}`)].map((line) => Buffer.from(line)));
    await here.waitForNoLag();
    const both = 2 * lines.length;
    await waitUntil(
      async () => (await searchIds(url, { service })).length >= both,
      30_000,
      () => 'the records',
    );
    assert.equal((await searchIds(url, { service })).length, both);

    const stored = JSON.stringify(await searchAll(url, { service }));
    const query = { size: 1000, query: { term: { service } } };
    const inNode = JSON.stringify(await here.elasticsearch('POST', `/logs-${here.dataSet}-*/_search`, query));
    const { records, deadLetters } = here.topics;
    const onTopics = [...(await here.read(records)), ...(await here.read(deadLetters))]
      .map(({ key, value }) => `${String(key)} ${String(value)}`)
      .join('\n');
    for (const text of [stored, inNode, onTopics]) {
      assert.ok(text.includes('411111******1111'), 'the masked form is there');
      for (const pan of PANS) {
        assert.equal(text.includes(pan), false, pan);
        assert.equal(text.includes(pan.replace(/(.{4})/g, '$1-')), false, pan);
        assert.equal(text.includes(`\\u003${pan[0]!}${pan.slice(1)}`), false, pan);
      }
      assert.doesNotMatch(text, /cvv\\*"?: ?\\*"?737/);
    }
    assert.ok((await api.metric('paylog_redactions_total', { kind: 'pan' })) >= lines.length);
    assert.ok((await indexer.metric('paylog_redactions_total', { kind: 'pan' })) >= lines.length);
  });

  it('gives numbers back as they were sent, in searches and by id', async () => {
    const service = `numbers-${tag}`;
    const id = `${tag}/numbers 1`;
    const attributes = '{"big":9007199254740993,"huge":1e400,"tiny":-0.0,"long":0.1000000000000000055511151231257827}';
    const line = `{"message":"exact","service":"${service}","id":"${id}","attributes":${attributes}}`;
    assert.equal((await ingest(url, [line])).status, 202);
    await waitUntil(
      async () => (await searchIds(url, { service })).length > 0,
      30_000,
      () => 'the record',
    );
    const page = await (await fetch(`${url}/api/v1/logs?service=${service}`)).text();
    const one = await fetch(`${url}/api/v1/logs/${encodeURIComponent(id)}`);
    assert.equal(one.status, 200);
    for (const text of [page, await one.text()]) assert.ok(text.includes(attributes), text);
    const missing = await fetch(`${url}/api/v1/logs/${tag}-nobody`);
    assert.equal(missing.status, 404);
    assert.equal(((await missing.json()) as { code: string }).code, 'not_found');
  });

  it('counts what happened in the metrics of both processes, without lag at the end', async () => {
    assert.ok(here && api && indexer);
    await here.waitForNoLag();
    const stored = await here.countStored();
    const accepted = await api.metric('paylog_ingest_records_total', { outcome: 'accepted' });
    const rejected = await api.metric('paylog_ingest_records_total', { outcome: 'rejected' });
    const settled = (outcome: string): Promise<number> => indexer!.metric('paylog_records_settled_total', { outcome });
    const direct = 2 * POISON + 6 * PANS.length + PANS.length;
    assert.equal(rejected, POISON / 2);
    assert.equal(await settled('stored'), stored);
    assert.equal(await settled('duplicate'), 80);
    assert.equal(await settled('dead_lettered'), POISON + PANS.length);
    assert.equal(accepted + direct, stored + 80 + POISON + PANS.length);
    assert.equal(await indexer.metric('paylog_dead_letters_total'), POISON + PANS.length);
    await waitUntil(
      async () => (await indexer!.metric('paylog_queue_lag_records')) === 0,
      30_000,
      () => 'the lag metric to be zero',
    );
    assert.equal(await api.metric('paylog_ingest_inflight_bytes'), 0);
    assert.equal(await indexer.metric('paylog_indexer_inflight_bytes'), 0);
    for (const service of [api, indexer]) {
      const { dependencies } = (await (await fetch(`${service.url}/health/ready`)).json()) as {
        dependencies: { state: string; since: string }[];
      };
      assert.ok(dependencies.length >= 2);
      assert.ok(dependencies.every(({ state, since }) => state === 'up' && !Number.isNaN(Date.parse(since))));
    }
  });

  it('ends with 0 on SIGTERM', async () => {
    assert.ok(api && indexer);
    assert.deepEqual(await Promise.all([api.end('SIGTERM'), indexer.end('SIGTERM')]), [0, 0]);
  });

  /** As any producer would, spread over the partitions. */
  async function produceDirect(values: readonly Buffer[]): Promise<void> {
    assert.ok(here);
    const producer = new Kafka({ brokers: here.brokers.split(','), logLevel: logLevel.NOTHING }).producer();
    await producer.connect();
    const messages = values.map((value, n) => ({ value, partition: n % 3 }));
    // The large ones are many bytes together: a broker takes 1 MiB in one batch.
    for (let from = 0; from < messages.length; from += 150) {
      await producer.send({ topic: here.topics.direct, messages: messages.slice(from, from + 150) });
    }
    await producer.disconnect();
  }
});

/** Runs all, `lanes` at a time. */
async function inLanes(lanes: number, requests: readonly (() => Promise<void>)[]): Promise<void> {
  const left = [...requests];
  const lane = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await next();
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/** How often each occurs. */
function tally(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of [...values].sort()) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
