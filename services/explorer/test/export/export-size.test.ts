import assert from 'node:assert/strict';
import type { LogRecord } from '../../src/api-types.ts';
import { estimateBytes, formatBytes, readColumns, readLimit, shellQuote } from '../../src/export/export-size.ts';

describe('size of an export', () => {
  const sample: readonly LogRecord[] = [
    { id: 'a', received_at: '2026-11-20T08:00:00.000Z', message: 'paid', service: 'ledger' },
  ];
  const valueAt = (record: LogRecord, name: string): string =>
    (record as unknown as Readonly<Record<string, string>>)[name] ?? '';

  it('follows from a sample', () => {
    const line = JSON.stringify(sample[0]).length + 1;
    assert.equal(estimateBytes(sample, 1_000, { format: 'ndjson', columns: [] }, valueAt), line * 1_000);
    assert.equal(
      estimateBytes(sample, 10, { format: 'csv', columns: ['service', 'message'] }, valueAt),
      (1 + 'ledger,'.length + 'paid,'.length) * 10,
    );
  });

  it('is not guessed without one', () => {
    assert.equal(estimateBytes([], 10, { format: 'ndjson', columns: [] }, valueAt), undefined);
  });

  it('is written as people read it', () => {
    assert.deepEqual([0, 999, 1_234, 56_000_000, 3.2e9].map(formatBytes), [
      '0 bytes',
      '999 bytes',
      '1.2 kB',
      '56 MB',
      '3.2 GB',
    ]);
  });
});

describe('what is typed into the export dialog', () => {
  it('is a list of columns', () => {
    assert.deepEqual(readColumns(' timestamp, level,level payment.id\n'), ['timestamp', 'level', 'payment.id']);
    assert.deepEqual(readColumns(' , '), []);
  });

  it('is a limit or none', () => {
    assert.deepEqual(
      [readLimit(''), readLimit('1,000'), readLimit('0'), readLimit('-1'), readLimit('1.5')],
      ['none', 1_000, undefined, undefined, undefined],
    );
  });

  it('is one word of a shell, whatever is in it', () => {
    assert.equal(shellQuote("a'b c"), String.raw`'a'\''b c'`);
  });
});
