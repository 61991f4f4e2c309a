import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { after, before, describe } from 'mocha';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { searchAll, searchPage, type FoundLog } from '../e2e/api-client.ts';
import { Deployment } from '../e2e/deployment.ts';
import { Service } from '../e2e/service.ts';
import { acquireElasticsearch } from '../stack/acquire-elasticsearch.ts';
import { acquireKafka } from '../stack/acquire-kafka.ts';
import { orSkip } from '../stack/skip.ts';
import type { Skipped } from '../stack/stack-service.ts';
import type { Need } from './needs.ts';
import { uniqueName } from '../stack/unique-name.ts';

const TEST_MS = 180_000;
const START_MS = 300_000;
const FOUND_MS = 90_000;
/** More than the refresh interval of the deployments: what is stored by then is found. */
const REFRESHED_MS = 500;

/** A word that stands in no other message: the full text search finds it, and nothing else. */
export function newMarker(): string {
  return uniqueName('m');
}

/** The message of record `n` (from 0) of a run. A client may put text of its own around it. */
export function messageOf(marker: string, n: number): string {
  return `${marker} ${n}`;
}

/** The messages of records 0 to `count` - 1. */
export function messagesOf(marker: string, count: number): string[] {
  return Array.from({ length: count }, (_, n) => messageOf(marker, n));
}

/** The API as clients see it, with everything behind it. */
export interface Deployed extends AsyncDisposable {
  readonly kind: 'embedded' | 'Kafka and Elasticsearch';
  /** The process that answers clients: `standalone`, or `api`. Its `metric()` reads counters. */
  readonly api: Service;
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** Brokers and topics; absent on the embedded queue. */
  readonly kafka: Deployment | undefined;
  /** Resolves when everything that was accepted so far is stored (or a dead letter), and searches see it. */
  waitUntilSettled(): Promise<void>;
}

async function deployEmbedded(): Promise<Deployed> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'paylog-clients-'));
  const api = await Service.create('standalone', { DATA_DIR: dataDir });
  const dispose = async (): Promise<void> => {
    await api[Symbol.asyncDispose]();
    await rm(dataDir, { recursive: true, force: true });
  };
  await api.start().catch(async (error: unknown) => {
    await dispose();
    throw error;
  });
  const settled = async (): Promise<boolean> => {
    const accepted = await api.metric('paylog_ingest_records_total', { outcome: 'accepted' });
    return (await api.metric('paylog_records_settled_total')) >= accepted;
  };
  return {
    kind: 'embedded',
    api,
    ...addressOf(api),
    kafka: undefined,
    waitUntilSettled: () => waitUntil(settled, FOUND_MS, () => 'all that was accepted to be settled'),
    [Symbol.asyncDispose]: dispose,
  };
}

/** API and indexer as processes of their own on these servers; `env` goes to both. */
export async function deployOn(
  brokers: string,
  elasticsearchUrl: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Deployed> {
  const kafka = new Deployment(brokers, elasticsearchUrl, env);
  try {
    const [api, indexer] = [await kafka.add('api'), await kafka.add('indexer')];
    await Promise.all([api.start(), indexer.start()]);
    return {
      kind: 'Kafka and Elasticsearch',
      api,
      ...addressOf(api),
      kafka,
      waitUntilSettled: async () => {
        await kafka.waitForNoLag();
        await delay(REFRESHED_MS);
      },
      [Symbol.asyncDispose]: () => kafka[Symbol.asyncDispose](),
    };
  } catch (error) {
    await kafka[Symbol.asyncDispose]();
    throw error;
  }
}

function addressOf({ url }: Service): Pick<Deployed, 'url' | 'host' | 'port'> {
  const { hostname, port } = new URL(url);
  return { url, host: hostname, port: Number(port) };
}

async function deployReal(): Promise<Deployed | Skipped> {
  const kafka = await acquireKafka();
  if ('skipped' in kafka) return kafka;
  const elasticsearch = await acquireElasticsearch();
  if ('skipped' in elasticsearch) return elasticsearch;
  return deployOn(kafka.brokers, elasticsearch.url);
}

const deploy: Readonly<Record<Deployed['kind'], () => Promise<Deployed | Skipped>>> = {
  embedded: deployEmbedded,
  'Kafka and Elasticsearch': deployReal,
};

/** One of each kind serves all suites of a run: starting them takes longer than most of the tests. */
const shared = new Map<Deployed['kind'], Promise<Deployed | Skipped>>();

after(async function () {
  this.timeout(TEST_MS);
  for (const starting of shared.values()) {
    const deployed = await starting.catch(() => undefined);
    if (deployed !== undefined && !('skipped' in deployed)) await deployed[Symbol.asyncDispose]();
  }
  shared.clear();
});

export interface ClientOptions {
  /** Absent: on both. */
  readonly on?: readonly Deployed['kind'][];
  /** Checked before anything starts. */
  readonly needs?: Need;
}

/**
 * Runs the same cases against a running API on the embedded default and on a real Kafka and Elasticsearch (API and
 * indexer as processes). `here()` may be called in hooks and tests. The deployments are shared by all suites of the run:
 * do not end or disturb them; use markers and services that nobody else uses.
 *
 * ```ts
 * describeClient('winston-loki', (here) => {
 *   it('sends', async () => {
 *     const marker = newMarker();
 *     await sendWith(here().url, messagesOf(marker, 10_000));
 *     await expectExactlyOnce(here(), marker, 10_000);
 *   });
 * });
 * ```
 */
export function describeClient(
  name: string,
  cases: (here: () => Deployed) => void,
  { on = ['embedded', 'Kafka and Elasticsearch'], needs }: ClientOptions = {},
): void {
  for (const kind of on) {
    describe(`${name} on ${kind}`, function () {
      this.timeout(TEST_MS);
      let deployed: Deployed | undefined;

      before(async function () {
        this.timeout(START_MS);
        if (needs !== undefined) orSkip(this, await needs());
        const starting = shared.get(kind) ?? deploy[kind]();
        shared.set(kind, starting);
        deployed = orSkip(this, await starting);
      });

      cases(() => {
        assert.ok(deployed, 'here() is for hooks and tests');
        return deployed;
      });
    });
  }
}

/** Resolves when a search for the marker finds at least so many records. */
export async function waitUntilFound(
  { url, api }: Pick<Deployed, 'url' | 'api'>,
  marker: string,
  count: number,
  timeoutMs = FOUND_MS,
): Promise<void> {
  let have = 0;
  const enough = async (): Promise<boolean> => {
    // `total` is exact up to 10,000.
    have = (await searchPage(url, { q: marker, limit: '1' })).total.value;
    if (have < Math.min(count, 10_000)) await delay(100);
    return have >= Math.min(count, 10_000);
  };
  await waitUntil(
    enough,
    timeoutMs,
    () => `${count} records with ${marker}, have ${have}; the API wrote:\n${api.output.slice(-2000)}`,
  );
}

/** Every record with the marker, read page by page. */
function findAll({ url }: Pick<Deployed, 'url'>, marker: string): Promise<FoundLog[]> {
  return searchAll(url, { q: marker });
}

/** Waits for records 0 to `count` - 1 of the marker; each must be there, under an id of its own. Returns them. */
export async function expectNothingLost(deployed: Deployed, marker: string, count: number): Promise<FoundLog[]> {
  await waitUntilFound(deployed, marker, count);
  await deployed.waitUntilSettled();
  const found = await findAll(deployed, marker);
  const numbers = new Set(found.map((log) => numberOf(log, marker)));
  const lost = Array.from({ length: count }, (_, n) => n).filter((n) => !numbers.has(n));
  assert.deepEqual(lost.slice(0, 20), [], `${lost.length} of ${count} records are lost`);
  assert.equal(numbers.size, count, 'no other records have this marker');
  assert.equal(new Set(found.map(({ id }) => id)).size, found.length, 'a search repeats no record');
  return found;
}

/** Like `expectNothingLost`, and none is there twice. Call it when the client has sent everything. */
export async function expectExactlyOnce(deployed: Deployed, marker: string, count: number): Promise<FoundLog[]> {
  const found = await expectNothingLost(deployed, marker, count);
  assert.equal(found.length, count, `${found.length - count} records are there twice`);
  return found;
}

function numberOf({ message }: FoundLog, marker: string): number {
  const match = new RegExp(`${marker} (\\d+)`).exec(String(message));
  assert.ok(match, `no number behind the marker in ${String(message)}`);
  return Number(match[1]);
}
