import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { completionAt } from '@paylog/shared/query/completion-at';
import { describeFault } from '@paylog/shared/query/describe-fault';
import { parseQuery } from '@paylog/shared/query/parse-query';
import type { QueryFault } from '@paylog/shared/query/query-fault';
import { MAX_QUERY_LENGTH } from '@paylog/shared/query/query-limits';
import { queryTokens } from '@paylog/shared/query/query-tokens';
import { seededRandom } from '@paylog/shared/testing/store-documents';

const NOW = Date.parse('2026-11-23T10:00:00Z');

function faultOf(text: string): QueryFault {
  const parsed = parseQuery(text, { nowMs: NOW });
  assert.ok(!parsed.ok, `${text} was taken`);
  return parsed.fault;
}

/** Text, the piece of it that the fault points at, part of the message, part of the advice. */
type Case = readonly [text: string, at: string | number, message: string, advice?: string];

function holds(cases: readonly Case[]): void {
  for (const [text, at, message, advice] of cases) {
    const fault = faultOf(text);
    const place =
      typeof at === 'number' ? { position: at, length: 0 } : { position: text.lastIndexOf(at), length: at.length };
    assert.deepEqual({ position: fault.position, length: fault.length }, place, `${text}: ${JSON.stringify(fault)}`);
    assert.ok(fault.message.includes(message), `${text}: ${fault.message}`);
    if (advice !== undefined) assert.ok(fault.advice?.includes(advice), `${text}: ${fault.advice ?? 'no advice'}`);
  }
}

describe('faults of queries', () => {
  it('says which value is wrong and what would be right', () => {
    holds([
      ['duration_ms:>abc', 'abc', 'expected a number', '2s'],
      ['a duration_ms:[1 TO x]', 'x', 'expected a number'],
      ['http.status_code:5*', '5*', 'expected a number', '5xx'],
      ['payment.amount_minor:1e999', '1e999', 'expected a number'],
      ['shard:>x', 'x', 'expected a number', 'only numbers are compared'],
      ['level:eror', 'eror', 'expected a level', 'warn'],
      ['level:[info TO x]', 'x', 'expected a level'],
      ['level:>fatal', '>fatal', 'no such level'],
      ['timestamp:yesterday', 'yesterday', 'expected a time', '-15m'],
      ['timestamp:>2026-02-30', '2026-02-30', 'expected a time'],
      ['timestamp:>2026-11-20T08:00', '2026-11-20T08:00', 'expected a time', 'time zone'],
      ['timestamp:>9999-01-01', '9999-01-01', 'expected a time'],
      ['timestamp:-15m', '-15m', 'single moment', 'timestamp:>=-15m'],
      ['service:>a', '>a', 'holds text', 'quotes'],
      ['message:[a TO b]', '[a TO b]', 'holds text'],
      ['duration_ms:[5 TO 1]', '[5 TO 1]', 'nothing lies in this range', 'smaller number first'],
      ['duration_ms:{5 TO 5]', '{5 TO 5]', 'nothing lies'],
      ['timestamp:[now TO -1h]', '[now TO -1h]', 'nothing lies', 'earlier time first'],
    ]);
  });

  it('says which field is misspelled, and never looks for it in silence', () => {
    holds([
      ['servcie:x', 'servcie', 'did you mean `service`?', 'attributes.servcie'],
      ['servic:x', 'servic', 'did you mean `service`?'],
      ['levels:x', 'levels', 'did you mean `level`?'],
      ['Level:x', 'Level', 'did you mean `level`?'],
      ['payment_id:x', 'payment_id', 'did you mean `payment.id`?'],
      ['durationMs:5', 'durationMs', 'did you mean `duration_ms`?'],
      ['attributes:x', 'attributes', 'searched by their names'],
      ['_exists_:x', '_exists_', 'otherwise', 'error.stack:*'],
      ['payment.*:x', '*', 'no wildcard'],
      ['12:30', '12', 'no name of a field', 'quotes'],
      [':x', ':', 'name of a field in front'],
      ['http://x.example', 'http://x.example', 'address', 'quotes'],
      ['level: error', 6, 'expected a value', 'level:error'],
      ['level:', 6, 'expected a value'],
      ['(level:)', 7, 'expected a value'],
    ]);
    for (const name of ['ip', 'cost', 'merchant', 'x', 'payment.scheme']) {
      assert.ok(parseQuery(`${name}:x`, { nowMs: NOW }).ok, name);
    }
  });

  it('says what is missing or too much', () => {
    holds(
      [
        ['a OR', 'OR', 'nothing behind `OR`', '"OR"'],
        ['a AND OR b', 'AND', 'nothing behind'],
        ['OR a', 'OR', 'nothing in front of'],
        ['(AND a)', 'AND', 'nothing in front of'],
        ['a NOT', 'NOT', 'nothing behind'],
        ['a (b', '(', 'not closed'],
        ['a b)', ')', 'no parenthesis to close'],
        ['a ()', '()', 'nothing in these parentheses'],
        ['service:()', '()', 'nothing in these parentheses'],
        ['a "b c', '"', 'not closed'],
        ['a\\', '\\', 'none'],
        ['a\\q', '\\q', 'no escape', '\\\\'],
        ['a"b', '"', 'not closed'],
        ['"b"c', 'c', 'quotes go around'],
        ['duration_ms:[1 TO 5', '[', 'not closed', ']'],
        ['duration_ms:[1 TO', 17, 'expected the end'],
        ['duration_ms:[1,5]', 16, 'expected ` TO `', '[100 TO 200]'],
        ['duration_ms:[', 13, 'expected the beginning'],
        ['duration_ms:>', 13, 'expected a value'],
        ['> 5', '>', 'field in front'],
        ['retry(3)', '(', 'expected a space', '"retry(3)"'],
        ['- a', '-', 'directly in front'],
        ['a | b', '|', 'no word'],
        ['service:(a b)', 'b', 'cannot be both', 'OR'],
      ].map((one) => one as unknown as Case),
    );
  });

  it('says what other query languages have and this one has not', () => {
    holds([
      ['*foo', '*', 'in front', 'beginning'],
      ['service:*foo', '*', 'in front'],
      ['a*b', '*', 'only at the end', 'mrc_*'],
      ['wha?', '?', 'no wildcard', '\\?'],
      ['/fo.*/', '/fo.*/', 'regular expressions'],
      ['http.path:/x/', '/x/', 'regular expressions', 'quotes'],
      ['/a(b|c)/', '/a(b|c)/'.slice(0, 3), 'regular expressions'],
      ['declned~', 'declned~', 'fuzzy'],
      ['"a b"~3', '~3', 'distance'],
      ['a^2', 'a^2', 'boost'],
      ['"a b"^2', '^2', 'boost'],
      ['a or b', 'or', 'could be an operator', 'OR'],
      ['card not present', 'not', 'could be an operator', 'quotes'],
      ["'card declined'", "'card", 'double quotes'],
      ['“card declined”', '“card', 'keyboard'],
      ['level=error', 'level=error', 'colon', 'level:error'],
      ['duration_ms>=500', 'duration_ms>=500', 'colon', 'duration_ms:>=500'],
      ['service!=a', 'service!=a', 'colon', '-service:a'],
    ]);
  });

  it('bounds length, conditions and nesting', () => {
    const long = 'a'.repeat(MAX_QUERY_LENGTH);
    assert.ok(parseQuery(long, { nowMs: NOW }).ok);
    assert.equal(faultOf(`${long}b`).position, MAX_QUERY_LENGTH);
    const terms = (n: number): string => Array.from({ length: n }, (_, at) => `a${at}`).join(' OR ');
    assert.ok(parseQuery(terms(200), { nowMs: NOW }).ok);
    assert.equal(faultOf(terms(201)).position, terms(200).length + 4);
    assert.match(faultOf(`service:(${terms(201)})`).message, /200 conditions/);
    const nested = (n: number): string => `${'('.repeat(n)}a${')'.repeat(n)}`;
    assert.ok(parseQuery(nested(20), { nowMs: NOW }).ok);
    assert.equal(faultOf(nested(21)).position, 20);
  });

  it('is told in one line with its place', () => {
    const told = (text: string): string => describeFault(text, faultOf(text));
    assert.equal(told('duration_ms:>abc'), '`duration_ms:>abc`: expected a number, at 14');
    assert.equal(told('service:a duration_ms:>abc b'), '`duration_ms:>abc`: expected a number, at 24');
    assert.equal(told('a level:'), '`level:`: expected a value, at 9');
    assert.ok(told(`${'x'.repeat(5000)}*${'y'.repeat(2000)}`).length < 200);
  });

  it('never throws and is quick, whatever the text', () => {
    const pieces = [
      ...'()[]{}"\'\\:*?<>=-+!&|~^/ \t\n,.0aé💳\ud800\u0000',
      'AND', 'OR', 'NOT', ' TO ', 'level:', 'duration_ms:>', 'timestamp:[', 'attributes.', 'message:"', '\\u00', 'now', '-15m', '5xx', '1e9',
    ]; // prettier-ignore
    const random = seededRandom(5);
    for (let round = 0; round < 20_000; round += 1) {
      const length = 1 + Math.floor(random() * 30);
      const text = Array.from({ length }, () => pieces[Math.floor(random() * pieces.length)]).join('');
      const parsed = parseQuery(text, { nowMs: NOW });
      if (!parsed.ok) {
        const { position, length: wrong, message } = parsed.fault;
        assert.ok(
          position >= 0 && wrong >= 0 && position + wrong <= text.length && message !== '',
          `${text} ${JSON.stringify(parsed.fault)}`,
        );
        assert.ok(describeFault(text, parsed.fault).length < 300, describeFault(text, parsed.fault));
      }
      let end = 0;
      for (const token of queryTokens(text)) {
        assert.ok(token.position >= end && token.length > 0, text);
        assert.equal(text.slice(end, token.position).trim(), '', text);
        end = token.position + token.length;
      }
      assert.equal(text.slice(end).trim(), '', text);
      completionAt(text, Math.floor(random() * (text.length + 1)));
    }
  });

  it('takes time in proportion to the text', () => {
    const hostile = [
      '(',
      '-',
      'NOT ',
      '"',
      '\\',
      'a:(',
      '*',
      '[',
      'a:[',
      'a OR ',
      '~',
      ' ',
      'a"',
      ':',
      "'",
      '/',
      '/a',
      'a.',
      '1',
      '((a) ',
    ];
    for (const piece of hostile) {
      for (const size of [MAX_QUERY_LENGTH, 100_000]) {
        const text = piece.repeat(Math.ceil(size / piece.length)).slice(0, size);
        const start = performance.now();
        const parsed = parseQuery(text, { nowMs: NOW });
        if (!parsed.ok) describeFault(text, parsed.fault);
        queryTokens(text);
        completionAt(text, Math.floor(size / 2));
        const tookMs = performance.now() - start;
        assert.ok(tookMs < 500, `${JSON.stringify(piece)} x ${size} took ${tookMs} ms`);
      }
    }
  });
});
