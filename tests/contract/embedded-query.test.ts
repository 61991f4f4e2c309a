import assert from 'node:assert/strict';
import { join } from 'node:path';
import { createEmbeddedStore, type EmbeddedStore } from '@paylog/shared/embedded/embedded-store';
import { connect } from '@paylog/shared/embedded/sqlite';
import { StoreWriteDatabase } from '@paylog/shared/embedded/store-write-database';
import type { Logger } from '@paylog/shared/ports/logger';
import type { Query } from '@paylog/shared/ports/query';
import type { SearchRequest, StoreDocument } from '@paylog/shared/ports/store';
import { storeDocument, timeOf } from '@paylog/shared/testing/store-documents';
import { describe, it } from 'mocha';
import { silentLogger, withDataDir } from './embedded-support.ts';

const DAY = '2026-11-20';
const { signal } = new AbortController();
const MESSAGE = { type: 'words', name: 'message' } as const;
const attribute = (path: string) => ({ type: 'attribute', path }) as const;

async function withStore(
  dataDir: string,
  use: (store: EmbeddedStore) => Promise<void>,
  options: { readonly logger?: Logger; readonly searchTimeoutMs?: number; readonly retentionDays?: number } = {},
): Promise<void> {
  const { logger = silentLogger, ...rest } = options;
  const store = createEmbeddedStore({ dataDir, searchTimeoutMs: 30_000, ...rest }, logger);
  await store.start();
  try {
    await use(store);
  } finally {
    await store.stop();
  }
}

async function fill(store: EmbeddedStore, documents: readonly StoreDocument[]): Promise<void> {
  const writer = store.writer();
  for (let at = 0; at < documents.length; at += 1000) {
    const outcomes = await writer.write(documents.slice(at, at + 1000), { signal });
    assert.ok(outcomes.every(({ status }) => status === 'stored'));
  }
}

function requestOf(query: Query): SearchRequest {
  return { order: 'asc', limit: 1001, countUpTo: 100_000, query };
}

/** Ids that are found, which the total has to agree with. */
async function idsOf(store: EmbeddedStore, query: Query): Promise<string[]> {
  const { hits, total } = await store.searcher().search(requestOf(query), { signal });
  if (hits.length < 1001) assert.deepEqual(total, { value: hits.length, relation: 'eq' });
  return hits.map(({ id }) => id);
}

const record = (n: number, attributes: object, message = `order ${n} paid in time`): StoreDocument =>
  storeDocument({ id: `r${n}`, timestamp: timeOf(DAY, n % 86_400, n), message, fields: { attributes } });

/** Makes of a closed store what version 1 left: another index, without most fields. */
function toLayout1(dataDir: string): void {
  const db = connect(join(dataDir, 'store.db'));
  db.exec(`DROP TABLE occurrence; DROP TABLE entry;
    CREATE VIRTUAL TABLE term USING fts5(terms, content='', contentless_delete=1, detail=none);
    INSERT INTO term(rowid, terms) SELECT key, 'old' FROM log; PRAGMA user_version=1`);
  db.close();
}

describe('embedded store: layout 1', function () {
  this.timeout(120_000);
  const region = (value: string): Query => ({ op: 'equals', field: attribute('region'), value });

  it('makes the index anew, tells how far it is, and goes on where it was killed', () =>
    withDataDir(async (dataDir) => {
      const documents = Array.from({ length: 5000 }, (_, n) => record(n, { region: n % 500 === 0 ? 'rare' : 'usual' }));
      await withStore(dataDir, (store) => fill(store, documents));
      toLayout1(dataDir);
      // A process that ends after its first step.
      const first = new StoreWriteDatabase({ path: join(dataDir, 'store.db') });
      assert.deepEqual(first.rebuild(), { done: 2000, total: 5000 });
      first.close();
      const lines: Readonly<Record<string, unknown>>[] = [];
      const logger: Logger = { ...silentLogger, info: (_, fields = {}) => lines.push(fields) };
      await withStore(
        dataDir,
        async (store) => {
          assert.equal((await idsOf(store, region('rare'))).length, 10);
          const { hits, total } = await store.searcher().search(requestOf({ op: 'all' }), { signal });
          assert.equal(hits.length, 1001);
          assert.deepEqual(total, { value: 5000, relation: 'eq' });
          await fill(store, [record(6000, { region: 'rare' })]);
          assert.equal((await idsOf(store, region('rare'))).length, 11);
        },
        { logger },
      );
      assert.deepEqual(lines[0], { dataDir, done: 4000, total: 5000 });
      // The old index is gone, and nothing is left to do.
      const db = connect(join(dataDir, 'store.db'));
      assert.deepEqual(db.sql("SELECT name FROM sqlite_master WHERE name IN ('term', 'rebuild')").all(), []);
      db.close();
    }));
});

describe('embedded store: hazards of queries', function () {
  this.timeout(120_000);

  it('finds fields among thousands of names and values', () =>
    withDataDir((dataDir) =>
      withStore(dataDir, async (store) => {
        const flood = Array.from({ length: 3000 }, (_, n) => record(n, { [`name-${n}`]: `value-${n}`, all: n % 2 }));
        await fill(store, flood);
        assert.deepEqual(await idsOf(store, { op: 'exists', field: attribute('name-2999') }), ['r2999']);
        assert.equal((await idsOf(store, { op: 'exists', field: attribute('all') })).length, 1001);
        assert.deepEqual(await idsOf(store, { op: 'not', of: { op: 'exists', field: attribute('all') } }), []);
        assert.deepEqual(await idsOf(store, { op: 'equals', field: attribute('name-7'), value: 'value-7' }), ['r7']);
        assert.deepEqual(await idsOf(store, { op: 'prefix', field: attribute('name-7'), value: 'value' }), ['r7']);
        const ids = { type: 'keyword', name: 'id' } as const;
        // More values than are looked up one by one.
        const { total } = await store
          .searcher()
          .search(requestOf({ op: 'prefix', field: ids, value: 'r1' }), { signal });
        assert.deepEqual(total, { value: 1111, relation: 'eq' });
      }),
    ));

  it('takes long and deep expressions', () =>
    withDataDir((dataDir) =>
      withStore(dataDir, async (store) => {
        await fill(
          store,
          Array.from({ length: 50 }, (_, n) => record(n, { n })),
        );
        const equals = (n: number): Query => ({ op: 'equals', field: attribute('n'), value: String(n) });
        const many: Query = { op: 'or', of: Array.from({ length: 2000 }, (_, n) => equals(n + 40)) };
        assert.equal((await idsOf(store, many)).length, 10);
        let deep = equals(3);
        for (let level = 0; level < 60; level += 1) {
          deep = { op: 'not', of: { op: level % 2 === 0 ? 'and' : 'or', of: [deep, { op: 'not', of: equals(5) }] } };
        }
        const found = await idsOf(store, deep);
        const rest = await idsOf(store, { op: 'not', of: deep });
        assert.equal(found.length + rest.length, 50);
        assert.ok(found.includes('r5') !== rest.includes('r5'));
      }),
    ));

  it('goes on past records that cannot be read', () =>
    withDataDir(async (dataDir) => {
      await withStore(dataDir, (store) =>
        fill(
          store,
          Array.from({ length: 10 }, (_, n) => record(n, { n })),
        ),
      );
      const db = connect(join(dataDir, 'store.db'));
      db.sql('UPDATE log SET source = ? WHERE id = ?').run(Buffer.from('{"message'), Buffer.from('r4'));
      db.close();
      await withStore(dataDir, async (store) => {
        const ids = await idsOf(store, { op: 'phrase', field: MESSAGE, text: 'paid in time', prefix: false });
        assert.deepEqual(
          ids,
          [0, 1, 2, 3, 5, 6, 7, 8, 9].map((n) => `r${n}`),
        );
      });
    }));

  it('searches while retention removes what it looks at', () =>
    withDataDir((dataDir) =>
      withStore(
        dataDir,
        async (store) => {
          await fill(
            store,
            Array.from({ length: 5000 }, (_, n) => record(n, { n })),
          );
          const phrase: Query = { op: 'phrase', field: MESSAGE, text: 'paid in time', prefix: false };
          const searches = Array.from({ length: 5 }, () => store.searcher().search(requestOf(phrase), { signal }));
          await store.writer().enforceRetention(Date.parse('2026-11-25T00:00:00Z'));
          for (const { hits } of await Promise.all(searches)) assert.ok(hits.length <= 1001);
          assert.deepEqual(await idsOf(store, phrase), []);
        },
        { retentionDays: 1 },
      ),
    ));

  it('ends when it is cancelled or late while it reads records, and lets others in between', () =>
    withDataDir(async (dataDir) => {
      // Every record has the words, none in this order: each has to be read.
      const heavy: Query = { op: 'phrase', field: MESSAGE, text: 'time in paid', prefix: false };
      await withStore(dataDir, async (store) => {
        await fill(
          store,
          Array.from({ length: 30_000 }, (_, n) => record(n, { n })),
        );
        const searcher = store.searcher();
        const controller = new AbortController();
        const running = searcher.search(requestOf(heavy), { signal: controller.signal });
        setTimeout(() => {
          controller.abort();
        }, 20);
        await assert.rejects(running, { name: 'AbortError' });
        const startMs = performance.now();
        assert.equal((await searcher.get('r1', { signal }))?.id, 'r1');
        // The thread is free again, not only the caller; generous, since machines are slow at times.
        assert.ok(performance.now() - startMs < 1000);
      });
      await withStore(
        dataDir,
        (store) => assert.rejects(store.searcher().search(requestOf(heavy), { signal }), { code: 'store_timeout' }),
        { searchTimeoutMs: 20 },
      );
    }));
});
