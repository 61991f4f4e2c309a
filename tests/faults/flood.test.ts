import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { after, before, describe, it } from 'mocha';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { searchIds } from '../e2e/api-client.ts';
import { Service } from '../e2e/service.ts';

const MIB = 1_048_576;
const LIMIT = 8 * MIB;
const BODY = 2 * MIB;
const CLIENTS = 60;
/** The same flood again must not need much more than the first one did; a leak of the bodies would triple it. */
const GROWTH = 1.5;

describe('a flood beyond MAX_INFLIGHT_BYTES', function () {
  this.timeout(120_000);
  let dataDir = '';
  let standalone: Service | undefined;

  before(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'paylog-flood-'));
    const env = {
      DATA_DIR: dataDir,
      MAX_INFLIGHT_BYTES: String(LIMIT),
      MAX_BODY_BYTES: String(4 * MIB),
      INDEXER_MAX_INFLIGHT_BYTES: String(LIMIT),
    };
    standalone = await Service.create('standalone', env);
    await standalone.start();
  });

  after(async () => {
    await standalone?.[Symbol.asyncDispose]();
    await rm(dataDir, { recursive: true });
  });

  const rss = (): Promise<number> => standalone!.metric('process_resident_memory_bytes');

  it('answers 429 with Retry-After at once, keeps memory bounded, and loses nothing of what it takes', async () => {
    assert.ok(standalone);
    const { url } = standalone;
    const taken: string[] = [];
    const first = await flood(url, 'first', taken);
    const second = await flood(url, 'second', taken);
    const third = await flood(url, 'third', taken);
    console.log(`      RSS at most ${[first, second, third].map((bytes) => Math.round(bytes / MIB)).join(', ')} MiB`);
    assert.ok(Math.max(second, third) < GROWTH * first);
    assert.equal(await standalone.metric('paylog_ingest_inflight_bytes'), 0);
    const service = 'flood';
    await waitUntil(
      async () => (await searchIds(url, { service })).length >= taken.length,
      60_000,
      () => 'the records',
    );
    assert.deepEqual(await searchIds(url, { service }), taken.sort());
  });

  /** Sends all bodies at once, a few times; resolves with the highest RSS that was seen. Adds the ids that were taken. */
  async function flood(url: string, name: string, taken: string[]): Promise<number> {
    let peak = 0;
    const answers = new Map<number, number>();
    const over = new AbortController();
    const client = async (lane: number): Promise<void> => {
      for (let n = 0; n < 3; n += 1) {
        const { body, ids } = bodyOf(`${name}-${String(lane)}-${String(n)}`);
        const headers = { 'content-type': 'application/x-ndjson' };
        const response = await fetch(`${url}/api/v1/logs`, { method: 'POST', headers, body });
        const { code } = (await response.json()) as { code?: string };
        answers.set(response.status, (answers.get(response.status) ?? 0) + 1);
        if (response.status === 202) taken.push(...ids);
        if (response.status !== 429) continue;
        assert.match(response.headers.get('retry-after') ?? '', /^[1-9]\d*$/);
        assert.equal(code, 'overloaded');
      }
    };
    const watch = (async () => {
      while (!over.signal.aborted) {
        peak = Math.max(peak, await rss());
        await delay(100);
      }
    })();
    await Promise.all(Array.from({ length: CLIENTS }, (_, lane) => client(lane)));
    over.abort();
    await watch;
    assert.deepEqual([...answers.keys()].sort(), [202, 429]);
    return peak;
  }

  it('keeps nobody out for bodies that were only announced, and takes back what came of them', async () => {
    assert.ok(standalone);
    const { url } = standalone;
    const part = 'x'.repeat(65_536);
    const slow = Array.from({ length: 2 * (LIMIT / BODY) }, (): Socket => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      socket.on('error', () => {});
      const head = ['POST /api/v1/logs HTTP/1.1', 'Host: x', 'Content-Type: application/json'];
      socket.write(`${[...head, `Content-Length: ${String(BODY)}`].join('\r\n')}\r\n\r\n${part}`);
      return socket;
    });
    const inflight = (): Promise<number> => standalone!.metric('paylog_ingest_inflight_bytes');
    const came = slow.length * part.length;
    await waitUntil(
      async () => (await inflight()) === came,
      20_000,
      () => 'the parts to be counted',
    );
    const honest = await fetch(`${url}/api/v1/logs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"message":"there is room","service":"honest"}',
    });
    assert.equal(honest.status, 202);
    for (const socket of slow) socket.destroy();
    await waitUntil(
      async () => (await inflight()) === 0,
      20_000,
      () => 'the budget to be free',
    );
  });

  it('ends with 0', async () => {
    assert.equal(await standalone?.end('SIGTERM'), 0);
  });
});

/** Records of 64 KiB. */
function bodyOf(prefix: string): { readonly body: string; readonly ids: readonly string[] } {
  const ids = Array.from({ length: BODY / 65_536 }, (_, n) => `${prefix}-${String(n)}`);
  const padding = 'lorem ipsum '.repeat(5400);
  const lines = ids.map((id) => JSON.stringify({ id, service: 'flood', message: 'm', attributes: { padding } }));
  return { body: lines.join('\n'), ids };
}
