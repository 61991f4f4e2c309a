import assert from 'node:assert/strict';
import {
  MAX_RECENT,
  MAX_SAVED,
  SavedSearches,
  searchOf,
  timesOf,
  titleOf,
  type SearchStorage,
} from '../../src/saved/saved-searches.ts';
import { DEFAULT_STATE, parseUrlState } from '../../src/state/url-state.ts';

/** What a browser keeps, in memory. */
function memory(entries: Readonly<Record<string, string>> = {}): SearchStorage {
  const kept = new Map(Object.entries(entries));
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value) };
}

describe('saved searches', () => {
  it('are kept, renamed and removed', () => {
    const searches = new SavedSearches(memory());
    assert.ok(searches.save('Errors', '?query=level%3Aerror', 'a'));
    assert.ok(searches.save('  ', '?query=declined', 'b'));
    assert.deepEqual(
      searches.saved().map((each) => each.name),
      ['declined', 'Errors'],
    );
    searches.rename('a', ' All errors ');
    searches.remove('b');
    assert.deepEqual(searches.saved(), [{ id: 'a', name: 'All errors', search: '?query=level%3Aerror' }]);
  });

  it('are bounded', () => {
    const searches = new SavedSearches(memory());
    for (let index = 0; index < MAX_SAVED; index += 1) assert.ok(searches.save('x', '?', String(index)));
    assert.equal(searches.save('one more', '?', 'more'), false);
    assert.equal(searches.saved().length, MAX_SAVED);
  });

  it('hold what was open of the search, and nothing else', () => {
    const state = {
      ...DEFAULT_STATE,
      query: 'declined',
      from: '-1h',
      live: true,
      record: 'r',
      view: { kind: 'payment', id: 'p' },
    };
    const search = searchOf(state);
    assert.deepEqual(parseUrlState(search), { ...DEFAULT_STATE, query: 'declined', from: '-1h' });
    assert.equal(searchOf(DEFAULT_STATE), '?');
  });

  it('recent ones stand once, the last first, and are bounded', () => {
    const searches = new SavedSearches(memory());
    for (let index = 0; index < MAX_RECENT + 5; index += 1) searches.remember(`?query=q${index}`);
    searches.remember('?query=q10');
    const recent = searches.recent();
    assert.equal(recent.length, MAX_RECENT);
    assert.equal(recent[0], '?query=q10');
    assert.equal(new Set(recent).size, MAX_RECENT);
    searches.forgetRecent();
    assert.deepEqual(searches.recent(), []);
  });

  it('make do with storage that holds something else, is full or is forbidden', () => {
    for (const text of ['{', '{}', '[1, {"id": 1}, null, "x", {"id":"a","name":"n","search":"javascript:alert(1)"}]']) {
      const searches = new SavedSearches(memory({ 'paylog.saved-searches': text, 'paylog.recent-searches': text }));
      assert.deepEqual([searches.saved(), searches.recent()], [[], []]);
    }
    const full = new SavedSearches({
      getItem: () => null,
      setItem: () => {
        throw new Error('full');
      },
    });
    assert.equal(full.save('a', '?', 'a'), false);
    assert.equal(new SavedSearches(undefined).remember('?query=a'), false);
  });

  it('are described by their query and times', () => {
    assert.deepEqual([titleOf('?'), timesOf('?')], ['All records', 'last 15m']);
    assert.deepEqual([titleOf('?query=a+b&from=-1h'), timesOf('?query=a+b&from=-1h')], ['a b', 'last 1h']);
    assert.equal(timesOf('?from=all'), 'all time');
  });
});
