import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import { STORE_CORPUS_QUERIES, storeCorpus } from './store-corpus.ts';
import { storeDocument, timeOf } from './store-documents.ts';
import { allPages, idsOf, NEVER, search, store, type MakeStoreHarness, type StoreHarness } from './store-harness.ts';
import { StoreModel } from './store-model.ts';

const DAY = '2026-11-20';

/** Cases about `search` and `get`. */
export function describeStoreSearches(makeHarness: MakeStoreHarness): void {
  describe('searching', () => {
    let harness: StoreHarness;
    beforeEach(async () => {
      harness = await makeHarness({ retentionDays: 0 });
    });
    afterEach(() => harness.stop());

    describeFilters(() => harness);
    describePages(() => harness);
    describeAnswers(() => harness);
  });
  describeCorpus(makeHarness);
}

function describeFilters(current: () => StoreHarness): void {
  it('finds records by whole words in any case', async () => {
    const messages = {
      a: 'Payment DECLINED by issuer',
      b: 'payments declined',
      c: 'payment-declined: "insufficient funds"',
      d: 'Überweisung nach Zürich, café',
      e: 'ошибка Платёж не прошёл',
      f: 'cafe without accent',
    };
    await store(
      current(),
      Object.entries(messages).map(([id, message]) => storeDocument({ id, timestamp: timeOf(DAY, 0), message })),
    );
    const find = (...words: string[]): Promise<string[]> => idsOf(current(), { words });
    assert.deepEqual(await find('payment'), ['a', 'c']);
    assert.deepEqual(await find('PAYMENT', 'declined'), ['a', 'c']);
    assert.deepEqual(await find('declined'), ['a', 'b', 'c']);
    assert.deepEqual(await find('declined', 'issuer'), ['a']);
    assert.deepEqual(await find('funds', 'payment'), ['c']);
    assert.deepEqual(await find('pay'), []);
    assert.deepEqual(await find('überweisung', 'ZÜRICH'), ['d']);
    assert.deepEqual(await find('платёж'), ['e']);
    assert.deepEqual(await find('café'), ['d']);
    assert.deepEqual(await find('cafe'), ['f']);
    assert.deepEqual(await find('payment', 'nowhere'), []);
  });

  it('takes what people type as words and never as a query language', async () => {
    await store(current(), [storeDocument({ id: 'a', timestamp: timeOf(DAY, 0), message: 'one OR two AND three' })]);
    // Signs around a word ask for nothing; the rest are words, and these do not occur.
    for (const words of [['(one'], ['one\\'], ['"one"', '...']])
      assert.deepEqual(await idsOf(current(), { words }), ['a']);
    for (const words of [['one" OR "x'], ['on*'], ['NOT', 'one'], ['message:one'], ["'; DROP TABLE"]]) {
      assert.deepEqual(await idsOf(current(), { words }), []);
    }
    assert.deepEqual(await idsOf(current(), { words: ['OR', 'and'] }), ['a']);
  });

  it('bounds the time at the nanosecond: from is included, to is not', async () => {
    const times = [0, 1, 2, 999_999_999].map((nanos) => timeOf(DAY, 10, nanos));
    await store(
      current(),
      times.map((timestamp, n) => storeDocument({ id: `t${n}`, timestamp })),
    );
    assert.deepEqual(await idsOf(current(), { from: timeOf(DAY, 10, 1) }), ['t1', 't2', 't3']);
    assert.deepEqual(await idsOf(current(), { to: timeOf(DAY, 10, 2) }), ['t0', 't1']);
    assert.deepEqual(await idsOf(current(), { from: timeOf(DAY, 10, 1), to: timeOf(DAY, 10, 2) }), ['t1']);
    assert.deepEqual(await idsOf(current(), { from: timeOf(DAY, 10, 3), to: timeOf(DAY, 10, 999_999_999) }), []);
    assert.deepEqual(
      (await search(current())).hits.map((hit) => hit.timestamp),
      times,
    );
  });

  it('filters by service, level, trace, payment and environment, all together', async () => {
    const base = { timestamp: timeOf(DAY, 0) };
    const trace = 'ab'.repeat(16);
    await store(current(), [
      storeDocument({
        ...base,
        id: 'a',
        service: 'ledger',
        level: 'ERROR',
        fields: { trace_id: trace, environment: 'prod' },
      }),
      storeDocument({ ...base, id: 'b', service: 'ledger', level: 'error', fields: { payment: { id: 'p 1' } } }),
      storeDocument({
        ...base,
        id: 'c',
        service: 'ledger-eu',
        level: 'fatal',
        fields: { environment: 'prod', payment: { id: 'p' } },
      }),
      storeDocument({
        ...base,
        id: 'd',
        service: 'fx',
        level: 'info',
        fields: { trace_id: trace, environment: 'prod-eu' },
      }),
    ]);
    assert.deepEqual(await idsOf(current(), { services: ['ledger'] }), ['a', 'b']);
    assert.deepEqual(await idsOf(current(), { services: ['fx', 'ledger-eu'] }), ['c', 'd']);
    assert.deepEqual(await idsOf(current(), { levels: ['error'] }), ['a', 'b']);
    assert.deepEqual(await idsOf(current(), { levels: ['info', 'fatal'] }), ['c', 'd']);
    assert.deepEqual(await idsOf(current(), { traceId: trace }), ['a', 'd']);
    assert.deepEqual(await idsOf(current(), { paymentId: 'p 1' }), ['b']);
    assert.deepEqual(await idsOf(current(), { paymentId: 'p' }), ['c']);
    assert.deepEqual(await idsOf(current(), { environment: 'prod' }), ['a', 'c']);
    assert.deepEqual(await idsOf(current(), { traceId: trace, environment: 'prod', services: ['ledger', 'fx'] }), [
      'a',
    ]);
    assert.deepEqual(await idsOf(current(), { traceId: trace, levels: ['warn'] }), []);
  });
}

function describePages(current: () => StoreHarness): void {
  it('orders by time, then by the bytes of the id, both ways', async () => {
    const ids = ['a', 'Z', 'é', '💳', '\uff5e', '10', '9', 'a0', '_'];
    await store(
      current(),
      [...ids.map((id) => ({ id, second: 5 })), { id: 'last', second: 6 }, { id: 'zero', second: 4 }].map(
        ({ id, second }) => storeDocument({ id, timestamp: timeOf(DAY, second) }),
      ),
    );
    const sorted = ids.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const expected = ['zero', ...sorted, 'last'];
    assert.deepEqual(await idsOf(current()), expected);
    assert.deepEqual(await idsOf(current(), { order: 'desc' }), expected.toReversed());
    for (const order of ['asc', 'desc'] as const) {
      const paged = await allPages(current(), { order, limit: 2 });
      assert.deepEqual(
        paged.map((hit) => hit.id),
        order === 'asc' ? expected : expected.toReversed(),
      );
    }
  });

  for (const order of ['asc', 'desc'] as const) {
    it(`neither repeats nor skips over pages while new records arrive (${order})`, async () => {
      const old = Array.from({ length: 1200 }, (_, n) =>
        storeDocument({ id: `old${n}`, timestamp: timeOf(DAY, Math.floor(n / 9)) }),
      );
      await store(current(), old);
      const found = await allPages(current(), { order, limit: 100 }, async (page) => {
        // In front of, between and behind what was read so far.
        await store(
          current(),
          [0, 30, 66, 100, 2000].map((second) =>
            storeDocument({ id: `new${page}-${second}`, timestamp: timeOf(DAY, second) }),
          ),
        );
      });
      const ids = found.map((hit) => hit.id);
      assert.equal(new Set(ids).size, ids.length);
      const seen = new Set(ids);
      assert.deepEqual(
        old.filter((document) => !seen.has(document.id)).map((document) => document.id),
        [],
      );
    });
  }

  it('counts exactly up to the bound, then says so, whatever the page', async () => {
    await store(
      current(),
      Array.from({ length: 30 }, (_, n) => storeDocument({ id: `c${n}`, timestamp: timeOf(DAY, n) })),
    );
    const total = async (countUpTo: number, rest = {}) =>
      (await search(current(), { limit: 3, countUpTo, ...rest })).total;
    assert.deepEqual(await total(31), { value: 30, relation: 'eq' });
    assert.deepEqual(await total(30), { value: 30, relation: 'eq' });
    assert.deepEqual(await total(29), { value: 29, relation: 'gte' });
    assert.deepEqual(await total(5), { value: 5, relation: 'gte' });
    assert.deepEqual(await total(100, { after: { timestamp: timeOf(DAY, 20), id: 'c20' } }), {
      value: 30,
      relation: 'eq',
    });
    assert.deepEqual(await total(100, { to: timeOf(DAY, 4) }), { value: 4, relation: 'eq' });
  });
}

function describeAnswers(current: () => StoreHarness): void {
  it('answers an empty store with nothing', async () => {
    assert.deepEqual(await search(current()), { hits: [], total: { value: 0, relation: 'eq' } });
    assert.equal(await current().searcher.get('none', { signal: NEVER }), undefined);
  });

  it('gets the newest document with an id', async () => {
    const [older, newer] = [timeOf('2026-11-19', 3), timeOf(DAY, 2)];
    const document = storeDocument({ id: 'same', timestamp: newer, dataSet: 'other' });
    await store(current(), [
      storeDocument({ id: 'same', timestamp: older }),
      document,
      storeDocument({ id: 'same2', timestamp: newer }),
    ]);
    const source = document.source.toString('utf8');
    assert.deepEqual(await current().searcher.get('same', { signal: NEVER }), { id: 'same', timestamp: newer, source });
    assert.equal(await current().searcher.get('sam', { signal: NEVER }), undefined);
  });

  it('gives up when the signal is aborted', async () => {
    await store(current(), [storeDocument({ id: 'a', timestamp: timeOf(DAY, 0) })]);
    const signal = AbortSignal.abort();
    const request = { order: 'asc', limit: 1, countUpTo: 1 } as const;
    await assert.rejects(current().searcher.search(request, { signal }), { name: 'AbortError' });
    await assert.rejects(current().searcher.get('a', { signal }), { name: 'AbortError' });
  });
}

function describeCorpus(makeHarness: MakeStoreHarness): void {
  describe('searching a corpus', () => {
    const corpus = storeCorpus();
    const model = new StoreModel(corpus);
    let harness: StoreHarness;
    before(async () => {
      harness = await makeHarness({ retentionDays: 0 });
      await store(harness, corpus);
    });
    after(() => harness.stop());

    for (const request of STORE_CORPUS_QUERIES) {
      it(`equals a plain evaluation: ${JSON.stringify(request)}`, async () => {
        const { hits, total } = await harness.searcher.search(request, { signal: NEVER });
        const expected = model.search(request);
        assert.deepEqual({ ids: hits.map((hit) => hit.id), total }, { ids: expected.ids, total: expected.total });
        assert.deepEqual(
          hits.map((hit) => hit.source),
          expected.sources,
        );
      });
    }
  });
}
