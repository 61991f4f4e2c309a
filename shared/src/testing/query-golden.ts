import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import type { Query } from '../ports/query.ts';
import type { CountedField, SearchRequest } from '../ports/store.ts';
import { describeFault } from '../query/describe-fault.ts';
import { parseQuery } from '../query/parse-query.ts';
import { queryCorpus, QUERY_CORPUS_SIZE } from './query-corpus.ts';
import { GOLDEN_QUERIES, type GoldenQuery, type GoldenShape } from './query-golden-texts.ts';
import { NaiveRecord } from './query-naive.ts';
import { timeOf } from './store-documents.ts';
import { allPages, NEVER, store, type MakeStoreHarness, type StoreHarness } from './store-harness.ts';

/** Now of the suite, for relative times. */
const NOW_MS = Date.parse('2026-11-21T06:00:00Z');

/** Hits that are compared at either end; the total says that there are as many between. */
const PAGE = 300;
const BATCH = 2000;

/** Counted over time: without a split, and by fields of each kind that has few values. */
const HISTOGRAMS: readonly { readonly text: string; readonly field?: CountedField }[] = [
  { text: '*' },
  { text: 'timeout -level:info' },
  { text: 'duration_ms:>500', field: { type: 'keyword', name: 'level' } },
  { text: 'pay*', field: { type: 'keyword', name: 'service' } },
  { text: '*', field: { type: 'keyword', name: 'environment' } },
  { text: 'level:>=warn', field: { type: 'attribute', path: 'tags' } },
  { text: '-tags:red', field: { type: 'attribute', path: 'a.b.c.d' } },
  { text: 'http.status_code:*', field: { type: 'number', name: 'http.status_code' } },
  { text: 'nowhere', field: { type: 'keyword', name: 'service' } },
];

/** Values of these are counted together, for some queries. */
const FACETS: readonly CountedField[] = [
  { type: 'keyword', name: 'level' },
  { type: 'keyword', name: 'service' },
  { type: 'keyword', name: 'payment.status' },
  { type: 'number', name: 'http.status_code' },
  { type: 'attribute', path: 'tags' },
  { type: 'attribute', path: 'shard' },
];
const FACET_LIMIT = 5;

function queryOf(text: string): Query {
  const parsed = parseQuery(text, { nowMs: NOW_MS });
  assert.ok(parsed.ok, parsed.ok ? '' : describeFault(text, parsed.fault));
  return parsed.query;
}

let naive: readonly NaiveRecord[] | undefined;

/** The corpus in order of time and id. */
function naiveRecords(): readonly NaiveRecord[] {
  naive ??= queryCorpus()
    .map((document) => new NaiveRecord(document))
    .sort((a, b) => a.compare(b));
  return naive;
}

const expectedHits = new Map<string, readonly NaiveRecord[]>();

/** What a text must find, oldest first: worked out once for all stores. */
function expectedOf(text: string): readonly NaiveRecord[] {
  let found = expectedHits.get(text);
  if (found === undefined) {
    const query = queryOf(text);
    found = naiveRecords().filter((record) => record.holds(query));
    expectedHits.set(text, found);
  }
  return found;
}

/**
 * The golden suite of the query language: some 400 queries over 20,000 records, against a naive evaluation that walks the JSON of each
 * record. The records are stored once.
 */
export function describeQueryGolden(name: string, makeHarness: MakeStoreHarness): void {
  describe(`golden queries: ${name}`, function () {
    this.timeout(60_000);
    let harness: StoreHarness;
    before(async function () {
      this.timeout(180_000);
      harness = await makeHarness({ retentionDays: 0 });
      const corpus = queryCorpus();
      for (let at = 0; at < corpus.length; at += BATCH) await store(harness, corpus.slice(at, at + BATCH));
    });
    after(() => (harness as StoreHarness | undefined)?.stop());

    for (const golden of GOLDEN_QUERIES) {
      it(shown(golden.text), async () => {
        await compareHits(harness, golden);
      });
    }
    for (const histogram of HISTOGRAMS) {
      it(`histogram of ${histogram.text} by ${JSON.stringify(histogram.field ?? 'nothing')}`, async () => {
        await compareHistogram(harness, histogram.text, histogram.field);
      });
    }
    for (const text of ['*', 'timeout', 'level:error duration_ms:>500', '-tags:red', 'nowhere']) {
      it(`facets of ${text}`, async () => {
        await compareFacets(harness, text);
      });
    }
    it('pages through all hits', async () => {
      const hits = await allPages(harness, { query: queryOf('payment -level:info'), limit: 700, order: 'desc' });
      assert.deepEqual(
        hits.map((hit) => hit.id),
        idsOf([...expectedOf('payment -level:info')].reverse()),
      );
    });
    it('holds beside the flat filters', async () => {
      const filter = { services: ['ledger', 'checkout'], levels: ['error', 'warn'], words: ['payment'] } as const;
      const request = { ...filter, from: timeOf('2026-11-19', 0), to: timeOf('2026-11-20', 0) };
      const { hits } = await find(harness, { ...request, query: queryOf('duration_ms:>100'), limit: 1000 });
      const text =
        'service:(ledger OR checkout) level:(error OR warn) message:payment timestamp:2026-11-19 duration_ms:>100';
      assert.ok(expectedOf(text).length > 0);
      assert.deepEqual(hits, idsOf(expectedOf(text)));
    });
  });
}

function shown(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}… (${text.length} characters)` : text;
}

function idsOf(records: readonly NaiveRecord[]): string[] {
  return records.map((record) => record.id);
}

async function find(
  harness: StoreHarness,
  request: Partial<SearchRequest>,
): Promise<{ hits: readonly string[]; total: unknown }> {
  const whole = { order: 'asc', limit: PAGE, countUpTo: QUERY_CORPUS_SIZE, ...request } as const;
  const { hits, total } = await harness.searcher.search(whole, { signal: NEVER });
  return { hits: hits.map((hit) => hit.id), total };
}

async function compareHits(harness: StoreHarness, { text, means, isEmpty }: GoldenQuery): Promise<void> {
  const expected = expectedOf(text);
  assert.equal(expected.length === 0, isEmpty === true, `${expected.length} records are expected`);
  if (means !== undefined) {
    const meant = naiveRecords().filter(({ json }) => means(json as unknown as GoldenShape));
    assert.deepEqual(idsOf(expected), idsOf(meant), 'means what it says');
  }
  const query = queryOf(text);
  const total = { value: expected.length, relation: 'eq' };
  const ids = idsOf(expected);
  const [oldest, newest] = await Promise.all([find(harness, { query }), find(harness, { query, order: 'desc' })]);
  assert.deepEqual(oldest, { hits: ids.slice(0, PAGE), total });
  assert.deepEqual(newest, { hits: ids.reverse().slice(0, PAGE), total });
}

async function compareHistogram(harness: StoreHarness, text: string, field: CountedField | undefined): Promise<void> {
  const bounds = Array.from({ length: 25 }, (_, n) => timeOf(n < 24 ? '2026-11-19' : '2026-11-20', (n % 24) * 3600));
  const splitBy = field && { field, limit: 100 };
  const request = { filter: { query: queryOf(text) }, bounds, ...(splitBy && { splitBy }) };
  const buckets = await harness.searcher.histogram(request, { signal: NEVER });
  const expected = bounds.slice(1).map((to, n) => {
    const inside = expectedOf(text).filter(({ timestamp }) => timestamp >= bounds[n]! && timestamp < to);
    const split: Record<string, number> = {};
    for (const record of field ? inside : []) {
      for (const value of new Set(record.values(field!))) split[value] = (split[value] ?? 0) + 1;
    }
    return { count: inside.length, ...(field && { split }) };
  });
  const plain = buckets.map(({ count, split }) => ({ count, ...(split && { split: Object.fromEntries(split) }) }));
  assert.deepEqual(plain, expected);
}

async function compareFacets(harness: StoreHarness, text: string): Promise<void> {
  const request = { filter: { query: queryOf(text) }, fields: FACETS, limit: FACET_LIMIT };
  const facets = await harness.searcher.facets(request, { signal: NEVER });
  const expected = FACETS.map((field) => {
    const counts = new Map<string, number>();
    for (const record of expectedOf(text)) {
      for (const value of new Set(record.values(field))) counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    const ordered = [...counts].map(([value, count]) => ({ value, count })).sort(byCountThenValue);
    const others = ordered.slice(FACET_LIMIT).reduce((sum, { count }) => sum + count, 0);
    return { values: ordered.slice(0, FACET_LIMIT), others, exact: true };
  });
  assert.deepEqual(facets, expected);
}

interface Counted {
  readonly value: string;
  readonly count: number;
}

function byCountThenValue(a: Counted, b: Counted): number {
  if (a.count !== b.count) return b.count - a.count;
  const [x, y] = [Number(a.value), Number(b.value)];
  // Numbers in their own order, texts by their bytes.
  if (!Number.isNaN(x) && !Number.isNaN(y)) return x - y;
  return Buffer.compare(Buffer.from(a.value), Buffer.from(b.value));
}
