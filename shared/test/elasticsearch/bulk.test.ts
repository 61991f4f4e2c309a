import assert from 'node:assert/strict';
import { bulkBody, isOneLine } from '../../src/elasticsearch/bulk-body.ts';
import { readBulkAnswer } from '../../src/elasticsearch/bulk-outcomes.ts';
import { storeDocument, timeOf } from '../../src/testing/store-documents.ts';

const timestamp = timeOf('2026-11-20', 0);
const stored = '{"create":{"status":201}}';

describe('bulk body', () => {
  it('is one action line and one document line each, with any id', () => {
    const ids = ['plain-1', 'with "quotes" \\', 'ünïcode 💳', 'line\nfeed\u0000'];
    const items = ids.map((id) => ({ document: storeDocument({ id, timestamp }), index: 'logs-main-2026.11.20' }));
    const lines = bulkBody(items).toString('utf8').split('\n');
    assert.equal(lines.pop(), '');
    assert.equal(lines.length, ids.length * 2);
    for (const [n, { document }] of items.entries()) {
      const action: unknown = JSON.parse(lines[n * 2] ?? '');
      assert.deepEqual(action, { create: { _index: 'logs-main-2026.11.20', _id: document.id } });
      assert.equal(lines[n * 2 + 1], document.source.toString('utf8'));
    }
  });

  it('needs documents of one line', () => {
    assert.ok(isOneLine(Buffer.from('{"a":"\\n"}')));
    assert.ok(!isOneLine(Buffer.from('{"a":\n1}')));
  });
});

describe('bulk answer', () => {
  it('is read by its length when everything was stored', () => {
    const text = `{"errors":false,"took":12,"items":[${stored},${stored}]}`;
    assert.deepEqual(readBulkAnswer(text, 2), [{ status: 'stored' }, { status: 'stored' }]);
    assert.equal(readBulkAnswer(text, 1), undefined);
    assert.equal(readBulkAnswer(text, 3), undefined);
  });

  it('is read item by item otherwise', () => {
    const failed = '{"create":{"status":400,"error":{"type":"document_parsing_exception","reason":"no"}}}';
    const text = `{"took":1,"errors":true,"items":[${failed},{"create":{"status":409}},${stored},{}]}`;
    assert.deepEqual(
      readBulkAnswer(text, 4)?.map((outcome) => outcome.status),
      ['rejected', 'taken', 'stored', 'retryable'],
    );
  });

  it('says nothing when it cannot be read', () => {
    for (const text of ['', '{', '[]', 'null', '{"errors":false}', '{"errors":false,"items":{}}']) {
      assert.equal(readBulkAnswer(text, 1), undefined, text);
    }
  });
});
