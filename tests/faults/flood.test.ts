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
/** Beside the limit: several copies of the bodies in work, and what the heap grows by before it is collected. */
const ROOM = 192 * MIB;

describe('a flood beyond MAX_INFLIGHT_BYTES', function () {
  this.timeout(120_000);
  let dataDir = '';
  let standalone: Service | undefined;

  before(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'paylog-flood-'));
    const env = { DATA_DIR: dataDir, MAX_INFLIGHT_BYTES: String(LIMIT), MAX_BODY_BYTES: String(4 * MIB) };
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
    const before = await rss();
    let peak = before;
    const answers = new Map<number, number>();
    const taken: string[] = [];
    const over = new AbortController();
    const client = async (name: number): Promise<void> => {
      for (let n = 0; n < 4; n += 1) {
        const prefix = `flood-${String(name)}-${String(n)}`;
        const { body, ids } = bodyOf(prefix);
        const response = await fetch(`${url}/api/v1/logs`, {
          method: 'POST',
          headers: { 'content-type': 'application/x-ndjson' },
          body,
        });
        const answer = (await response.json()) as { code?: string };
        answers.set(response.status, (answers.get(response.status) ?? 0) + 1);
        if (response.status === 202) taken.push(...ids);
        if (response.status === 429) {
          assert.match(response.headers.get('retry-after') ?? '', /^[1-9]\d*$/);
          assert.equal(answer.code, 'overloaded');
        }
      }
    };
    const watch = (async () => {
      while (!over.signal.aborted) {
        peak = Math.max(peak, await rss());
        await delay(100);
      }
    })();
    await Promise.all(Array.from({ length: CLIENTS }, (_, n) => client(n)));
    over.abort();
    await watch;
    console.log(`      answers ${JSON.stringify([...answers])}, RSS ${before / MIB} MiB, at most ${peak / MIB} MiB`);
    assert.deepEqual([...answers.keys()].sort(), [202, 429]);
    assert.ok(peak < before + LIMIT + ROOM, `RSS ${peak / MIB} MiB`);
    assert.equal(await standalone.metric('paylog_ingest_inflight_bytes'), 0);
    const service = 'flood';
    await waitUntil(
      async () => (await searchIds(url, { service })).length >= taken.length,
      60_000,
      () => 'the records',
    );
    assert.deepEqual(await searchIds(url, { service }), taken.sort());
  });

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
