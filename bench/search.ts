import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createElasticsearchWriter } from '@paylog/shared/elasticsearch/elasticsearch-writer';
import { createEmbeddedStore } from '@paylog/shared/embedded/embedded-store';
import type { Logger } from '@paylog/shared/ports/logger';
import { acquireElasticsearch, elasticsearchProcess } from '../tests/stack/acquire-elasticsearch.ts';
import { freePort } from '../tests/stack/free-port.ts';
import { MeasuredProcess } from './measured-process.ts';
import { DATA_SET, load } from './search-data.ts';
import { namedQueries, type NamedQuery } from './search-queries.ts';
import { searchTable, type SearchRow } from './search-report.ts';
import { ask, CapturingProxy, hangUp, type Captured } from './search-wire.ts';

/** What is measured. */
export interface SearchBench {
  readonly records: number;
  /** Requests of each query to each target. */
  readonly requests: number;
  /** Where loaded data are kept and found again. */
  readonly directory: string;
  readonly logger: Logger;
}

const STANDALONE = new URL('../services/standalone/dist/main.js', import.meta.url).pathname;
const INDICES = `logs-${DATA_SET}-*`;
const WARM_UP = 5;
/** A query that is slower than this makes fewer requests. */
const MAX_MS_PER_QUERY = 30_000;
const QUIET_MS = 180_000;
const LOAD_TIMEOUT_MS = 60_000;

/** Time limits that do not decide what is measured, and no records dropped for their age. */
const SETTINGS = { RETENTION_DAYS: '0', SEARCH_TIMEOUT_MS: '30000', ELASTICSEARCH_TIMEOUT_MS: '30000' };

/**
 * Loads both stores (or finds them loaded), asks every query through the API's process on each, and in turns with it the same of
 * Elasticsearch itself. Returns a Markdown table.
 */
export async function measureSearch(bench: SearchBench): Promise<string> {
  await mkdir(bench.directory, { recursive: true });
  const queries = namedQueries(bench.records);
  const rows = queries.map(({ name }): SearchRow => ({ name }));
  await onElasticsearch(bench, queries, rows);
  await onEmbedded(bench, queries, rows);
  hangUp();
  return searchTable(rows);
}

interface Node {
  readonly url: string;
  stop(): Promise<void>;
}

/** The one that is named; else one of our own that keeps its data in the directory; else what the tests would take. */
async function elasticsearchNode(directory: string): Promise<Node> {
  const named = process.env['TEST_ELASTICSEARCH_URL'];
  if (named !== undefined) return { url: named, stop: () => Promise.resolve() };
  const port = await freePort();
  try {
    const node = await elasticsearchProcess({ port, directory: join(directory, 'elasticsearch'), optimised: true });
    await node.start();
    return { url: `http://127.0.0.1:${port}`, stop: () => node.stop() };
  } catch (error) {
    process.stderr.write(`no local Elasticsearch that keeps its data: ${String(error)}\n`);
  }
  const acquired = await acquireElasticsearch({ own: true, optimised: true });
  if ('skipped' in acquired) throw new Error(acquired.skipped);
  return { url: acquired.url, stop: () => acquired.dispose() };
}

async function onElasticsearch(bench: SearchBench, queries: readonly NamedQuery[], rows: SearchRow[]): Promise<void> {
  const node = await elasticsearchNode(bench.directory);
  try {
    await loadElasticsearch(node.url, bench);
    const captured = await capture(node.url, queries);
    await withStandalone({ ELASTICSEARCH_URL: node.url }, async (api) => {
      for (const [at, query] of queries.entries()) {
        const direct = query.variants.map((_, variant) => captured.get(`${at}/${variant}`) ?? []);
        rows[at] = {
          ...rows[at]!,
          ...(await orRefused(inTurns(api, query, node.url, direct, bench.requests), { api: [] })),
        };
        process.stderr.write(`${searchTable([rows[at]]).split('\n').at(-1)}\n`);
      }
    });
  } finally {
    await node.stop();
  }
}

async function loadElasticsearch(url: string, { records, logger }: SearchBench): Promise<void> {
  const index = {
    installTemplate: true,
    shards: 1,
    replicas: 1,
    refreshMs: 5000,
    daysPast: 400,
    daysFuture: 2,
    retentionDays: 0,
  };
  const writer = createElasticsearchWriter({ url, timeoutMs: LOAD_TIMEOUT_MS, ...index }, logger);
  await writer.start();
  try {
    await load('Elasticsearch', writer, records, await countIn(url, INDICES));
  } finally {
    await writer.stop();
  }
  // What every size-0 request would be answered from, the second time it is asked.
  await json(url, 'PUT', `/${INDICES}/_settings`, { 'index.requests.cache.enable': false });
  await quiet(url);
  const [ours, all] = [await countIn(url, INDICES), await countIn(url, 'paylog-logs')];
  process.stderr.write(`Elasticsearch: ${ours} records of ours, ${all - ours} others under the same alias\n`);
}

async function countIn(url: string, indices: string): Promise<number> {
  await json(url, 'POST', `/${indices}/_refresh?ignore_unavailable=true`);
  const answer = await json(url, 'GET', `/${indices}/_count?ignore_unavailable=true`);
  return (answer as { count?: number }).count ?? 0;
}

/** Waits for the merges that a load leaves behind. */
async function quiet(url: string): Promise<void> {
  const path = `/${INDICES}/_stats/merge?filter_path=_all.total.merges.current`;
  for (const deadline = Date.now() + QUIET_MS; Date.now() < deadline;) {
    const answer = (await json(url, 'GET', path)) as { _all?: { total: { merges: { current: number } } } };
    if ((answer._all?.total.merges.current ?? 0) === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

async function json(url: string, method: string, path: string, body?: object): Promise<unknown> {
  const headers: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
  const answer = await ask(url + path, { method, headers, body: body === undefined ? '' : JSON.stringify(body) });
  return JSON.parse(answer.text);
}

/** A query that was not answered: told in its row, and the next one is measured. */
class RefusedError extends Error {}

async function orRefused<T>(what: Promise<T>, refused: T): Promise<T> {
  return what.catch((error: unknown) => {
    if (!(error instanceof RefusedError)) throw error;
    process.stderr.write(`NOT ANSWERED: ${error.message}\n`);
    return refused;
  });
}

/** What the API asks of Elasticsearch for each variant of each query, by `query/variant`. */
async function capture(url: string, queries: readonly NamedQuery[]): Promise<Map<string, Captured[]>> {
  const proxy = new CapturingProxy(url);
  const captured = new Map<string, Captured[]>();
  try {
    await withStandalone({ ELASTICSEARCH_URL: await proxy.start() }, async (api) => {
      proxy.take();
      for (const [at, { name, variants }] of queries.entries()) {
        for (const [variant, path] of variants.entries()) {
          await orRefused(askApi(api, name, path), 0);
          captured.set(`${at}/${variant}`, proxy.take());
        }
      }
    });
  } finally {
    await proxy.stop();
  }
  return captured;
}

async function askApi(api: string, name: string, path: string): Promise<number> {
  const startedMs = performance.now();
  const answer = await ask(`${api}/api/v1${path}`);
  const tookMs = performance.now() - startedMs;
  if (answer.status !== 200)
    throw new Error(`${name}: the API answered ${answer.status}: ${answer.text.slice(0, 500)}`);
  return tookMs;
}

async function askDirectly(url: string, requests: readonly Captured[]): Promise<number> {
  const startedMs = performance.now();
  for (const captured of requests) {
    const answer = await ask(url + captured.path, captured);
    if (answer.status !== 200)
      throw new RefusedError(`Elasticsearch answered ${answer.status}: ${answer.text.slice(0, 500)}`);
  }
  return performance.now() - startedMs;
}

/** The API and Elasticsearch in turns, the first of each pair in turns too. */
async function inTurns(
  api: string,
  { name, variants }: NamedQuery,
  url: string,
  direct: readonly (readonly Captured[])[],
  requests: number,
): Promise<Pick<SearchRow, 'api' | 'direct' | 'overheadMs'>> {
  const measured = { api: [] as number[], direct: [] as number[] };
  const deadline = performance.now() + 2 * MAX_MS_PER_QUERY;
  for (let n = -WARM_UP; n < requests && performance.now() < deadline; n += 1) {
    const variant = (n + WARM_UP) % variants.length;
    const ours = (): Promise<number> => askApi(api, name, variants[variant]!);
    const theirs = (): Promise<number> => askDirectly(url, direct[variant]!);
    const apiFirst = n % 2 === 0;
    const first = await (apiFirst ? ours() : theirs());
    const second = await (apiFirst ? theirs() : ours());
    if (n < 0) continue;
    measured.api.push(apiFirst ? first : second);
    measured.direct.push(apiFirst ? second : first);
  }
  const overheadMs = measured.api.map((ms, at) => ms - measured.direct[at]!);
  return { api: measured.api, direct: measured.direct, overheadMs };
}

async function onEmbedded(bench: SearchBench, queries: readonly NamedQuery[], rows: SearchRow[]): Promise<void> {
  const dataDir = join(bench.directory, 'embedded');
  await mkdir(dataDir, { recursive: true });
  const store = createEmbeddedStore(
    { dataDir, retentionDays: 0, searchTimeoutMs: LOAD_TIMEOUT_MS, writeTimeoutMs: LOAD_TIMEOUT_MS },
    bench.logger,
  );
  await store.start();
  try {
    const everything = { order: 'desc', limit: 1, countUpTo: Number.MAX_SAFE_INTEGER } as const;
    const { total } = await store.searcher().search(everything, { signal: AbortSignal.timeout(LOAD_TIMEOUT_MS) });
    const writer = store.writer();
    await writer.start();
    await load('embedded', writer, bench.records, total.value);
    await writer.stop();
  } finally {
    await store.stop();
  }
  await withStandalone({ DATA_DIR: dataDir }, async (api) => {
    for (const [at, query] of queries.entries()) {
      rows[at] = { ...rows[at]!, embedded: await orRefused(alone(api, query, bench.requests), []) };
      process.stderr.write(`${searchTable([rows[at]]).split('\n').at(-1)}\n`);
    }
  });
}

async function alone(api: string, { name, variants }: NamedQuery, requests: number): Promise<number[]> {
  const measured: number[] = [];
  const deadline = performance.now() + MAX_MS_PER_QUERY;
  for (let n = -WARM_UP; n < requests && (performance.now() < deadline || measured.length === 0); n += 1) {
    const tookMs = await askApi(api, name, variants[(n + WARM_UP) % variants.length]!);
    if (n >= 0) measured.push(tookMs);
  }
  return measured;
}

/** The API in a process of its own (with an indexer that has nothing to do), its queue embedded. */
async function withStandalone(
  env: Readonly<Record<string, string>>,
  use: (url: string) => Promise<void>,
): Promise<void> {
  const port = await freePort();
  const scratch = await mkdtemp(join(tmpdir(), 'paylog-bench-search-'));
  const service = new MeasuredProcess(STANDALONE, port, { DATA_DIR: scratch, ...SETTINGS, ...env });
  try {
    await service.ready();
    await use(`http://127.0.0.1:${port}`);
  } finally {
    await service.stop();
    await rm(scratch, { recursive: true });
  }
}
