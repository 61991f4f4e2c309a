import assert from 'node:assert/strict';
import { queryClause } from '../../src/elasticsearch/query-clause.ts';
import type { Query } from '../../src/ports/query.ts';

const one: Query = { op: 'equals', field: { type: 'keyword', name: 'service' }, value: 'one' };
const two: Query = { op: 'equals', field: { type: 'keyword', name: 'service' }, value: 'two' };
const not = (of: Query): Query => ({ op: 'not', of });
const and = (...of: Query[]): Query => ({ op: 'and', of });
const or = (...of: Query[]): Query => ({ op: 'or', of });

/** How many queries stand inside each other, as Elasticsearch counts them. */
function levels(clause: unknown): number {
  if (Array.isArray(clause)) return Math.max(0, ...clause.map(levels));
  if (typeof clause !== 'object' || clause === null) return 0;
  const bool = (clause as { readonly bool?: object }).bool;
  return bool === undefined ? 1 : 1 + Math.max(0, ...Object.values(bool).map(levels));
}

describe('clauses of Elasticsearch', () => {
  it('put what is required, forbidden and one choice into one bool', () => {
    assert.deepEqual(queryClause(and(one, not(two), or(one, two))), {
      bool: {
        filter: [{ term: { service: 'one' } }],
        must_not: [{ term: { service: 'two' } }],
        should: [{ term: { service: 'one' } }, { term: { service: 'two' } }],
        minimum_should_match: 1,
      },
    });
    assert.deepEqual(queryClause(not(not(one))), { term: { service: 'one' } });
  });

  it('stay below the limit of 30 levels for 20 parentheses inside each other', () => {
    const nest = (step: (inner: Query) => Query): number => {
      let query: Query = one;
      for (let n = 0; n < 20; n += 1) query = step(query);
      return levels(queryClause(query));
    };
    const shapes: readonly ((inner: Query) => Query)[] = [
      (inner) => or(one, and(two, inner)),
      (inner) => and(one, or(two, inner)),
      (inner) => and(one, not(inner), two),
      (inner) => not(or(one, not(inner))),
      (inner) => or(two, not(or(one, inner))),
    ];
    for (const [n, shape] of shapes.entries()) assert.ok(nest(shape) < 30, `shape ${n}: ${nest(shape)}`);
  });
});
