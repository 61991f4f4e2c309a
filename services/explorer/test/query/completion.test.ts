import assert from 'node:assert/strict';
import { completionAt } from '@paylog/shared/query/completion-at';
import { applySuggestion, bestMatches } from '../../src/query/completion.ts';
import { highlightParts } from '../../src/query/highlight.ts';

/** Takes a suggestion at `|`; `|` in the answer is the caret. */
function taken(query: string, insert: string): string {
  const caret = query.indexOf('|');
  const text = query.replace('|', '');
  const place = completionAt(text, caret);
  assert.notEqual(place.kind, 'none');
  if (place.kind === 'none') return '';
  const next = applySuggestion(text, place, { label: insert, detail: '', insert });
  return `${next.query.slice(0, next.caret)}|${next.query.slice(next.caret)}`;
}

describe('completion in the query bar', () => {
  it('puts names and values where the caret is', () => {
    assert.equal(taken('ser|', 'service:'), 'service:|');
    assert.equal(taken('level:error ser|', 'service:'), 'level:error service:|');
    assert.equal(taken('service:|', 'checkout'), 'service:checkout |');
    assert.equal(taken('service:che|', '"check out"'), 'service:"check out" |');
    assert.equal(taken('service:che| level:error', 'checkout'), 'service:checkout |level:error');
    assert.equal(taken('service:(a OR che|)', 'checkout'), 'service:(a OR checkout|)');
    assert.equal(taken('duration_ms:|', '>='), 'duration_ms:>=|');
  });

  it('adds no second colon', () => {
    assert.equal(taken('serv|ice:checkout', 'service:'), 'service:|checkout');
  });

  it('orders names by how well they fit', () => {
    const names = ['http.status_code', 'payment.status', 'status', 'message'];
    const best = bestMatches(names, 'STAT', (name) => name, 10);
    assert.deepEqual(best, ['status', 'http.status_code', 'payment.status']);
    assert.deepEqual(
      bestMatches(names, '', (name) => name, 2),
      names.slice(0, 2),
    );
  });
});

describe('colors in the query bar', () => {
  it('cover the whole text, whatever it is', () => {
    for (const query of ['', '   ', 'a', 'level:error  "x y" (a OR -b) n:>5', '"open', '((', 'a:b:c', 'x\\', ':']) {
      for (const fault of [
        undefined,
        { message: 'm', position: 1, length: 2 },
        { message: 'm', position: 0, length: 0 },
      ]) {
        const parts = highlightParts(query, fault);
        assert.equal(parts.map(({ text }) => text).join(''), query);
      }
    }
  });

  it('tell names, values, numbers and faults', () => {
    const parts = highlightParts('level:error duration_ms:>abc', { message: 'm', position: 25, length: 3 });
    assert.deepEqual(
      parts.filter(({ style }) => style !== 'plain').map(({ text, style }) => `${text} ${style}`),
      ['level field', ': operator', 'error value', 'duration_ms field', ': operator', '> operator', 'abc fault'],
    );
  });
});
