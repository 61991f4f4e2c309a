import assert from 'node:assert/strict';
import { get, type IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { describe, it } from 'mocha';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { StreamsServer } from './streams-server.ts';

const NOW = Date.parse('2026-11-20T09:00:00Z');
const start = (): Promise<StreamsServer> => StreamsServer.start({}, { now: () => NOW });
const until = (holds: () => boolean, what: string): Promise<void> => waitUntil(holds, 8000, () => what);

const idsOf = (ndjson: string): string[] =>
  ndjson
    .split('\n')
    .filter(Boolean)
    .map((line) => (JSON.parse(line) as { id: string }).id);

/** The answer without anybody who decompresses it. */
function raw(url: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get(url, { headers, agent: false }, resolve).on('error', reject);
  });
}

async function bytesOf(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

describe('GET /export', () => {
  it('writes all records, as a search gives them', async () => {
    await using server = await start();
    for (let i = 0; i < 2345; i += 1)
      server.store.add(`r${String(i).padStart(4, '0')}`, NOW + i, { body: ',"n":1e400' });
    const response = await fetch(`${server.url}/export`);
    assert.equal(response.headers.get('content-type'), 'application/x-ndjson');
    assert.equal(response.headers.get('content-disposition'), 'attachment; filename="paylog-20261120T090000Z.ndjson"');
    assert.equal(response.headers.get('cache-control'), 'no-store');
    const text = await response.text();
    const expected = Array.from({ length: 2345 }, (_, i) => `r${String(i).padStart(4, '0')}`);
    assert.deepEqual(idsOf(text), expected.toReversed());
    assert.equal(text.split('\n')[0], '{"id":"r2344","n":1e400,"received_at":"2026-11-20T09:00:02.344Z"}');
    assert.deepEqual(idsOf(await (await fetch(`${server.url}/export?order=asc`)).text()), expected);
    assert.deepEqual(idsOf(await (await fetch(`${server.url}/export?limit=150`)).text()).length, 150);
    assert.equal(server.store.open.size, 0);
    assert.match(await server.metrics.render(), /paylog_exported_records_total\{format="ndjson"\} 4840/);
  });

  it('writes a table', async () => {
    await using server = await start();
    server.store.add('a', NOW, { body: ',"message":"x, \\"y\\"","attributes":{"tier":"=gold","delta":-5}' });
    const url = `${server.url}/export?format=csv&columns=id,message,tier,attributes.delta&columns=nothing`;
    const response = await fetch(url);
    assert.equal(response.headers.get('content-type'), 'text/csv; charset=utf-8; header=present');
    assert.match(response.headers.get('content-disposition') ?? '', /\.csv"$/);
    assert.equal(await response.text(), `id,message,tier,attributes.delta,nothing\r\na,"x, ""y""",'=gold,-5,\r\n`);
    const empty = await (await fetch(`${server.url}/export?format=csv&from=-1s&columns=id&to=now&limit=1`)).text();
    assert.match(empty, /^id\r\n/);
  });

  it('writes a table of nothing with its head, and nothing for nothing', async () => {
    await using server = await start();
    assert.equal(await (await fetch(`${server.url}/export?format=csv&columns=id`)).text(), 'id\r\n');
    assert.equal(await (await fetch(`${server.url}/export?order=asc`)).text(), '');
  });

  it('compresses for those who can read it', async () => {
    await using server = await start();
    server.store.addMany('r', 500, NOW);
    const plain = await raw(`${server.url}/export`, { 'accept-encoding': 'br, gzip;q=0' });
    assert.equal(plain.headers['content-encoding'], undefined);
    const bytes = await bytesOf(plain);
    for (const accepted of ['gzip', 'deflate, gzip;q=0.5', '*']) {
      const zipped = await raw(`${server.url}/export`, { 'accept-encoding': accepted });
      assert.equal(zipped.headers['content-encoding'], 'gzip', accepted);
      assert.deepEqual(gunzipSync(await bytesOf(zipped)), bytes);
    }
  });

  it('ends at the newest record that was there, however fast more come', async () => {
    await using server = await start();
    server.store.addMany('r', 300, NOW);
    let added = 0;
    server.store.before = () => {
      server.store.addMany(`new${String((added += 1))}-`, 200, NOW + added);
      return Promise.resolve();
    };
    const ids = idsOf(await (await fetch(`${server.url}/export?order=asc`)).text());
    assert.equal(ids.length, 500, 'and those that came before its first look');
  });

  it('answers a store that is away with a problem, before the first byte', async () => {
    await using server = await start();
    server.store.isDown = true;
    for (const order of ['asc', 'desc']) {
      const response = await fetch(`${server.url}/export?order=${order}`);
      assert.equal(response.status, 503);
      assert.equal(response.headers.get('content-type'), 'application/problem+json');
      assert.equal(response.headers.get('content-disposition'), null);
      assert.equal(((await response.json()) as { code: string }).code, 'store_unavailable');
    }
  });

  it('outlasts a moment in which the store is away', async () => {
    await using server = await start();
    server.store.addMany('r', 900, NOW);
    server.store.before = () => {
      server.store.isDown = server.store.requests.length === 2;
      return Promise.resolve();
    };
    assert.equal(idsOf(await (await fetch(`${server.url}/export`)).text()).length, 900);
  });

  for (const encoding of ['identity', 'gzip']) {
    it(`is cut when it fails midway, so that nobody takes a part for the whole (${encoding})`, async () => {
      await using server = await start();
      server.store.addMany('r', 900, NOW);
      server.store.before = () => {
        if (server.store.requests.length === 2) throw new Error('a fault of ours');
        return Promise.resolve();
      };
      const response = await raw(`${server.url}/export`, { 'accept-encoding': encoding });
      assert.equal(response.statusCode, 200);
      await assert.rejects(bytesOf(response), /aborted/);
      assert.deepEqual(
        server.log.lines.map(({ message }) => message).filter((message) => message !== 'Request failed'),
        ['export failed midway'],
      );
    });
  }

  it('ends its search when the client leaves, and says nothing of it', async () => {
    await using server = await start();
    server.store.addMany('r', 900, NOW);
    server.store.before = async (_request, signal) => {
      if (server.store.requests.length === 2) await delay(60_000, undefined, { signal });
    };
    const response = await raw(`${server.url}/export`);
    response.on('error', () => undefined);
    response.resume();
    await until(() => server.store.requests.length === 2 && server.store.open.size === 1, 'the second page');
    response.destroy();
    await until(() => server.store.open.size === 0, 'the end of the search');
    await delay(50);
    assert.equal(server.store.requests.length, 2);
    assert.deepEqual(server.log.lines, []);
  });

  it('asks for no more while the client does not read', async () => {
    await using server = await start();
    const body = `,"text":"${'x'.repeat(100_000)}"`;
    for (let i = 0; i < 600; i += 1) server.store.add(`r${String(i)}`, NOW + i, { body });
    const response = await raw(`${server.url}/export`);
    response.pause();
    await delay(500);
    const asked = server.store.requests.length;
    await delay(300);
    assert.equal(server.store.requests.length, asked);
    assert.ok(asked < 20, `${String(asked)} pages`);
    // Pages of large records are small.
    assert.ok((server.store.requests.at(-1)?.limit ?? 0) <= 20);
    response.destroy();
    await until(() => server.store.open.size === 0, 'the end');
  });

  it('has a bound', async () => {
    await using server = await start();
    server.store.addMany('r', 10, NOW);
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    server.store.before = () => held;
    const both = [fetch(`${server.url}/export`), fetch(`${server.url}/export`)];
    await until(() => server.store.open.size === 2, 'two exports');
    const refused = await fetch(`${server.url}/export`);
    assert.equal(refused.status, 429);
    assert.equal(((await refused.json()) as { code: string }).code, 'too_many_streams');
    release();
    for (const response of await Promise.all(both)) assert.equal(idsOf(await response.text()).length, 10);
    await until(() => server.store.open.size === 0, 'room');
    assert.equal((await fetch(`${server.url}/export?limit=1`)).status, 200);
  });

  it('refuses what it does not take', async () => {
    await using server = await start();
    for (const [query, field] of [
      ['format=xml', 'format'],
      ['columns=id', 'columns'],
      ['format=csv&columns=', 'columns'],
      ['limit=0', 'limit'],
      ['cursor=x', 'cursor'],
      ['from=now&to=-1h', 'from'],
    ] as const) {
      const response = await fetch(`${server.url}/export?${query}`);
      assert.equal(response.status, 400, query);
      assert.equal(((await response.json()) as { field: string }).field, field);
    }
    const head = await fetch(`${server.url}/export?format=csv`, { method: 'HEAD' });
    assert.match(head.headers.get('content-disposition') ?? '', /csv/);
    assert.equal(server.store.requests.length, 0);
  });

  it('is counted by how it ended', async () => {
    await using server = await start();
    server.store.addMany('r', 900, NOW);
    const counts = async (expected: Readonly<Record<number, number>>): Promise<void> => {
      for (const [status, count] of Object.entries(expected)) {
        const isReached = async (): Promise<boolean> =>
          (await server.counted('/api/v1/export', Number(status))) === count;
        await waitUntil(isReached, 8000, () => `${String(count)} with ${status}`);
      }
    };
    await (await fetch(`${server.url}/export`)).text();
    await (await fetch(`${server.url}/export?limit=0`)).text();
    server.store.isDown = true;
    await (await fetch(`${server.url}/export`)).text();
    await counts({ 200: 1, 400: 1, 503: 1 });

    // Midway, where the status has been sent already.
    server.store.isDown = false;
    const asked = server.store.requests.length;
    server.store.before = () => {
      if (server.store.requests.length === asked + 2) throw new Error('a fault of ours');
      return Promise.resolve();
    };
    await assert.rejects(bytesOf(await raw(`${server.url}/export`)), /aborted/);
    await counts({ 200: 1, 500: 1 });
    server.store.before = async (_request, signal) => {
      if (server.store.requests.length === asked + 4) await delay(60_000, undefined, { signal });
    };
    const left = await raw(`${server.url}/export`);
    left.on('error', () => undefined);
    left.resume();
    await until(() => server.store.requests.length === asked + 4, 'the second page');
    left.destroy();
    await counts({ 200: 1, 499: 1, 500: 1 });
  });
});
