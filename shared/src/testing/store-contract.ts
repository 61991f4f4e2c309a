import { describe } from 'mocha';
import { describeStoreDurability } from './store-durability-cases.ts';
import { describeStoreFacets } from './store-facet-cases.ts';
import type { MakeStoreHarness } from './store-harness.ts';
import { describeStoreHistograms } from './store-histogram-cases.ts';
import { describeStoreQueries } from './store-query-cases.ts';
import { describeStoreSearches } from './store-search-cases.ts';
import { describeStoreWrites } from './store-write-cases.ts';

/**
 * The contract of `ports/store.ts` as tests: the same cases for every adapter. Call it at the top level of a mocha file. Each
 * harness must be a store of its own that holds nothing, with windows of 400 days past and 2 days future.
 */
export function describeStoreContract(name: string, makeHarness: MakeStoreHarness): void {
  describe(`store contract: ${name}`, function () {
    this.timeout(60_000);
    describeStoreWrites(makeHarness);
    describeStoreSearches(makeHarness);
    describeStoreQueries(makeHarness);
    describeStoreHistograms(makeHarness);
    describeStoreFacets(makeHarness);
    describeStoreDurability(makeHarness);
  });
}
