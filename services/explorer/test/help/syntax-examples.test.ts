import assert from 'node:assert/strict';
import { parseQuery } from '@paylog/shared/query/parse-query';
import { SYNTAX_GROUPS } from '../../src/help/syntax-examples.ts';

describe('examples of the query language', () => {
  for (const { query } of SYNTAX_GROUPS.flatMap((group) => group.examples)) {
    it(`can be run: ${query}`, () => {
      const parsed = parseQuery(query, { nowMs: Date.parse('2026-11-20T08:00:00Z') });
      assert.ok(parsed.ok, JSON.stringify(parsed));
    });
  }
});
