import assert from 'node:assert/strict';
import { describeStoreError, readStoreError } from '../../src/elasticsearch/store-error.ts';

describe('errors of Elasticsearch', () => {
  it('are flattened with their causes, and their type is a bounded word', () => {
    const cause = { type: 'number_format_exception', reason: 'not a number' };
    assert.deepEqual(describeStoreError({ type: 'document_parsing_exception', reason: 'failed', caused_by: cause }), {
      type: 'document_parsing_exception',
      reason: 'failed; caused by: not a number',
    });
    assert.equal(describeStoreError({ type: 'Weird Type', reason: 'x' }).type, 'unknown_error');
    assert.deepEqual(describeStoreError('text'), { type: undefined, reason: '' });
    assert.deepEqual(readStoreError('<html>'), { type: undefined, reason: '' });
    assert.deepEqual(readStoreError('{"error":{"type":"a_b","reason":"c"}}'), { type: 'a_b', reason: 'c' });
  });

  it('carry no value of the document', () => {
    const secret = 'secret '.repeat(30);
    const reasons = [
      `[1:2] failed to parse field [a] of type [date] in document with id 'x'. Preview of field's value: '${secret}\n${secret}'`,
      `[1:75] Duplicate field 'message'\n at [Source: (byte[])"{"message":"${secret}"}"; line: 1, column: 88]`,
      `For input string: "${secret}"`,
      `Offending key: [${secret}]`,
    ];
    for (const reason of reasons) {
      const text = describeStoreError({ type: 'x', reason: 'why', caused_by: { type: 'y', reason } }).reason;
      assert.ok(text.split('secret').length < 11, text);
      assert.ok(text.startsWith('why; caused by: '), text);
    }
    const card = describeStoreError({ type: 'x', reason: 'For input string: "4111 1111 1111 1111"' }).reason;
    assert.doesNotMatch(card, /4111 1111 1111/);
  });

  it('are bounded, however long and deep', () => {
    let error: object = { type: 'a', reason: 'deepest' };
    for (let n = 0; n < 50; n += 1) error = { type: 'a', reason: `${n} ${'long '.repeat(2000)}`, caused_by: error };
    assert.equal(describeStoreError(error).reason.length, 500);
  });
});
