import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { StoreSearcher } from '@paylog/shared/ports/store';
import { parseQuery } from '@paylog/shared/query/parse-query';
import { SlowQueryLog } from '../../src/search/slow-query-log.ts';
import { KeptLog } from '../support/app-server.ts';
import { ModelSearcher } from '../support/model-searcher.ts';

/** A searcher whose answers take `tookMs`, with its log. */
function slowed(tookMs: number, slowMs: number): { searcher: StoreSearcher; model: ModelSearcher; log: KeptLog } {
  const model = new ModelSearcher([
    '{"message":"declined for alice","service":"s","id":"i","timestamp":"2026-11-20T08:00:00Z"}',
  ]);
  const log = new KeptLog();
  let now = 1000;
  model.before = () => {
    now += tookMs;
    return Promise.resolve();
  };
  return {
    searcher: new SlowQueryLog({ searcher: model, logger: log, clock: { now: () => now }, slowMs }),
    model,
    log,
  };
}

const options = () => ({ signal: new AbortController().signal });
const queryOf = (text: string) => {
  const parsed = parseQuery(text, { nowMs: 0 });
  assert.ok(parsed.ok);
  return parsed.query;
};

describe('the log of slow searches', () => {
  const from = '2026-11-20T07:00:00.000000000Z';
  const to = '2026-11-20T09:00:00.000000000Z';

  it('tells kind, shape, duration and hits, and no value', async () => {
    const { searcher, log } = slowed(1500, 1000);
    const filter = {
      words: ['declined', 'alice'],
      services: ['s'],
      query: queryOf('alice payment.id:pay_alice duration_ms:>5'),
      from,
      to,
    };
    await searcher.search({ ...filter, order: 'desc', limit: 51, countUpTo: 100 }, options());
    await searcher.histogram({ filter: { from, paymentId: 'pay_alice' }, bounds: [from, to] }, options());
    await searcher.facets({ filter: {}, fields: [{ type: 'keyword', name: 'service' }], limit: 5 }, options());
    await searcher.get('alice', options());
    const shown = log.lines.map(({ level, message, fields }) => ({ level, message, ...fields }));
    const slow = { level: 'warn', message: 'Slow search', outcome: 'answered', duration_ms: 1500 };
    assert.deepEqual(shown, [
      {
        ...{ ...slow, kind: 'search', filters: 'q x2, service x1, from, to', range_ms: 7_200_000, hits: 0, total: 0 },
        ...{ query: '? AND payment.id:? AND duration_ms:>?', order: 'desc', limit: 51, later_page: false },
      },
      { ...slow, kind: 'histogram', filters: 'payment_id, from', buckets: 1, split: false, hits: 0 },
      { ...slow, kind: 'facets', filters: '', fields: 1, exact: true },
      { ...slow, kind: 'get' },
    ]);
    assert.doesNotMatch(JSON.stringify(shown), /alice/);
  });

  it('is silent about what is fast', async () => {
    const { searcher, log } = slowed(999, 1000);
    await searcher.get('i', options());
    assert.deepEqual(log.lines, []);
  });

  it('tells of failures and of what was given up', async () => {
    const { searcher, model, log } = slowed(0, 0);
    model.before = () => Promise.reject(new Error('gone'));
    await assert.rejects(searcher.get('i', options()), /gone/);
    const client = new AbortController();
    client.abort();
    await assert.rejects(searcher.search({ order: 'asc', limit: 1, countUpTo: 1 }, { signal: client.signal }));
    assert.deepEqual(
      log.lines.map(({ fields }) => fields?.['outcome']),
      ['failed', 'given_up'],
    );
  });

  it('passes everything else on', async () => {
    const { searcher } = slowed(0, 1000);
    await searcher.start();
    assert.equal(searcher.state().name, 'store');
    assert.equal((await searcher.get('i', options()))?.id, 'i');
    await searcher.stop();
  });
});
