import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { RecordCounter } from '../../src/export/record-counter.ts';

describe('RecordCounter', () => {
  const count = (format: string, text: string): number => {
    const counter = new RecordCounter(format);
    for (const byte of Buffer.from(text)) counter.take(Uint8Array.of(byte));
    return counter.records;
  };

  it('counts lines, and in a table those that are no part of a cell', () => {
    assert.equal(count('ndjson', '{"a":"\\""}\n{}\n'), 2);
    assert.equal(count('ndjson', ''), 0);
    assert.equal(count('csv', 'a,b\r\n1,"x\n""y""\n"\r\n2,\r\n'), 2);
    assert.equal(count('csv', 'a,b\r\n'), 0);
  });
});
