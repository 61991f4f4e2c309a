/**
 * `npm run bench [-- api indexer embedded]`: what a log costs, with all guarantees on. Real Kafka and Elasticsearch (as the tests find
 * them), real processes. Compare rows of one run with each other: absolute figures belong to the machine.
 *
 * `npm run bench -- search [--records=2000000] [--requests=200] [--directory=.stack/bench-search]`: how long searches take in a full
 * store. The first run loads the records (some 20,000 a second and store); the directory keeps them for the next.
 *
 * `npm run bench -- size`: what logs of 523 to some 8,000 bytes cost, for the figures per byte of `scripts/docs/capacity-model.ts`.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createKafkaTopicAdmin } from '@paylog/shared/kafka/kafka-topic-admin';
import { createLogger } from '@paylog/shared/telemetry/logger';
import { paymentLogs } from '@paylog/shared/testing/payment-corpus';
import { acquireElasticsearch } from '../tests/stack/acquire-elasticsearch.ts';
import { acquireKafka } from '../tests/stack/acquire-kafka.ts';
import { freePort } from '../tests/stack/free-port.ts';
import { measureIndexer, measureRawBulk } from './index-case.ts';
import { type Load, measureIngest, stored } from './ingest-case.ts';
import { MeasuredProcess } from './measured-process.ts';
import { type Row, sizeTable, table } from './report.ts';
import { measureSearch } from './search.ts';
import { measureSize, type SizeRow, withStacks } from './size-case.ts';

const CASES = ['api', 'indexer', 'embedded'] as const;
const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    records: { type: 'string', default: '2000000' },
    requests: { type: 'string', default: '200' },
    directory: { type: 'string', default: join(import.meta.dirname, '..', '.stack', 'bench-search') },
  },
});
const known: readonly string[] = [...CASES, 'size', 'search'];
const unknown = positionals.filter((name) => !known.includes(name));
if (unknown.length > 0) throw new Error(`unknown case ${unknown.join(', ')}; known are ${known.join(', ')}`);
const wants = (name: (typeof CASES)[number]): boolean => positionals.length === 0 || positionals.includes(name);
// Not among those that run when none is named: one fills gigabytes, the other serves one page.
const wantsSearch = positionals.includes('search');
const wantsSize = positionals.includes('size');

const PASS_THROUGH = new URL('pass-through.ts', import.meta.url).pathname;
const script = (service: string): string => new URL(`../services/${service}/dist/main.js`, import.meta.url).pathname;
const logger = createLogger({ level: 'error', service: 'bench' });
const run = Date.now().toString(36);
const rows: Row[] = [];

/** Prints a row when it is there, keeps it for the table. */
function add(row: Row): void {
  rows.push(row);
  process.stderr.write(`${table([row]).split('\n').at(-1)}\n`);
}

const DISTINCT = 50_000;
/** Sizes of `size`, and the bytes that are sent of each; the first one runs twice, since it warms up Elasticsearch. */
const SIZES = [523, 523, 2000, 4000, 8000] as const;
const SIZE_BYTES = 150_000_000;
const corpus = Array.from(
  paymentLogs({ seed: 42, count: DISTINCT, startMs: Date.now() - 3_600_000, idPrefix: `${run}-` }),
  (log) => JSON.stringify(log),
);
const batches = (size: number): string[] =>
  Array.from({ length: DISTINCT / size }, (_, at) => corpus.slice(at * size, (at + 1) * size).join('\n'));

const single = (requests: number): Load => ({
  contentType: 'application/json',
  bodies: corpus.slice(0, 20_000),
  logsPerRequest: 1,
  requests,
  connections: 50,
});
const ndjson = (requests: number): Load => ({
  contentType: 'application/x-ndjson',
  bodies: batches(500),
  logsPerRequest: 500,
  requests,
  connections: 8,
});

async function createTopics(brokers: string, ...topics: readonly string[]): Promise<void> {
  const admin = createKafkaTopicAdmin({ brokers: brokers.split(','), clientId: 'bench' }, logger);
  const settings = { partitions: 6, retentionMs: 3_600_000, maxMessageBytes: 1_048_576 };
  await admin.ensureTopics(
    topics.map((topic) => ({ topic, ...settings })),
    true,
  );
}

async function withProcess<T>(
  file: string,
  env: Readonly<Record<string, string>>,
  use: (service: MeasuredProcess, port: number) => Promise<T>,
): Promise<T> {
  const port = await freePort();
  const service = new MeasuredProcess(file, port, env);
  try {
    await service.ready();
    return await use(service, port);
  } finally {
    await service.stop();
  }
}

async function apiCases(kafka: string, elasticsearch: string): Promise<void> {
  const servers = [
    { name: 'pass-through, no checks', file: PASS_THROUGH, client: 'platformatic' },
    { name: 'api, @platformatic/kafka', file: script('api'), client: 'platformatic' },
    { name: 'api, kafkajs', file: script('api'), client: 'kafkajs' },
  ];
  for (const [at, { name, file, client }] of servers.entries()) {
    const topic = `bench-${run}-${at}`;
    await createTopics(kafka, topic, `${topic}.direct`, `${topic}.dlq`);
    const env = { KAFKA_BROKERS: kafka, KAFKA_TOPIC: topic, KAFKA_CLIENT: client, ELASTICSEARCH_URL: elasticsearch };
    await withProcess(file, env, async (service, port) => {
      add(await measureIngest(`${name}: 1 per request`, service, port, single(100_000)));
    });
    await withProcess(file, env, async (service, port) => {
      add(await measureIngest(`${name}: 500 NDJSON per request`, service, port, ndjson(1000)));
    });
  }
}

async function indexerCases(kafka: string, elasticsearch: string): Promise<void> {
  const topic = `bench-${run}-index`;
  await createTopics(kafka, topic, `${topic}.direct`, `${topic}.dlq`);
  const env = { KAFKA_BROKERS: kafka, KAFKA_TOPIC: topic, ELASTICSEARCH_URL: elasticsearch, DATA_SET: `bench${run}` };
  const logs = DISTINCT * 5;
  await withProcess(script('api'), env, async (_service, port) => {
    // Five times the corpus with ids of their own, through the API: what the indexer reads is what the API writes.
    for (let copy = 0; copy < 5; copy += 1) {
      const bodies = batches(500).map((body) => body.replaceAll(`"id":"${run}-`, `"id":"${run}-${copy}-`));
      await publish(port, bodies);
    }
  });
  const raw = corpus.map((text) => Buffer.from(text));
  add(
    await measureRawBulk(
      'raw bulk requests of 5 MB: the ceiling of the store',
      elasticsearch,
      `logs-bench${run}raw-2026.01.01`,
      raw,
    ),
  );
  const port = await freePort();
  add(
    await measureIndexer(
      'indexer: Kafka to Elasticsearch',
      () => new MeasuredProcess(script('indexer'), port, { ...env, KAFKA_GROUP: `bench-${run}` }),
      logs,
    ),
  );
}

async function sizeCases(kafka: string, elasticsearch: string): Promise<readonly SizeRow[]> {
  const sizes: SizeRow[] = [];
  for (const [at, bytes] of SIZES.entries()) {
    const topic = `bench-${run}-size${at}`;
    await createTopics(kafka, topic, `${topic}.direct`, `${topic}.dlq`);
    const dataSet = `bench${run}size${at}`;
    const env = {
      KAFKA_BROKERS: kafka,
      KAFKA_TOPIC: topic,
      KAFKA_GROUP: topic,
      ELASTICSEARCH_URL: elasticsearch,
      DATA_SET: dataSet,
      OWN_LOGS: 'false',
    };
    const count = Math.ceil(SIZE_BYTES / bytes);
    const logs = paymentLogs({ seed: 42, count, startMs: Date.now() - 3_600_000, idPrefix: `${run}-` });
    await withProcess(script('indexer'), env, (indexer) =>
      withProcess(script('api'), env, async (api, port) => {
        const target = { api, apiUrl: `http://127.0.0.1:${port}`, indexer, elasticsearchUrl: elasticsearch };
        sizes.push(await measureSize(withStacks(logs, bytes), { ...target, indices: `logs-${dataSet}-*` }));
        process.stderr.write(`${sizeTable(sizes.slice(-1)).split('\n').at(-1)}\n`);
      }),
    );
  }
  return sizes.slice(1);
}

async function publish(port: number, bodies: readonly string[]): Promise<void> {
  for (const body of bodies) {
    const headers = { 'content-type': 'application/x-ndjson' };
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/logs`, { method: 'POST', headers, body });
    if (response.status !== 202) throw new Error(`the API answered ${response.status}: ${await response.text()}`);
    await response.arrayBuffer();
  }
}

async function embeddedCases(): Promise<void> {
  const loads = [
    { name: 'embedded, until stored: 1 per request', load: single(20_000) },
    { name: 'embedded, until stored: 500 NDJSON per request', load: ndjson(90) },
  ];
  for (const { name, load } of loads) {
    const directory = await mkdtemp(join(tmpdir(), 'paylog-bench-'));
    await withProcess(script('standalone'), { DATA_DIR: directory }, async (service, port) => {
      add(await measureIngest(name, service, port, load, stored(service)));
    });
    await rm(directory, { recursive: true });
  }
}

let sizes: readonly SizeRow[] = [];
if (wants('api') || wants('indexer') || wantsSize) {
  const kafka = await acquireKafka({ own: true });
  const elasticsearch = await acquireElasticsearch({ own: true, optimised: true });
  if ('skipped' in kafka) throw new Error(kafka.skipped);
  if ('skipped' in elasticsearch) throw new Error(elasticsearch.skipped);
  try {
    if (wants('api')) await apiCases(kafka.brokers, elasticsearch.url);
    if (wants('indexer')) await indexerCases(kafka.brokers, elasticsearch.url);
    if (wantsSize) sizes = await sizeCases(kafka.brokers, elasticsearch.url);
  } finally {
    await kafka.dispose();
    await elasticsearch.dispose();
  }
}
if (wants('embedded')) await embeddedCases();
if (rows.length > 0) process.stdout.write(`${table(rows)}\n`);
if (sizes.length > 0) process.stdout.write(`${sizeTable(sizes)}\n`);
if (wantsSearch) {
  const [records, requests] = [Number(flags.records), Number(flags.requests)];
  const isCount = (value: number): boolean => Number.isSafeInteger(value) && value > 0;
  if (!isCount(records) || !isCount(requests))
    throw new Error('--records and --requests must be whole numbers above 0');
  process.stdout.write(`${await measureSearch({ records, requests, directory: flags.directory, logger })}\n`);
}
