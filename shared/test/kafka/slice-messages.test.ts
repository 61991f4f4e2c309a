import assert from 'node:assert/strict';
import { measureBatch } from '@paylog/shared/kafka/record-batch';
import { sliceMessages } from '@paylog/shared/kafka/slice-messages';

function messages(count: number, bytes: number) {
  return Array.from({ length: count }, (_, index) => ({ key: `k-${String(index)}`, value: Buffer.alloc(bytes) }));
}

describe('slice messages', () => {
  it('keeps a small call in one slice', () => {
    assert.deepEqual(sliceMessages(messages(10, 100), 10_000, 1000), [{ start: 0, end: 10 }]);
  });

  it('cuts by bytes, so that every encoded batch fits, and by count', () => {
    const list = messages(5000, 3);
    for (const maxBatchBytes of [200, 1000, 65_536]) {
      const slices = sliceMessages(list, maxBatchBytes, 700);
      assert.ok(!('tooLarge' in slices));
      let next = 0;
      for (const { start, end } of slices) {
        assert.equal(start, next);
        assert.ok(end > start && end - start <= 700);
        assert.ok(measureBatch(list, start, end).bytes <= maxBatchBytes);
        next = end;
      }
      assert.equal(next, list.length);
    }
  });

  it('names the first message that fits into no batch', () => {
    const list = [...messages(3, 10), { key: 'large', value: Buffer.alloc(1000) }, ...messages(1, 10)];
    assert.deepEqual(sliceMessages(list, 1000, 100), { tooLarge: 3 });
    const heavy = { key: 'h', value: Buffer.alloc(10), headers: { name: 'x'.repeat(1000) } };
    assert.deepEqual(sliceMessages([heavy], 1000, 100), { tooLarge: 0 });
  });

  it('counts keys in bytes, not in characters', () => {
    assert.deepEqual(sliceMessages([{ key: '漢'.repeat(400), value: Buffer.alloc(0) }], 1000, 100), { tooLarge: 0 });
  });
});
