import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import type { CountedField, HistogramRequest } from '../ports/store.ts';
import { storeCorpus } from './store-corpus.ts';
import { storeDocument, timeOf } from './store-documents.ts';
import { NEVER, store, type MakeStoreHarness, type StoreHarness } from './store-harness.ts';
import { StoreModel } from './store-model.ts';

const DAY = '2026-11-20';
const LEVEL: CountedField = { type: 'keyword', name: 'level' };

/** Times on whole seconds of a day. */
function seconds(first: number, last: number, step: number): string[] {
  return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, n) => timeOf(DAY, first + n * step));
}

const millis = (second: number, ms: number): string =>
  timeOf(DAY, second + Math.floor(ms / 1000), (ms % 1000) * 1_000_000);

/** What histograms of the corpus (three days, 20 seconds each) are asked for. */
const REQUESTS: Readonly<Record<string, HistogramRequest>> = {
  'one interval': { filter: {}, bounds: [timeOf('2026-11-18', 0), timeOf('2026-11-21', 0)] },
  days: {
    filter: {},
    bounds: ['2026-11-17', '2026-11-18', '2026-11-19', '2026-11-20', '2026-11-21'].map((day) => timeOf(day, 0)),
  },
  seconds: { filter: {}, bounds: seconds(0, 20, 1) },
  'seconds that begin within one': { filter: {}, bounds: Array.from({ length: 12 }, (_, n) => millis(n, 250)) },
  milliseconds: { filter: {}, bounds: Array.from({ length: 1001 }, (_, n) => millis(5, n)) },
  'uneven intervals': { filter: {}, bounds: [0, 1, 3, 10, 11, 20].map((second) => timeOf(DAY, second)) },
  'intervals without a common step': {
    filter: {},
    bounds: [
      timeOf('2026-11-18', 0),
      timeOf('2026-11-18', 5, 1_000_000),
      timeOf('2026-11-19', 3, 7_000_000),
      timeOf(DAY, 10),
      timeOf(DAY, 20),
    ],
    splitBy: { field: LEVEL, limit: 3 },
  },
  'a day without an hour': {
    filter: {},
    bounds: [timeOf('2026-11-18', 0), timeOf('2026-11-19', 0), timeOf('2026-11-19', 82_800), timeOf(DAY, 82_800)],
  },
  'a time without records': { filter: {}, bounds: seconds(40_000, 40_010, 1) },
  'narrower bounds of the filter': {
    filter: { from: timeOf(DAY, 3, 500_000_000), to: timeOf(DAY, 7, 1) },
    bounds: seconds(0, 20, 2),
  },
  'a filter': { filter: { words: ['payment'], levels: ['error', 'warn'] }, bounds: seconds(0, 20, 5) },
  'a query': {
    filter: { query: { op: 'not', of: { op: 'exists', field: { type: 'keyword', name: 'trace_id' } } } },
    bounds: seconds(0, 20, 5),
  },
  'split by level': { filter: {}, bounds: seconds(0, 20, 2), splitBy: { field: LEVEL, limit: 10 } },
  'split by the two most frequent services': {
    filter: {},
    bounds: [timeOf('2026-11-18', 0), timeOf('2026-11-19', 0), timeOf(DAY, 0), timeOf('2026-11-21', 0)],
    splitBy: { field: { type: 'keyword', name: 'service' }, limit: 2 },
  },
  'split by a number': {
    filter: {},
    bounds: seconds(0, 20, 10),
    splitBy: { field: { type: 'number', name: 'payment.amount_minor' }, limit: 5 },
  },
  'split by an attribute': {
    filter: {},
    bounds: seconds(0, 20, 4),
    splitBy: { field: { type: 'attribute', path: 'note' }, limit: 4 },
  },
  'split by a field that no record has': {
    filter: {},
    bounds: seconds(0, 20, 10),
    splitBy: { field: { type: 'attribute', path: 'nobody' }, limit: 4 },
  },
};

/** Cases about counts over time. */
export function describeStoreHistograms(makeHarness: MakeStoreHarness): void {
  describe('histograms', () => {
    const corpus = storeCorpus();
    const model = new StoreModel(corpus);
    let harness: StoreHarness;
    before(async () => {
      harness = await makeHarness({ retentionDays: 0 });
    });
    after(() => harness.stop());
    const ask = (request: HistogramRequest) => harness.searcher.histogram(request, { signal: NEVER });

    it('counts nothing in an empty store', async () => {
      const bounds = seconds(0, 2, 1);
      assert.deepEqual(await ask({ filter: {}, bounds }), [{ count: 0 }, { count: 0 }]);
      const split = new Map<string, number>();
      const expected = [
        { count: 0, split },
        { count: 0, split },
      ];
      assert.deepEqual(await ask({ filter: {}, bounds, splitBy: { field: LEVEL, limit: 3 } }), expected);
    });

    it('gives up when the signal is aborted', async () => {
      const request = { filter: {}, bounds: seconds(0, 2, 1) };
      await assert.rejects(harness.searcher.histogram(request, { signal: AbortSignal.abort() }), {
        name: 'AbortError',
      });
    });

    describe('of a corpus', () => {
      before(() => store(harness, corpus));

      for (const [name, request] of Object.entries(REQUESTS)) {
        it(name, async () => {
          assert.deepEqual(await ask(request), model.histogram(request));
        });
      }
    });
  });
  describeEdges(makeHarness);
}

function describeEdges(makeHarness: MakeStoreHarness): void {
  describe('histograms at the bounds of intervals', () => {
    let harness: StoreHarness;
    before(async () => {
      harness = await makeHarness({ retentionDays: 0 });
      const times = [
        millis(9, 999),
        timeOf(DAY, 9, 999_999_999),
        millis(10, 0),
        timeOf(DAY, 10, 1),
        millis(10, 1),
        millis(11, 0),
      ];
      await store(
        harness,
        times.map((timestamp, n) =>
          storeDocument({ id: `e${n}`, timestamp, fields: { attributes: { tags: ['x', 'y', 'x'] } } }),
        ),
      );
    });
    after(() => harness.stop());

    it('puts a record into the interval that begins with its time', async () => {
      const counts = async (...bounds: string[]) =>
        (await harness.searcher.histogram({ filter: {}, bounds }, { signal: NEVER })).map(({ count }) => count);
      assert.deepEqual(await counts(millis(9, 0), millis(10, 0), millis(11, 0)), [2, 3]);
      assert.deepEqual(await counts(millis(9, 999), millis(10, 0), millis(10, 1), millis(10, 2)), [2, 2, 1]);
      assert.deepEqual(await counts(millis(10, 0), millis(10, 1), millis(11, 0)), [2, 1]);
    });

    it('counts a record once for each of its values', async () => {
      const splitBy = { field: { type: 'attribute', path: 'tags' }, limit: 5 } as const;
      const bounds = [millis(9, 0), millis(10, 0), millis(12, 0)];
      const [first, second] = await harness.searcher.histogram({ filter: {}, bounds, splitBy }, { signal: NEVER });
      assert.deepEqual(first?.split, new Map([['x', 2], ['y', 2]])); // prettier-ignore
      assert.deepEqual(second?.split, new Map([['x', 4], ['y', 4]])); // prettier-ignore
    });
  });

  describe('histograms of many values', () => {
    it('splits by the most frequent of thousands, with exact counts', async () => {
      const harness = await makeHarness({ retentionDays: 0 });
      try {
        // On each of three days 600 values; only over all days `often` is the most frequent one.
        const days = ['2026-11-18', '2026-11-19', DAY];
        const documents = days.flatMap((day, d) =>
          Array.from({ length: 1200 }, (_, n) => {
            const host = n % 400 === 0 ? 'often' : `h${d}-${n % 600}`;
            return storeDocument({ id: `${d}-${n}`, timestamp: timeOf(day, n), fields: { host } });
          }),
        );
        await store(harness, documents);
        const request: HistogramRequest = {
          filter: {},
          bounds: [...days, '2026-11-21'].map((day) => timeOf(day, 0)),
          splitBy: { field: { type: 'keyword', name: 'host' }, limit: 1 },
        };
        const expected = new StoreModel(documents).histogram(request);
        assert.deepEqual(await harness.searcher.histogram(request, { signal: NEVER }), expected);
        assert.deepEqual(expected[0], { count: 1200, split: new Map([['often', 3]]) });
      } finally {
        await harness.stop();
      }
    });
  });
}
