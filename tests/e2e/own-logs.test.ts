import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { after, before, describe, it } from 'mocha';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { acquireElasticsearch } from '../stack/acquire-elasticsearch.ts';
import { acquireKafka } from '../stack/acquire-kafka.ts';
import { orSkip } from '../stack/skip.ts';
import { ingest, searchPage, type FoundLog } from './api-client.ts';
import { Deployment } from './deployment.ts';
import { ServiceProcess } from './service-process.ts';
import { Service } from './service.ts';
import { uniqueName } from '../stack/unique-name.ts';

const PAN = '4111111111111111';
const PASSWORD = 'hunter2-hunter2';
/** Of no setting: known by the name in front of it. */
const OTHER_PASSWORD = 'sesame-open';

/** Waits until a search finds something, and gives it back. */
async function found(api: Service, query: string): Promise<readonly FoundLog[]> {
  let logs: readonly FoundLog[] = [];
  await waitUntil(
    async () => {
      ({ logs } = await searchPage(api.url, { query, limit: '200' }));
      return logs.length > 0;
    },
    30_000,
    () => `${query} in what was found; it wrote:\n${api.output}`,
  );
  return logs;
}

describe('own logs, all in one process', function () {
  this.timeout(120_000);
  let folder = '';
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'paylog-own-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('are found by search beside what was sent, are no ingest, stand in files, and outlive a restart', async () => {
    const logs = path.join(folder, 'logs');
    const env = { DATA_DIR: path.join(folder, 'data'), OWN_LOGS: 'true', LOG_DIR: logs, SEARCH_SLOW_MS: '0' };
    await using service = await Service.create('standalone', env);
    await service.start();
    assert.equal((await ingest(service.url, ['{"message":"from a user","service":"shop"}'])).status, 202);

    // Each search is a slow one: it is logged.
    const [slow] = await found(service, 'data_set:paylog "Slow search"');
    assert.deepEqual([slow?.['service'], slow?.['level']], ['paylog', 'warn']);
    assert.equal((slow?.['attributes'] as Record<string, unknown>)['kind'], 'search');
    const [user] = await found(service, '-data_set:paylog');
    assert.equal(user?.['message'], 'from a user');
    await found(service, 'service:shop');

    assert.equal(await service.metric('paylog_ingest_records_total'), 1);
    assert.ok((await service.metric('paylog_own_logs_total', { outcome: 'published' })) > 0);

    assert.equal(await service.end('SIGTERM'), 0);
    const written = await readFile(path.join(logs, 'paylog.log'), 'utf8');
    assert.equal(written, service.output.replace(/^Pay Log Aggregator is ready.*\n/m, ''), 'the last lines included');

    await service.start();
    const [ready] = await found(service, 'data_set:paylog "all in one is ready"');
    assert.deepEqual(ready?.['attributes'], {
      ...(ready?.['attributes'] as object),
      queue: 'embedded',
      store: 'embedded',
    });
    const [stopping] = await found(service, 'data_set:paylog message:stopping');
    assert.equal((stopping?.['attributes'] as Record<string, unknown>)['signal'], 'SIGTERM');
    assert.equal(await service.end('SIGTERM'), 0);
  });

  it('can be switched off, and limited to a level', async () => {
    for (const more of [{ OWN_LOGS: 'false' }, { OWN_LOGS: 'true', OWN_LOGS_LEVEL: 'error' }]) {
      const env = { DATA_DIR: path.join(folder, `off-${more.OWN_LOGS}`), SEARCH_SLOW_MS: '0', ...more };
      await using service = await Service.create('standalone', env);
      await service.start();
      assert.equal((await ingest(service.url, ['{"message":"m","service":"shop"}'])).status, 202);
      await found(service, 'service:shop');
      await new Promise((resolve) => setTimeout(resolve, 1500));
      assert.deepEqual((await searchPage(service.url, { query: 'data_set:paylog' })).logs, []);
      assert.match(service.output, /Slow search/);
      assert.equal(await service.metric('paylog_own_logs_total'), 0);
    }
  });

  it('a directory that cannot be written to is a fault of the configuration, told with all others', async () => {
    const file = path.join(folder, 'a-file');
    await writeFile(file, '');
    const env = { LOG_DIR: file, PROFILE_DIR: path.join(file, 'below'), PORT: '-1', DATA_DIR: path.join(folder, 'x') };
    await using service = new ServiceProcess('standalone', env);
    assert.equal(await service.exit, 78);
    assert.match(service.stderr, /PORT=-1/);
    assert.ok(service.stderr.includes(`LOG_DIR=${file}: the directory cannot be written to (EEXIST`), service.stderr);
    assert.ok(service.stderr.includes(`PROFILE_DIR=${path.join(file, 'below')}: `), service.stderr);
    assert.doesNotMatch(service.stderr, / at .*:\d+:\d+/);
  });

  it('an error that nobody caught is a line as any other, in all places, and ends the process with 1', async () => {
    const logs = path.join(folder, 'fault-logs');
    const faults = path.join(folder, 'faults.mjs');
    // Messages of errors quote what they are about: a fault of ours may hold what a sender sent.
    const error = `new Error('no: card ${PAN}, password=${OTHER_PASSWORD}')`;
    await writeFile(
      faults,
      `process.on('SIGHUP', () => { throw ${error}; }); process.on('SIGWINCH', () => void Promise.reject(${error}));`,
    );
    const env = {
      DATA_DIR: path.join(folder, 'fault-data'),
      OWN_LOGS: 'true',
      LOG_DIR: logs,
      NODE_OPTIONS: `--import=${pathToFileURL(faults).href}`,
    };
    await using service = await Service.create('standalone', env);
    for (const [count, signal] of (['SIGHUP', 'SIGWINCH'] as const).entries()) {
      await service.start();
      assert.equal(await service.end(signal), 1);
      const written = await readFile(path.join(logs, 'paylog.log'), 'utf8');
      for (const [place, lines] of Object.entries({ stderr: service.output, file: written })) {
        const told = lines.split('\n').filter((line) => line.includes('nobody caught'));
        assert.equal(told.length, place === 'file' ? count + 1 : 1, lines);
        const { level, service: name, error: shown } = JSON.parse(told.at(-1) ?? '') as Record<string, unknown>;
        assert.deepEqual([level, name], ['error', 'paylog']);
        assert.match((shown as { message: string }).message, /^no: card .*password=\*{3}/);
        for (const planted of [PAN, OTHER_PASSWORD]) assert.ok(!lines.includes(planted), `${planted} in ${place}`);
        assert.match(lines, /"message":"stopped".*"clean":true/);
      }
    }
    await service.start();
    const query = 'data_set:paylog level:error "nobody caught"';
    await waitUntil(
      async () => (await searchPage(service.url, { query })).logs.length === 2,
      30_000,
      () => service.output,
    );
    assert.equal(await service.end('SIGTERM'), 0);
  });

  it('files are bounded', async () => {
    const logs = path.join(folder, 'small');
    const env = {
      DATA_DIR: path.join(folder, 'small-data'),
      LOG_DIR: logs,
      LOG_MAX_FILE_BYTES: '4KiB',
      LOG_MAX_FILES: '3',
      SEARCH_SLOW_MS: '0',
    };
    await using service = await Service.create('standalone', env);
    await service.start();
    for (let i = 0; i < 100; i += 1) await searchPage(service.url, { query: `n${String(i)}` });
    const names = (await readdir(logs)).sort();
    assert.deepEqual(names, ['paylog.1.log', 'paylog.2.log', 'paylog.log']);
    const sizes = await Promise.all(names.map(async (name) => (await readFile(path.join(logs, name))).length));
    assert.ok(
      sizes.every((size) => size <= 4096),
      String(sizes),
    );
  });
});

/** What the service says on a line of standard output or of a file. */
interface Line {
  readonly what?: string;
  readonly error?: { readonly message: string };
}

/** What it told of the store that it waits for. */
function toldOfStore(lines: string): string {
  const told = lines
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line)
    .filter(({ what, error }) => what === 'store' && error !== undefined);
  assert.equal(told.length, 1, lines);
  return told[0]?.error?.message ?? '';
}

/** What stands where Elasticsearch should, and says more than it should; `mark` is harmless. */
async function talkativeStore(mark: string): Promise<Server> {
  const reason = `${mark}: cannot reach https://elastic:${PASSWORD}@node:9200, key ${PASSWORD}, password=${OTHER_PASSWORD}, card ${PAN}, cvv 123`;
  const server = createServer((_request, response) => {
    response.writeHead(503, { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' });
    response.end(JSON.stringify({ error: { type: 'talkative', reason }, status: 503 }));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return server;
}

describe('own logs, with Kafka and Elasticsearch', function () {
  this.timeout(240_000);
  let deployment: Deployment | undefined;
  let store: Server | undefined;
  let folder = '';
  /** Tells its lines from those of other runs in the same store. */
  const mark = uniqueName('talk');

  before(async function () {
    this.timeout(300_000);
    const kafka = orSkip(this, await acquireKafka());
    const elasticsearch = orSkip(this, await acquireElasticsearch());
    folder = await mkdtemp(path.join(tmpdir(), 'paylog-own-'));
    store = await talkativeStore(mark);
    deployment = new Deployment(kafka.brokers, elasticsearch.url, {
      OWN_LOGS: 'true',
      LOG_DIR: folder,
      ELASTICSEARCH_USERNAME: 'elastic',
      ELASTICSEARCH_PASSWORD: PASSWORD,
    });
  });
  after(async () => {
    await deployment?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
    store?.closeAllConnections();
    store?.close();
  });

  it('of both services are found, and hold neither card data nor secrets in any place', async () => {
    assert.ok(deployment && store);
    const { dataSet, topics } = deployment;
    const api = await deployment.add('api');
    const indexer = await deployment.add('indexer');
    await Promise.all([api.start(), indexer.start()]);
    // Of a group that nobody reads for: it never gets as far.
    const url = `http://127.0.0.1:${String((store.address() as AddressInfo).port)}`;
    const lost = await deployment.add('indexer', { ELASTICSEARCH_URL: url, LOG_DIR: path.join(folder, 'lost') });
    lost.launch();

    const [ready] = await found(api, `service:paylog-api attributes.topic:${dataSet}`);
    assert.equal(ready?.['message'], 'api is ready');
    await found(api, `service:paylog-indexer "indexer is ready" attributes.group:${deployment.group}`);
    await lost.waitForStatus('/health/ready', 503);
    await waitUntil(
      () => /not there yet, waiting for it.*"what":"store"/.test(lost.output),
      30_000,
      () => lost.output,
    );
    // The same line in all places, with what was planted in it masked and the rest readable.
    const told = toldOfStore(lost.output);
    assert.match(
      told,
      new RegExp(`${mark}: cannot reach https://\\*{3}@node:9200, key \\*{3}, password=\\*{3}, card `),
    );
    const [log, ...more] = await found(api, `data_set:paylog "waiting for it" ${mark}`);
    assert.deepEqual([log?.['service'], log?.['level'], more.length], ['paylog-indexer', 'warn', 0]);
    assert.equal((log?.['error'] as { message: string }).message, told);
    assert.equal(toldOfStore(await readFile(path.join(folder, 'lost', 'paylog-indexer.log'), 'utf8')), told);

    const inQueue = (await deployment.read(topics.records)).map(({ value }) => value?.toString() ?? '');
    assert.ok(inQueue.some((text) => text.includes('api is ready')));
    const stored = await deployment.elasticsearch('POST', '/logs-paylog-*/_search', {
      size: 1000,
      query: { term: { service: 'paylog-indexer' } },
    });
    const files = await Promise.all(
      (await readdir(folder, { recursive: true }))
        .filter((name) => name.endsWith('.log'))
        .map((name) => readFile(path.join(folder, name), 'utf8')),
    );
    const places = {
      stdout: api.output + indexer.output + lost.output,
      files: files.join(''),
      queue: inQueue.join('\n'),
      store: JSON.stringify(stored),
    };
    for (const [place, text] of Object.entries(places)) {
      assert.ok(text.includes(mark), `the line in ${place}`);
      for (const planted of [PAN, PASSWORD, OTHER_PASSWORD, 'cvv 123'])
        assert.ok(!text.includes(planted), `${planted} in ${place}`);
    }
    assert.equal(await api.metric('paylog_ingest_records_total'), 0);
    assert.deepEqual(await Promise.all([api, indexer, lost].map((service) => service.end('SIGTERM'))), [0, 0, 0]);
  });
});
