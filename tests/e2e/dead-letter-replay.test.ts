import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { after, before, describe, it } from 'mocha';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { acquireElasticsearch } from '../stack/acquire-elasticsearch.ts';
import { acquireKafka } from '../stack/acquire-kafka.ts';
import { orSkip } from '../stack/skip.ts';
import { searchAll } from './api-client.ts';
import { Deployment } from './deployment.ts';
import type { Service } from './service.ts';

const run = promisify(execFile);
const page = path.join(import.meta.dirname, '..', '..', 'docs', 'dead-letters.md');

interface Letter {
  readonly key?: string;
  readonly origin: { readonly topic: string };
  readonly error: { readonly type: string };
}

async function programs(): Promise<{ readonly skipped: string } | object> {
  try {
    await Promise.all([run('kcat', ['-V']), run('jq', ['--version'])]);
    return {};
  } catch {
    return { skipped: 'there is no kcat or no jq; enable it with `apt-get install kcat jq`' };
  }
}

describe('dead letters', function () {
  this.timeout(180_000);
  let here: Deployment | undefined;
  let api: Service | undefined;
  let elasticsearch = '';

  before(async function () {
    this.timeout(300_000);
    orSkip(this, await programs());
    const kafka = orSkip(this, await acquireKafka());
    const store = orSkip(this, await acquireElasticsearch());
    elasticsearch = store.url;
    here = new Deployment(kafka.brokers, store.url);
    api = await here.add('api');
    await Promise.all([api.start(), (await here.add('indexer')).start()]);
  });

  after(async () => {
    await here?.[Symbol.asyncDispose]();
  });

  async function produce(topic: string, text: string, ...options: readonly string[]): Promise<void> {
    assert.ok(here);
    const child = spawn('kcat', ['-P', '-b', here.brokers, '-t', topic, ...options], {
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    child.stdin.end(text);
    assert.deepEqual(await once(child, 'exit'), [0, null]);
  }

  async function letters(): Promise<readonly Letter[]> {
    assert.ok(here);
    return (await here.read(here.topics.deadLetters)).map(({ value }) => JSON.parse(String(value)) as Letter);
  }

  it('are replayed by the block of their page, each to the topic that it came from, byte for byte', async () => {
    assert.ok(here && api);
    const { brokers, topics, dataSet: service } = here;
    const { url } = api;
    const conflict = { service, id: 'taken', timestamp: new Date().toISOString() };
    await produce(topics.direct, '{"message":"no service",\n  "amount": 12345678901234567890.10}', '-D', '\\0');
    await produce(topics.direct, `${JSON.stringify({ ...conflict, message: 'the first' })}\n`);
    await here.waitForNoLag();
    await produce(topics.direct, `${JSON.stringify({ ...conflict, message: 'the second' })}\n`);
    // A layout of the future: replayed, this version refuses it again, at the topic of checked records and nowhere else.
    await produce(topics.records, 'future\t{"v":99,"@timestamp":"later"}\n', '-K', '\\t');
    await here.waitForNoLag();
    const types = (await letters()).map(({ error }) => error.type);
    assert.deepEqual([...types].sort(), ['id_conflict', 'missing_field', 'unknown_layout']);

    // What is wrong is put right: the record that took the id goes, the record without a service gets one.
    const day = conflict.timestamp.slice(0, 10).replaceAll('-', '.');
    const gone = await fetch(`${elasticsearch}/logs-${service}-${day}/_doc/taken?refresh=true`, { method: 'DELETE' });
    assert.equal(gone.status, 200);
    const [, block = ''] = /```sh\n(kcat [^`]*again\.ndjson\n[^`]*)```/.exec(await readFile(page, 'utf8')) ?? [];
    const script = block
      .replaceAll('localhost:9092', brokers)
      .replace(/(?=^kcat -P.*-l again)/m, `sed -i 's/^{/{"service":"${service}",/' again.ndjson\n`)
      .replaceAll(/-t logs(?=[. ])/g, `-t ${topics.records}`);
    const folder = await mkdtemp(path.join(tmpdir(), 'paylog-replay-'));
    try {
      await run('bash', ['-euo', 'pipefail', '-c', script], { cwd: folder });
    } finally {
      await rm(folder, { recursive: true });
    }

    const messages = async (): Promise<readonly unknown[]> =>
      (await searchAll(url, { service })).map(({ message }) => message).sort();
    await waitUntil(
      async () => (await messages()).length === 2 && (await letters()).length === 4,
      30_000,
      () => 'the replayed records',
    );
    assert.deepEqual(await messages(), ['no service', 'the second']);
    const found = await fetch(`${url}/api/v1/logs?query=${encodeURIComponent(`service:${service}`)}`);
    assert.match(await found.text(), /12345678901234567890\.10\b/);
    const future = (await letters()).filter(({ error }) => error.type === 'unknown_layout');
    assert.deepEqual(
      future.map(({ key, origin }) => [key, origin.topic]),
      [
        ['future', topics.records],
        ['future', topics.records],
      ],
    );
  });
});
