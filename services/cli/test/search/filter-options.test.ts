import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { FILTER_PARAMETERS } from '@paylog/api/search/filter-parameters';
import { FILTER_OPTIONS, filtersFrom } from '../../src/search/filter-options.ts';

describe('the filters of search and tail', () => {
  it('are all that the API has', () => {
    const filters = FILTER_PARAMETERS.filter(({ name }) => name !== 'q');
    assert.deepEqual(
      FILTER_OPTIONS.map(({ parameter, list }) => [parameter, list]).sort(),
      filters.map(({ name, list }) => [name, list]).sort(),
    );
  });

  it('become a search request', () => {
    const flags = {
      query: 'level:error, a',
      from: '-1h',
      service: ['a,b', 'c'],
      level: ['>=warn'],
      traceId: 'f'.repeat(32),
      limit: '5',
    };
    assert.deepEqual(filtersFrom(['card', 'declined'], flags), {
      q: 'card declined',
      query: 'level:error, a',
      from: '-1h',
      service: ['a', 'b', 'c'],
      level: ['>=warn'],
      trace_id: 'f'.repeat(32),
    });
    assert.deepEqual(filtersFrom([], {}), {});
  });
});
