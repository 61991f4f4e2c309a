import assert from 'node:assert/strict';
import { DEFAULT_STATE, formatUrlState, parseUrlState, type UrlState } from '../../src/state/url-state.ts';

describe('the address of the explorer', () => {
  it('says nothing of what is as by default', () => {
    assert.equal(formatUrlState(DEFAULT_STATE), '');
    assert.deepEqual(parseUrlState(''), DEFAULT_STATE);
  });

  const states: Readonly<Record<string, Partial<UrlState>>> = {
    'a query with every kind of sign': { query: 'message:"50% off & more" -service:a+b #1 ü 漢' },
    'a query that is only spaces': { query: '  ' },
    'a relative range': { from: '-1h30m' },
    'an absolute range': { from: '2026-11-23T10:00:00.000Z', to: '2026-11-23T11:00:00.000Z' },
    'the default start with an end': { to: '2026-11-23T11:00:00.000Z' },
    'all time': { from: '' },
    'everything before a time': { from: '', to: '-1h' },
    'live tail': { live: true },
    'other columns': { columns: ['message', 'payment.id', 'attributes.a b'] },
    'wrapped lines, oldest first, refreshed': { wrap: true, order: 'asc', refresh: 30 },
    'a record': { record: 'evt:1&2' },
    'a payment whose id holds a colon': { view: { kind: 'payment', id: 'pay:1:2' } },
    'the status': { view: { kind: 'status', id: '' } },
  };
  for (const [name, change] of Object.entries(states)) {
    it(`keeps ${name}`, () => {
      const state = { ...DEFAULT_STATE, ...change };
      assert.deepEqual(parseUrlState(formatUrlState(state)), state);
    });
  }

  it('takes what means nothing as the default', () => {
    const odd = '?from=&to=&columns=,,&order=sideways&refresh=-5&live=yes&wrap=2&record=&view=&unknown=1';
    assert.deepEqual(parseUrlState(odd), DEFAULT_STATE);
    assert.equal(parseUrlState('?refresh=1e9').refresh, 3600);
    assert.equal(parseUrlState('?refresh=1.5').refresh, 0);
  });

  it('names each column once', () => {
    assert.deepEqual(parseUrlState('?columns=host,message,host').columns, ['host', 'message']);
  });
});
