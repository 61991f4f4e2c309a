import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { readSearchAnswer } from '../../src/search/search-answer.ts';

const answer = (logs: readonly string[], cursor: string | null = null): string =>
  `{"logs":[${logs.join(',')}],"next_cursor":${JSON.stringify(cursor)},"total":{"value":${logs.length},"relation":"eq"},"took_ms":1}`;

describe('readSearchAnswer', () => {
  it('keeps the bytes of every record', () => {
    const logs = ['{"n":9007199254740993,"m":1e400}', '{"a":[1,{"b":"],}{[\\"\\\\"}],"c":{}}', '{}'];
    const page = readSearchAnswer(answer(logs, 'next'));
    assert.deepEqual(page?.records, logs);
    assert.equal(page.nextCursor, 'next');
    assert.deepEqual(page.total, { value: 3, relation: 'eq' });
  });

  it('reads a page without records', () => {
    assert.deepEqual(readSearchAnswer(answer([]))?.records, []);
  });

  it('refuses what is no such answer', () => {
    for (const text of ['', '{}', '<html>', '{"logs":[', '{"logs":[{}', '{"logs":[{}],"next_cursor":']) {
      assert.equal(readSearchAnswer(text), undefined, text);
    }
  });
});
