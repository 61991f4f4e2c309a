import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { csvCell, csvRecord } from '../../src/streams/csv.ts';
import { columnPath, DEFAULT_COLUMNS } from '../../src/streams/export-columns.ts';

describe('csvCell', () => {
  it('quotes as RFC 4180 has it', () => {
    assert.equal(csvCell('plain text'), 'plain text');
    assert.equal(csvCell('a "word", two\r\nlines'), '"a ""word"", two\r\nlines"');
    assert.equal(csvCell(' edge '), '" edge "');
    assert.equal(csvCell('a;b'), '"a;b"');
    assert.equal(csvCell('žluťoučký 💳'), 'žluťoučký 💳');
    assert.equal(csvCell(''), '');
  });

  it('takes away what a spreadsheet would run', () => {
    for (const text of ['=1+1', '+cmd|x', '-2+3', '@SUM(A1)', '=HYPERLINK("x")', '\u{ff1d}1', '\u{feff}=1', '  =1'])
      assert.match(csvCell(text).replace(/^"/, ''), /^'/, text);
    for (const text of ['\t=1', '\r=1', '\n=1', '\tx']) assert.match(csvCell(text), /^"'/, JSON.stringify(text));
  });

  it('leaves numbers and what only looks similar', () => {
    for (const text of ['-5', '+5', '-5.25', '1e3', '-1E-7', '5-3', 'a=b', "'quoted'", 'a@b'])
      assert.equal(csvCell(text), text);
  });
});

describe('csvRecord', () => {
  const record =
    '{"message":"a\\nb","n":1,"payment":{"amount_minor":9007199254740993,"id":null},"attributes":{"a.b":{"c":-5},"list":[1,"x"],"flag":true,"merchant":"=m"},"level":"warn"}';
  const line = (...columns: readonly string[]): string => csvRecord(record, columns.map(columnPath));

  it('takes values from where queries find them', () => {
    assert.equal(line('message', 'payment.amount_minor', 'log.level'), '"a\nb",9007199254740993,warn\r\n');
    assert.equal(line('attributes.a.b.c', 'a.b.c', 'merchant', 'flag'), "-5,-5,'=m,true\r\n");
    assert.equal(line('payment.id', 'nothing', 'service', 'message.x'), ',,,\r\n');
  });

  it('writes what is nested as JSON', () => {
    assert.equal(line('list', 'a.b'), '"[1,""x""]","{""c"":-5}"\r\n');
    assert.equal(line('payment'), '"{""amount_minor"":9007199254740993,""id"":null}"\r\n');
  });

  it('has columns of its own that all lead somewhere', () => {
    for (const column of DEFAULT_COLUMNS) assert.equal(columnPath(column).join('.'), column);
  });
});
