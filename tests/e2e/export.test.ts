import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { get, type IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { before, it } from 'mocha';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { ingest, searchPage } from './api-client.ts';
import { describePipelines } from './pipelines.ts';

const COUNT = 50_000;
const MIB = 1_048_576;

interface Sent {
  readonly id: string;
  readonly line: string;
}

describePipelines('an export', (pipeline, isSplit) => {
  let sent: readonly Sent[] = [];
  const service = (): string => `${pipeline().tag}-export`;
  const url = (query: string): string => `${pipeline().api.url}/api/v1/export?service=${service()}${query}`;

  /** The answer as it comes. */
  const open = (query: string, headers: Record<string, string> = {}): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      get(url(query), { headers, agent: false }, resolve).on('error', reject);
    });

  async function read(response: IncomingMessage): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  }

  const linesOf = (bytes: Buffer): string[] => bytes.toString().split('\n').filter(Boolean);

  before(async function () {
    this.timeout(240_000);
    const startMs = Date.now() - 3_600_000;
    sent = Array.from({ length: COUNT }, (_, i) => {
      const id = `${pipeline().tag}-${String(i).padStart(6, '0')}`;
      const timestamp = new Date(startMs + Math.floor(i / 3) * 10).toISOString();
      const text = i % 1000 === 7 ? '=HYPERLINK("x")' : `declined, ${String(i)}\\n"quoted" ünïcode 💳`;
      const line = `{"id":"${id}","service":"${service()}","timestamp":"${timestamp}","level":"info","message":${i % 1000 === 7 ? JSON.stringify(text) : `"${text.replaceAll('"', '\\"')}"`},"attributes":{"big":9007199254740993,"n":-${String(i)}}}`;
      return { id, line };
    });
    for (let at = 0; at < COUNT; at += 5000) {
      const lines = sent.slice(at, at + 5000).map(({ line }) => line);
      assert.equal((await ingest(pipeline().api.url, lines, { gzip: true })).status, 202);
    }
    const isStored = async (): Promise<boolean> => {
      const { total } = await searchPage(pipeline().api.url, { service: service(), limit: '1' });
      // Counted exactly up to 10,000: the last ones are looked for by their ids.
      if (total.value < 10_000) return false;
      const found = await Promise.all(
        [0, 0.5, 0.9, 0.999].map((part) =>
          pipeline().api.status(`/api/v1/logs/${sent[Math.floor(COUNT * part)]?.id ?? ''}`),
        ),
      );
      return found.every((status) => status === 200) && (await exported()) === COUNT;
    };
    await waitUntil(isStored, 180_000, () => `${String(COUNT)} stored records`);
  });

  async function exported(): Promise<number> {
    return linesOf(gunzipSync(await read(await open('', { 'accept-encoding': 'gzip' })))).length;
  }

  it('gives back every record that was sent, byte by byte, in order', async () => {
    for (const order of ['asc', 'desc']) {
      const response = await open(`&order=${order}`, { 'accept-encoding': 'gzip' });
      assert.equal(response.headers['content-encoding'], 'gzip');
      const lines = linesOf(gunzipSync(await read(response))).map((line) =>
        line.replace(/,"received_at":"[^"]*"\}$/, '}'),
      );
      const expected = sent.map(({ line }) => line);
      if (order === 'desc') expected.reverse();
      assert.equal(lines.length, COUNT);
      assert.ok(
        lines.every((line, index) => line === expected[index]),
        order,
      );
    }
  });

  it('writes a table of all of them that no spreadsheet runs', async () => {
    const bytes = await read(await open('&format=csv&order=asc&columns=id,message,attributes.big,n'));
    const rows = parseCsv(bytes.toString());
    assert.deepEqual(rows[0], ['id', 'message', 'attributes.big', 'n']);
    assert.equal(rows.length, COUNT + 1);
    for (const [index, row] of rows.slice(1).entries()) {
      const message = index % 1000 === 7 ? `'=HYPERLINK("x")` : `declined, ${String(index)}\n"quoted" ünïcode 💳`;
      // JSON has a negative zero, and the bytes of numbers are kept.
      assert.deepEqual(row, [sent[index]?.id, message, '9007199254740993', `-${String(index)}`]);
    }
  });

  it('stops when the client leaves, in bounded memory', async () => {
    const { api } = pipeline();
    const before = await api.metric('paylog_exported_records_total');
    const memory = await api.metric('process_resident_memory_bytes');
    for (let i = 0; i < 4; i += 1) {
      const response = await open('');
      response.on('error', () => undefined);
      await new Promise((resolve) => response.once('data', resolve));
      response.pause();
      await new Promise((resolve) => setTimeout(resolve, 300));
      response.destroy();
    }
    await waitUntil(
      async () => (await api.metric('paylog_exports')) === 0,
      20_000,
      () => 'no export',
    );
    const written = (await api.metric('paylog_exported_records_total')) - before;
    assert.ok(written < 4 * COUNT * 0.8, `${String(written)} records`);
    assert.ok((await api.metric('process_resident_memory_bytes')) - memory < 150 * MIB);
  });

  if (!isSplit) return;

  it('fails for curl when the store goes away midway', async () => {
    const { wire } = pipeline();
    assert.ok(wire);
    const curl = promisify(execFile);
    const run = curl('curl', ['-sS', '--limit-rate', '2M', '-o', '/dev/null', url('')], { timeout: 60_000 });
    const failed = assert.rejects(run, (error: { code?: unknown }) => error.code === 18 || error.code === 56);
    await waitUntil(
      async () => (await pipeline().api.metric('paylog_exports')) === 1,
      20_000,
      () => 'the export',
    );
    await wire.cut();
    await failed;
    // As in the metrics, where the alert for searches sees it.
    const failures = await pipeline().api.metric('paylog_search_requests_total', {
      route: '/api/v1/export',
      status: '503',
    });
    assert.ok(failures > 0, 'the one that was cut');
    const refused = await fetch(url(''));
    assert.equal(refused.status, 503);
    await wire.open();
    assert.equal(await exported(), COUNT);
  });
});

/** Rows of an RFC 4180 file, read by another hand than the one that wrote it. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  for (let match = cell.exec(text); match !== null; match = cell.exec(text)) {
    row.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}
