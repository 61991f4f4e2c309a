import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import type { CountedField, Facet, FacetsRequest, RecordFilter } from '../ports/store.ts';
import { storeCorpus } from './store-corpus.ts';
import { acceptedDocuments, timeOf } from './store-documents.ts';
import { NEVER, store, type MakeStoreHarness, type StoreHarness } from './store-harness.ts';
import { StoreModel } from './store-model.ts';

const keyword = (name: string): CountedField => ({ type: 'keyword', name });
const number = (name: string): CountedField => ({ type: 'number', name });
const attribute = (path: string): CountedField => ({ type: 'attribute', path });

const FIELDS = [
  keyword('service'),
  keyword('level'),
  keyword('environment'),
  keyword('trace_id'),
  keyword('payment.id'),
  number('payment.amount_minor'),
  attribute('note'),
  attribute('shard'),
  attribute('nobody'),
];

const FILTERS: Readonly<Record<string, RecordFilter>> = {
  everything: {},
  'a time': { from: timeOf('2026-11-19', 5), to: timeOf('2026-11-20', 3) },
  'words and levels': { words: ['payment'], levels: ['warn', 'error'] },
  'a query': { query: { op: 'equals', field: { type: 'attribute', path: 'shard' }, value: '3' } },
  nothing: { words: ['nowhere'] },
};

const LONG = 'v'.repeat(1024);

const RECORDS = acceptedDocuments(
  [
    '"level":"ERROR","attributes":{"tags":["x","y","x"],"flag":true,"n":1.5}',
    '"level":"error","attributes":{"tags":"x","flag":false,"n":-2,"deep":{"er":"a"}}',
    '"level":"Warn","duration_ms":0,"attributes":{"tags":null,"n":"1.5","deep.er":"a"}',
    '"duration_ms":-0.0,"http":{"status_code":200.0},"payment":{"status":""}',
    `"duration_ms":12.5,"http":{"status_code":200,"path":"${LONG}"}`,
    `"http":{"status_code":404,"path":"${LONG}v"}`,
    '"duration_ms":7,"attributes":{"tags":["ü","💳"],"flag":true}',
  ].map((rest, n) => `{"id":"r${n}","message":"m","service":"s",${rest}}`),
);

/** Counts of the small records, by hand. */
const EXPECTED: readonly (readonly [field: CountedField, ...values: (readonly [string, number])[]])[] = [
  [keyword('level'), ['info', 4], ['error', 2], ['warn', 1]],
  [attribute('tags'), ['x', 2], ['y', 1], ['ü', 1], ['💳', 1]],
  [attribute('flag'), ['true', 2], ['false', 1]],
  [attribute('n'), ['1.5', 2], ['-2', 1]],
  [attribute('deep.er'), ['a', 2]],
  [attribute('deep')],
  [number('duration_ms'), ['0', 2], ['7', 1], ['12.5', 1]],
  [number('http.status_code'), ['200', 2], ['404', 1]],
  [keyword('http.path'), [LONG, 1]],
  [keyword('payment.status'), ['', 1]],
];

/** Cases about counts of values. */
export function describeStoreFacets(makeHarness: MakeStoreHarness): void {
  describe('facets', () => {
    const corpus = storeCorpus();
    let harness: StoreHarness;
    before(async () => {
      harness = await makeHarness({ retentionDays: 0 });
    });
    after(() => harness.stop());
    const ask = (request: FacetsRequest): Promise<readonly Facet[]> =>
      harness.searcher.facets(request, { signal: NEVER });

    it('has none in an empty store', async () => {
      const nothing = { values: [], others: 0, exact: true };
      assert.deepEqual(await ask({ filter: {}, fields: FIELDS.slice(0, 2), limit: 10 }), [nothing, nothing]);
    });

    it('gives up when the signal is aborted', async () => {
      const request = { filter: {}, fields: FIELDS, limit: 1 };
      await assert.rejects(harness.searcher.facets(request, { signal: AbortSignal.abort() }), { name: 'AbortError' });
    });

    describe('of a corpus', () => {
      before(() => store(harness, corpus));

      for (const [name, filter] of Object.entries(FILTERS)) {
        for (const limit of [1, 3, 100]) {
          it(`of ${name}, at most ${limit}`, async () => {
            const request = { filter, fields: FIELDS, limit };
            assert.deepEqual(await ask(request), new StoreModel(corpus).facets(request));
          });
        }
      }
    });
  });

  describe('facets of values of all kinds', () => {
    let harness: StoreHarness;
    before(async () => {
      harness = await makeHarness({ retentionDays: 0 });
      await store(harness, RECORDS);
    });
    after(() => harness.stop());

    for (const [field, ...counts] of EXPECTED) {
      it('name' in field ? field.name : `attributes.${field.path}`, async () => {
        const values = counts.map(([value, count]) => ({ value, count }));
        const expected = [{ values, others: 0, exact: true }];
        const request = { filter: {}, fields: [field], limit: 100 };
        assert.deepEqual(await harness.searcher.facets(request, { signal: NEVER }), expected);
        assert.deepEqual(new StoreModel(RECORDS).facets(request), expected, 'the model');
      });
    }
  });
}
