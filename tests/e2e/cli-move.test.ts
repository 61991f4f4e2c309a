import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, it } from 'mocha';
import { waitUntil } from '@paylog/shared/testing/queue-probe';
import { ingest } from './api-client.ts';
import { runCli } from './cli-process.ts';
import { describePipelines } from './pipelines.ts';
import { Service } from './service.ts';

const WAIT_MS = 60_000;
const PLAIN = 3000;

/** Records in many accepted forms, those with an id and a time of their own first. */
function records(service: string): { readonly own: readonly string[]; readonly nameless: readonly string[] } {
  const at = (n: number): string => new Date(Date.now() - 3_600_000 + n).toISOString();
  const own = (n: number): object => ({ id: `${service}-${n}`, service, timestamp: at(n) });
  const special = [
    { message: 'minor', attributes: { big: 'BIG', deep: { list: [1, { a: null }] } }, payment: { amount_minor: 5 } },
    { message: 'card 4111 1111 1111 1111, cvv 123', shard: 'eu' },
    { message: 'of a sender that names it', received_at: '2020-01-01T00:00:00.000Z' },
    { message: 'and again', attributes: { received_at: 'mine' }, received_at: '2020-01-01T00:00:00.000Z' },
    { message: 'failed', error: { type: 'E', stack: 'Error: "ünï" 💳\n  at x', code: 7 }, level: 'WARNING' },
    { message: 'trace', trace_id: 'a'.repeat(32), span_id: 'b'.repeat(16), http: { status_code: 500 } },
  ].map((record, n) => ({ ...own(PLAIN + n), ...record }));
  const ecs = { 'event.id': `${service}-ecs`, 'service.name': service, '@timestamp': at(1), message: 'ecs' };
  const plain = Array.from({ length: PLAIN }, (_, n) => ({ ...own(n), message: `event ${n}` }));
  const text = (record: object): string => JSON.stringify(record).replace('"BIG"', '9007199254740993');
  return {
    own: [...plain, ...special, ecs].map(text),
    nameless: [
      { message: 'no id', service, timestamp: at(2) },
      { message: 'no time', service },
    ].map(text),
  };
}

const linesOf = (text: string): string[] => text.split('\n').filter(Boolean);
const withoutReceipt = (line: string): string => line.replace(/,"received_at":"[^"]{24}"\}$/, '}');

describePipelines('paylog export | paylog send, out of an embedded store', (pipeline) => {
  let source: Service;
  let dataDir = '';
  let directory = '';

  before(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'paylog-move-data-'));
    directory = await mkdtemp(path.join(tmpdir(), 'paylog-move-'));
    source = await Service.create('standalone', { DATA_DIR: dataDir });
    await source.start();
  });

  after(async () => {
    await source[Symbol.asyncDispose]();
    for (const each of [dataDir, directory]) await rm(each, { recursive: true });
  });

  it('moves them as they are; what its sender sends there too, before or after, is the same record', async () => {
    const { api, indexer, tag } = pipeline();
    const service = `${tag}-moved`;
    const { own, nameless } = records(service);
    const count = own.length + nameless.length;
    const exported = async (from: Service): Promise<string> => {
      const args = ['export', '--query', '-data_set:paylog', '--service', service, '--order', 'asc', '--quiet'];
      const { code, stdout, stderr } = await runCli({ args, directory, env: { PAYLOG_URL: from.url } });
      assert.deepEqual([code, stderr], [0, '']);
      return stdout;
    };
    const exportedWhole = async (from: Service): Promise<string> => {
      let text = '';
      const isWhole = async (): Promise<boolean> => {
        text = await exported(from);
        return linesOf(text).length >= count;
      };
      await waitUntil(isWhole, WAIT_MS, () => `${count} records, have ${linesOf(text).length}`);
      return text;
    };
    const sent = async (to: Service, lines: readonly string[]): Promise<void> => {
      const { status, accepted } = await ingest(to.url, lines);
      assert.deepEqual([status, accepted], [202, lines.length]);
    };
    const moved = async (text: string): Promise<void> => {
      const args = ['send', '--json', '--quiet', '-'];
      const { code, stdout } = await runCli({ args, directory, env: { PAYLOG_URL: api.url } }, text);
      const { accepted, rejected } = JSON.parse(stdout) as Record<string, unknown>;
      assert.deepEqual({ code, accepted, rejected }, { code: 0, accepted: count, rejected: 0 });
    };
    const duplicates = (): Promise<number> => indexer.metric('paylog_records_settled_total', { outcome: 'duplicate' });
    const deadLetters = (): Promise<number> => indexer.metric('paylog_dead_letters_total');
    const before = { duplicates: await duplicates(), deadLetters: await deadLetters() };

    await sent(source, [...own, ...nameless]);
    const first = await exportedWhole(source);
    // Every second one is there before, and every one once more after; then everything is moved again.
    await sent(
      api,
      own.filter((_, n) => n % 2 === 0),
    );
    await moved(first);
    await sent(api, own);
    await moved(first);

    const repeated = Math.ceil(own.length / 2) + own.length + count;
    let now = before;
    const settled = async (): Promise<boolean> => {
      now = { duplicates: await duplicates(), deadLetters: await deadLetters() };
      return now.duplicates - before.duplicates + now.deadLetters - before.deadLetters >= repeated;
    };
    await waitUntil(settled, WAIT_MS, () => `${repeated} duplicates, have ${JSON.stringify(now)}`);
    assert.equal(now.deadLetters, before.deadLetters, 'dead letters');
    const second = linesOf(await exportedWhole(api));
    assert.deepEqual(second.map(withoutReceipt), linesOf(first).map(withoutReceipt));
    // Each says when this system got it: no sender sets that.
    const receipts = second.map((line) => (JSON.parse(line) as { received_at: string }).received_at);
    assert.ok(receipts.every((at) => Math.abs(Date.now() - Date.parse(at)) < 600_000));
    // Of its own: under `attributes`, and beside one that stands there as `top.received_at`.
    assert.equal(second.filter((line) => line.includes('received_at":"2020-01-01T00:00:00.000Z"')).length, 2);
  });
});
