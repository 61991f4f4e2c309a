import assert from 'node:assert/strict';
import { prepareRecord, RecordPreparer } from '@paylog/shared/record/prepare';
import { sampleAnchor, samplePayments } from '../../src/first-run/sample-payments.ts';

describe('sample payments', () => {
  const anchor = sampleAnchor(Date.parse('2026-11-20T08:03:21Z'));
  const records = samplePayments(anchor);
  const payments = new Set(records.map((record) => (record['payment'] as { id: string }).id));

  it('are a few hundred records of some 25 payments in the hour before', () => {
    assert.equal(new Date(anchor).toISOString(), '2026-11-20T08:00:00.000Z');
    assert.ok(records.length >= 250 && records.length <= 500, String(records.length));
    assert.ok(payments.size >= 25 && payments.size <= 30, String(payments.size));
    for (const record of records) {
      const at = Date.parse(record.timestamp);
      assert.ok(at <= anchor && at >= anchor - 3_600_000);
    }
  });

  it('are the same, to the byte, for the same anchor: sending them twice adds nothing', () => {
    assert.equal(JSON.stringify(samplePayments(anchor)), JSON.stringify(records));
    assert.equal(sampleAnchor(anchor + 299_999), anchor);
  });

  it('have ids of their own', () => {
    assert.equal(new Set(records.map((record) => record.id)).size, records.length);
    const later = samplePayments(anchor + 300_000);
    assert.equal(new Set([...records, ...later].map((record) => record.id)).size, records.length + later.length);
  });

  it('tell of declines, errors with stacks, retries, gaps and several services', () => {
    const text = JSON.stringify(records);
    for (const part of ['"declined"', '"captured"', '"refunded"', '"failed"', '"pending"', '"stack"', '"latency_ms"']) {
      assert.ok(text.includes(part), part);
    }
    assert.ok(new Set(records.map((record) => record['service'])).size >= 7);
    assert.ok(records.every((record) => (record['attributes'] as { sample: boolean }).sample));
  });

  it('are taken as they are, and hold nothing that is taken for card data', () => {
    const preparer = new RecordPreparer({ maxBytes: 262_144, maxDepth: 20, maxKeys: 500 });
    const context = { dataSet: 'main', receivedAtMs: anchor, fallbackId: 'none' };
    for (let batch = 0; batch < 40; batch += 1) {
      for (const record of samplePayments(anchor + batch * 300_000)) {
        const prepared = prepareRecord(preparer, Buffer.from(JSON.stringify(record)), context);
        assert.ok(prepared.ok, JSON.stringify(prepared));
        assert.deepEqual([prepared.pan, prepared.cvv], [0, 0], JSON.stringify(record));
      }
    }
  });
});
