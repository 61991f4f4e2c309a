import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Query } from '@paylog/shared/ports/query';
import { completionAt } from '@paylog/shared/query/completion-at';
import { parseQuery } from '@paylog/shared/query/parse-query';
import { QUERY_FIELDS } from '@paylog/shared/query/query-fields';
import { queryShape } from '@paylog/shared/query/query-shape';
import { queryTokens } from '@paylog/shared/query/query-tokens';
import { quoteValue } from '@paylog/shared/query/quote-value';
import { parseLevel } from '@paylog/shared/record/level';
import { seededRandom } from '@paylog/shared/testing/store-documents';

const NOW = Date.parse('2026-11-23T10:00:00Z');

function parse(text: string): Query {
  const parsed = parseQuery(text, { nowMs: NOW });
  assert.ok(parsed.ok, `${text}: ${parsed.ok ? '' : parsed.fault.message}`);
  return parsed.query;
}

describe('quoteValue', () => {
  it('quotes only what needs it', () => {
    assert.equal(quoteValue('service', 'payment-api'), 'service:payment-api');
    assert.equal(quoteValue('service', 'a b'), 'service:"a b"');
    assert.equal(quoteValue('service', 'or'), 'service:"or"');
    assert.equal(quoteValue('service', '*'), 'service:"*"');
    assert.equal(quoteValue('service', ''), 'service:""');
    assert.equal(quoteValue('service.name', 'a'), 'service:a');
    assert.equal(quoteValue('level', 'warn'), 'level:warn');
    assert.equal(quoteValue('http.path', '/v1/pay'), 'http.path:"/v1/pay"');
    assert.equal(quoteValue('message', 'card declined'), 'message:"card declined"');
    assert.equal(quoteValue('attributes.shard', '5'), 'attributes.shard:5');
    assert.equal(quoteValue('attributes.shard', '5.0'), 'attributes.shard:"5.0"');
    assert.equal(quoteValue('shard', 'a\nb'), 'attributes.shard:"a\\nb"');
    assert.equal(quoteValue('attributes.my key', 'a'), 'attributes.my\\ key:a');
    assert.equal(quoteValue('duration_ms', '-1.5'), 'duration_ms:"-1.5"');
    assert.equal(quoteValue('timestamp', '2026-11-20T08:00:00.000000000Z'), 'timestamp:2026-11-20T08:00:00.000000000Z');
  });

  it('cuts long texts with words where a word ends, if one does', () => {
    const long = quoteValue('message', 'ab '.repeat(1000));
    assert.deepEqual(parse(long), {
      op: 'phrase',
      field: { type: 'words', name: 'message' },
      text: 'ab '.repeat(170).trimEnd(),
      prefix: false,
    });
    assert.match(quoteValue('message', 'x'.repeat(1000)), /^message:"x{512}"\*$/);
  });

  it('finds exactly the value, for any text and any name of an attribute', () => {
    const random = seededRandom(7);
    const signs = [
      ...'ab0 :"\'\\*?()[]{}<>=-+!&|~^/\n\r\t\u0000\u0085\u2028.,;éß日💳\ud800\udc00_@$#%',
      'AND',
      'or',
      'TO',
      '//',
      '1e5',
      '\\n',
    ];
    const anyText = (most: number): string =>
      Array.from({ length: Math.floor(random() * most) }, () => signs[Math.floor(random() * signs.length)]).join('');
    const keywords = QUERY_FIELDS.filter(({ field }) => field.type === 'keyword').map(({ field }) => field.name);
    for (let round = 0; round < 20_000; round += 1) {
      const value = anyText(12);
      const name = keywords[round % keywords.length]!;
      const clause = quoteValue(name, value);
      const expected =
        name === 'level'
          ? (parseLevel(value) ?? value.toLowerCase())
          : name.endsWith('_id') && /^(trace|span)_/.test(name)
            ? value.toLowerCase()
            : value;
      assert.deepEqual(parse(clause), { op: 'equals', field: { type: 'keyword', name }, value: expected }, clause);
      assert.equal(decodeURIComponent(encodeURIComponent(clause)), clause);
      // Beside others, and turned round.
      const both: Query = parse(`a -${clause} (${clause})`);
      assert.ok(both.op === 'and' && both.of.length === 3 && both.of[1]?.op === 'not', clause);

      const path = `${anyText(8)}x`;
      const field = { type: 'attribute', path } as const;
      const found = parse(quoteValue(`attributes.${path}`, value));
      const equals = { op: 'equals', field, value } as const;
      const number = Number(value);
      const numeric: Query = { op: 'or', of: [equals, { op: 'range', field, gte: number, lte: number }] };
      assert.deepEqual(found, found.op === 'or' && String(number) === value ? numeric : equals);

      const words: Query = { op: 'phrase', field: { type: 'words', name: 'message' }, text: value, prefix: false };
      assert.deepEqual(parse(quoteValue('message', value)), words);
    }
  });

  it('finds exactly a number, for any double', () => {
    const random = seededRandom(8);
    for (let round = 0; round < 2000; round += 1) {
      const value = (random() - 0.5) * 10 ** Math.floor(random() * 600 - 300);
      const field = { type: 'number', name: 'duration_ms' };
      assert.deepEqual(parse(quoteValue('duration_ms', String(value))), { op: 'range', field, gte: value, lte: value });
    }
  });
});

describe('queryShape', () => {
  it('keeps names and operators, and no value', () => {
    const shapes = {
      '*': '*',
      secret: '?',
      'secre*': '?*',
      '"card declined"': '?',
      'level:error -timeout service:(a OR b OR c*)': 'level:? AND NOT ? AND (service:? x2 OR service:?*)',
      'a b c OR d': '(? x3) OR ?',
      'duration_ms:>5 http.status_code:5xx payment.amount_minor:{1 TO 5]':
        'duration_ms:>? AND http.status_code:[? TO ?} AND payment.amount_minor:{? TO ?]',
      'duration_ms:5 -error.stack:*': 'duration_ms:? AND NOT error.stack:*',
      'timestamp:>-1h OR timestamp:2026-11-20': 'timestamp:>=? OR timestamp:[? TO ?}',
      'shard:5 x.y:z': 'attributes.shard:? AND attributes.x.y:?',
      'NOT (a OR service:b)': 'NOT (? OR service:?)',
    };
    for (const [text, shape] of Object.entries(shapes)) assert.equal(queryShape(parse(text)), shape, text);
  });

  it('is bounded', () => {
    const names = Array.from({ length: 200 }, (_, at) => `attributes.name${at}:x`).join(' ');
    assert.equal(queryShape(parse(names)).length, 1000);
  });
});

describe('queryTokens', () => {
  it('says what each piece is', () => {
    const text = 'level:>=warn AND ("card x" OR -t*) d:[1 TO 5}';
    assert.deepEqual(
      queryTokens(text).map(({ kind, position, length }) => `${kind} ${text.slice(position, position + length)}`),
      [
        'field level', 'colon :', 'comparison >=', 'text warn', 'operator AND', 'bracket (', 'quoted "card x"', 'operator OR', 'operator -', 'text t*',
        'bracket )', 'field d', 'colon :', 'bracket [', 'text 1', 'operator TO', 'text 5', 'bracket }',
      ],
    ); // prettier-ignore
  });

  it('goes on in what is wrong', () => {
    assert.deepEqual(
      queryTokens('a "b c').map(({ kind, position, length }) => [kind, position, length]),
      [
        ['text', 0, 1],
        ['fault', 2, 4],
      ],
    );
    assert.equal(queryTokens('x'.repeat(9000)).at(-1)?.kind, 'fault');
  });
});

describe('completionAt', () => {
  /** `|` is the cursor. */
  const at = (text: string): unknown => completionAt(text.replace('|', ''), text.indexOf('|'));

  it('offers fields and words where a condition begins', () => {
    assert.deepEqual(at('|'), { kind: 'clause', typed: '', position: 0, length: 0, operators: false });
    assert.deepEqual(at('lev|'), { kind: 'clause', typed: 'lev', position: 0, length: 3, operators: false });
    assert.deepEqual(at('le|v x'), { kind: 'clause', typed: 'le', position: 0, length: 3, operators: false });
    assert.deepEqual(at('a |'), { kind: 'clause', typed: '', position: 2, length: 0, operators: true });
    assert.deepEqual(at('a AND |'), { kind: 'clause', typed: '', position: 6, length: 0, operators: false });
    assert.deepEqual(at('a OR|'), { kind: 'clause', typed: 'OR', position: 2, length: 2, operators: true });
    assert.deepEqual(at('a -s|'), { kind: 'clause', typed: 's', position: 3, length: 1, operators: false });
    assert.deepEqual(at('(s|'), { kind: 'clause', typed: 's', position: 1, length: 1, operators: false });
  });

  it('offers values behind a colon and in parentheses behind it', () => {
    const field = { type: 'keyword', name: 'service' };
    assert.deepEqual(at('service:|'), { kind: 'value', field, typed: '', position: 8, length: 0, comparisons: true });
    assert.deepEqual(at('service:pa|y b'), {
      kind: 'value',
      field,
      typed: 'pa',
      position: 8,
      length: 3,
      comparisons: true,
    });
    assert.deepEqual(at('service:"pay a|"'), {
      kind: 'value',
      field,
      typed: 'pay a',
      position: 8,
      length: 7,
      comparisons: true,
    });
    assert.deepEqual(at('service.name:(a OR b|)'), {
      kind: 'value',
      field,
      typed: 'b',
      position: 19,
      length: 1,
      comparisons: true,
    });
    const number = { type: 'number', name: 'duration_ms' };
    assert.deepEqual(at('duration_ms:>|'), {
      kind: 'value',
      field: number,
      typed: '',
      position: 13,
      length: 0,
      comparisons: false,
    });
    const attribute = { type: 'attribute', path: 'merchant' };
    assert.deepEqual(at('merchant:m|'), {
      kind: 'value',
      field: attribute,
      typed: 'm',
      position: 9,
      length: 1,
      comparisons: true,
    });
    assert.deepEqual(at('a service:x |'), { kind: 'clause', typed: '', position: 12, length: 0, operators: true });
  });

  it('offers nothing inside text and behind what is wrong', () => {
    for (const text of ['"card d|', '"card"|', 'service: |', 'duration_ms:[1 |', 'servcie:|', '(a)|']) {
      assert.deepEqual(at(text), { kind: 'none' }, text);
    }
  });
});
