import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { ProblemError } from '@paylog/shared/errors/problem-error';
import { splitJson, splitNdjson } from '../../src/protocols/json.ts';
import type { SpanBatch } from '../../src/protocols/record-batch.ts';

const textsOf = ({ body, spans }: SpanBatch): string[] =>
  Array.from({ length: spans.length / 2 }, (_, index) => body.toString('utf8', spans[index * 2], spans[index * 2 + 1]));
const json = (text: string, max = 100): string[] => textsOf(splitJson(Buffer.from(text), max));
const ndjson = (text: string, max = 100): string[] => textsOf(splitNdjson(Buffer.from(text), max));
const codeOf = (split: () => unknown): string => {
  try {
    split();
  } catch (error) {
    assert.ok(error instanceof ProblemError);
    return error.code;
  }
  return 'none';
};

describe('splitJson', () => {
  it('takes an object as one record, whatever is in it', () => {
    assert.deepEqual(json('{"a":[1,2]}'), ['{"a":[1,2]}']);
    assert.deepEqual(json('\ufeff \r\n\t{"a":1} \n'), ['{"a":1}']);
    // Left for the check of records, which says where it is broken.
    assert.deepEqual(json('{"a":1}{"b":2}'), ['{"a":1}{"b":2}']);
  });

  it('divides an array at its own commas only', () => {
    const elements = [
      '{"a":[1,[2,{}]],"b":{"c":[]}}',
      '{"s":"],[\\"},{\\\\"}',
      '[1,2]',
      '"x,]"',
      '1',
      'null',
      '{"é":"日本,]😀"}',
    ];
    assert.deepEqual(json(`[${elements.join(',')}]`), elements);
    assert.deepEqual(json(` [ ${elements.join(' ,\n\t')}\r\n] `), elements);
    assert.deepEqual(json('[]'), []);
    assert.deepEqual(json(' [ \n ] '), []);
    assert.deepEqual(json('[{}]'), ['{}']);
  });

  it('lets a broken element hurt only itself', () => {
    assert.deepEqual(json('[{"a":1,},{"b":2},{"c" 3},nope,{"d":"\x01"}]'), [
      '{"a":1,}',
      '{"b":2}',
      '{"c" 3}',
      'nope',
      '{"d":"\x01"}',
    ]);
  });

  it('refuses what cannot be divided', () => {
    const malformed = [
      ...[
        '',
        ' ',
        '\ufeff',
        '1',
        '"a"',
        'null',
        '[',
        '[{}',
        '[{}]]',
        '[{}]x',
        '[{},]',
        '[,]',
        '[,{}]',
        '[{},,{}]',
        '[{}}',
        '[{"a":"]',
      ],
      ...['[{"a":"\\"]', '[[]', '[{"a":"x\\', '[}', 'x[{}]'],
    ];
    for (const text of malformed)
      assert.equal(
        codeOf(() => json(text)),
        'malformed_body',
        text,
      );
  });

  it('refuses too many records', () => {
    assert.equal(json('[1,2,3]', 3).length, 3);
    assert.equal(
      codeOf(() => json('[1,2,3,4]', 3)),
      'too_many_records',
    );
  });

  it('agrees with JSON.parse for random arrays', () => {
    let state = 7;
    const below = (limit: number): number => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) % limit;
    const words = ['a', 'é', '"', '\\', ']', '[', '{', '}', ',', ':', '\n', '😀', ''];
    const value = (depth: number): unknown => {
      switch (below(depth > 3 ? 3 : 5)) {
        case 0:
          return Array.from({ length: below(4) }, () => words[below(words.length)]).join('');
        case 1:
          return below(1000) - 500;
        case 2:
          return [true, false, null][below(3)];
        case 3:
          return Array.from({ length: below(4) }, () => value(depth + 1));
        default:
          return Object.fromEntries(
            Array.from({ length: below(4) }, () => [words[below(words.length)], value(depth + 1)]),
          );
      }
    };
    for (let round = 0; round < 2000; round += 1) {
      const array = Array.from({ length: below(6) }, () => value(0));
      const text = JSON.stringify(array, null, below(3));
      assert.deepEqual(
        json(text).map((element) => JSON.parse(element) as unknown),
        array,
        text,
      );
      const cut = text.slice(0, below(text.length));
      assert.equal(
        codeOf(() => json(cut)),
        'malformed_body',
        cut,
      );
    }
  });
});

describe('splitNdjson', () => {
  it('takes each line, with CRLF, empty lines, a byte order mark and without the last line feed', () => {
    assert.deepEqual(ndjson('{"a":1}\n{"b":2}\n'), ['{"a":1}', '{"b":2}']);
    assert.deepEqual(ndjson('\ufeff{"a":1}\r\n\r\n \t\n\n  {"é":2} \r\n{"c":"\\n"}'), [
      '{"a":1}',
      '{"é":2}',
      '{"c":"\\n"}',
    ]);
    assert.deepEqual(ndjson('not json\n{}'), ['not json', '{}']);
    assert.deepEqual(ndjson(''), []);
    assert.deepEqual(ndjson('\n\r\n \n'), []);
  });

  it('refuses the record beyond the limit, not the empty line', () => {
    const lines = '{}\n'.repeat(10_000);
    assert.equal(ndjson(`${lines}\n\n`, 10_000).length, 10_000);
    assert.equal(
      codeOf(() => ndjson(`${lines}{}`, 10_000)),
      'too_many_records',
    );
  });
});
