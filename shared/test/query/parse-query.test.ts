import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Query } from '@paylog/shared/ports/query';
import { parseQuery } from '@paylog/shared/query/parse-query';
import { fieldName } from '@paylog/shared/query/resolve-field';
import { bareQuery } from '@paylog/shared/query/text-leaves';

const NOW = Date.parse('2026-11-23T10:00:00Z');

function parse(text: string): Query {
  const parsed = parseQuery(text, { nowMs: NOW });
  assert.ok(parsed.ok, `${text}: ${parsed.ok ? '' : parsed.fault.message}`);
  return parsed.query;
}

/** The tree in short: `(a & b)`, `(a | b)`, `!a`, and leaves with their values as JSON. */
function brief(query: Query): string {
  switch (query.op) {
    case 'all':
      return 'all';
    case 'and':
      return `(${query.of.map(brief).join(' & ')})`;
    case 'or': {
      const [first] = query.of;
      const isBare =
        first?.op === 'phrase' && JSON.stringify(bareQuery(first.text, first.prefix)) === JSON.stringify(query);
      return isBare ? `${first.text}${first.prefix ? '*' : ''}` : `(${query.of.map(brief).join(' | ')})`;
    }
    case 'not':
      return `!${brief(query.of)}`;
    default: {
      const { op, field, ...rest } = query;
      return `${op} ${fieldName(field)} ${JSON.stringify(rest)}`;
    }
  }
}

function same(cases: Readonly<Record<string, string>>): void {
  for (const [text, expected] of Object.entries(cases)) assert.equal(brief(parse(text)), expected, text);
}

describe('the query language', () => {
  it('joins: a space is AND, AND binds tighter than OR, NOT and - exclude', () => {
    same({
      '': 'all',
      '  \t\n ': 'all',
      '*': 'all',
      '*:*': 'all',
      a: 'a',
      'a b': '(a & b)',
      'a AND b': '(a & b)',
      'a && b || c': '((a & b) | c)',
      'a OR b c': '(a | (b & c))',
      'a b OR c d': '((a & b) | (c & d))',
      '(a OR b) AND NOT c': '((a | b) & !c)',
      '-a': '!a',
      '!a +b': '(!a & b)',
      'NOT NOT a': 'a',
      'NOT -a': 'a',
      'NOT (a b)': '!(a & b)',
      'NOT(a)': '!a',
      '((a))': 'a',
      'a -(b OR c)': '(a & !(b | c))',
      'NOT *': '!all',
      '--verbose': '--verbose',
    });
  });

  it('finds text without a field in message and error, and words without spaces as ids', () => {
    const query = parse('Card-Declined');
    assert.ok(query.op === 'or');
    assert.deepEqual(
      query.of.map((leaf) => brief(leaf)),
      [
        'phrase message {"text":"Card-Declined","prefix":false}',
        'phrase error.message {"text":"Card-Declined","prefix":false}',
        'phrase error.stack {"text":"Card-Declined","prefix":false}',
        'equals id {"value":"Card-Declined"}',
        'equals trace_id {"value":"card-declined"}',
        'equals span_id {"value":"card-declined"}',
        'equals request_id {"value":"Card-Declined"}',
        'equals payment.id {"value":"Card-Declined"}',
        'equals payment.merchant_id {"value":"Card-Declined"}',
      ],
    );
    const phrase = parse('"card declined"');
    assert.ok(phrase.op === 'or');
    assert.equal(phrase.of.length, 3);
    same({ 'decl*': 'decl*', '"card decl"*': 'card decl*', '[warn]': '[warn]', 'key=value': 'key=value' });
  });

  it('reads words, exact texts, beginnings and existence', () => {
    same({
      'message:declined': 'phrase message {"text":"declined","prefix":false}',
      'message:"card declined"': 'phrase message {"text":"card declined","prefix":false}',
      'error.message:time*': 'phrase error.message {"text":"time","prefix":true}',
      'error.stack_trace:*': 'exists error.stack {}',
      'message:(a b)': '(phrase message {"text":"a","prefix":false} & phrase message {"text":"b","prefix":false})',
      'service:payment-api': 'equals service {"value":"payment-api"}',
      'service.name:"a b"': 'equals service {"value":"a b"}',
      'service:pay*': 'prefix service {"value":"pay"}',
      'service:"pay "*': 'prefix service {"value":"pay "}',
      'service:*': 'exists service {}',
      'service:"*"': 'equals service {"value":"*"}',
      'service:\\*': 'equals service {"value":"*"}',
      'service:AND': 'equals service {"value":"AND"}',
      'service:not': 'equals service {"value":"not"}',
      'service:""': 'equals service {"value":""}',
      'id:a:b:c': 'equals id {"value":"a:b:c"}',
      'http.path:/v1/pay/': 'equals http.path {"value":"/v1/pay/"}',
      'service:(a OR -b)': '(equals service {"value":"a"} | !equals service {"value":"b"})',
      'service:((a OR b) -c)':
        '((equals service {"value":"a"} | equals service {"value":"b"}) & !equals service {"value":"c"})',
      'trace_id:ABCdef*': 'prefix trace_id {"value":"abcdef"}',
      'span.id:ABC': 'equals span_id {"value":"abc"}',
    });
  });

  it('reads levels with their synonyms, and by severity', () => {
    same({
      'level:ERR': 'equals level {"value":"error"}',
      'severity:50': 'equals level {"value":"error"}',
      'level:>=error': '(equals level {"value":"error"} | equals level {"value":"fatal"})',
      'level:>error': 'equals level {"value":"fatal"}',
      'level:<info': '(equals level {"value":"trace"} | equals level {"value":"debug"})',
      'level:[warning TO error]': '(equals level {"value":"warn"} | equals level {"value":"error"})',
      'level:{info TO error}': 'equals level {"value":"warn"}',
      'level:ERR*': 'prefix level {"value":"err"}',
      'level:"Loud"': 'equals level {"value":"loud"}',
    });
  });

  it('reads numbers, their ranges with any brackets, units and classes of status codes', () => {
    same({
      'duration_ms:500': 'range duration_ms {"gte":500,"lte":500}',
      'duration_ms:-0': 'range duration_ms {"gte":0,"lte":0}',
      'duration_ms:"500"': 'range duration_ms {"gte":500,"lte":500}',
      'duration_ms:>500': 'range duration_ms {"gt":500}',
      'duration_ms:>= 5e2': 'range duration_ms {"gte":500}',
      'duration_ms:<.5': 'range duration_ms {"lt":0.5}',
      'duration_ms:<=-1.5': 'range duration_ms {"lte":-1.5}',
      'duration_ms:>1.5s': 'range duration_ms {"gt":1500}',
      'payment.latency_ms:[250ms TO 1m}': 'range payment.latency_ms {"gte":250,"lt":60000}',
      'payment.amount_minor:[1000 TO 50000]': 'range payment.amount_minor {"gte":1000,"lte":50000}',
      'payment.amount_minor:{1000 TO 50000}': 'range payment.amount_minor {"gt":1000,"lt":50000}',
      'payment.amount_minor:[1000 to *]': 'range payment.amount_minor {"gte":1000}',
      'payment.amount_minor:{* TO 5]': 'range payment.amount_minor {"lte":5}',
      'payment.amount_minor:[* TO *]': 'exists payment.amount_minor {}',
      'payment.amount_minor:(>5 <10)': '(range payment.amount_minor {"gt":5} & range payment.amount_minor {"lt":10})',
      'payment.amount_minor:([1 TO 2] OR 7)':
        '(range payment.amount_minor {"gte":1,"lte":2} | range payment.amount_minor {"gte":7,"lte":7})',
      'http.status_code:5xx': 'range http.status_code {"gte":500,"lt":600}',
      'http.status_code:>4xx': 'range http.status_code {"gte":500}',
      'http.status_code:<=4XX': 'range http.status_code {"lt":500}',
      'http.status_code:[4xx TO 5xx]': 'range http.status_code {"gte":400,"lt":600}',
    });
  });

  it('reads times: as much of the time line as they say', () => {
    const time = (from: string | undefined, to?: string): string =>
      `time timestamp ${JSON.stringify({ ...(from && { from }), ...(to && { to }) })}`;
    same({
      'timestamp:2026-11-20': time('2026-11-20T00:00:00.000000000Z', '2026-11-21T00:00:00.000000000Z'),
      'timestamp:2026-11-20T08:15Z': time('2026-11-20T08:15:00.000000000Z', '2026-11-20T08:16:00.000000000Z'),
      '@timestamp:2026-11-20T08:15:59+01:00': time('2026-11-20T07:15:59.000000000Z', '2026-11-20T07:16:00.000000000Z'),
      'timestamp:2026-11-20T08:15:59.25Z': time('2026-11-20T08:15:59.250000000Z', '2026-11-20T08:15:59.260000000Z'),
      'timestamp:2026-11-20T08:15:59.999999999Z': time(
        '2026-11-20T08:15:59.999999999Z',
        '2026-11-20T08:16:00.000000000Z',
      ),
      'timestamp:1763900000123': time('2025-11-23T12:13:20.123000000Z', '2025-11-23T12:13:20.124000000Z'),
      'timestamp:>2026-11-20': time('2026-11-21T00:00:00.000000000Z'),
      'timestamp:>=2026-11-20': time('2026-11-20T00:00:00.000000000Z'),
      'timestamp:<2026-11-20': time(undefined, '2026-11-20T00:00:00.000000000Z'),
      'timestamp:<=2026-11-20': time(undefined, '2026-11-21T00:00:00.000000000Z'),
      'timestamp:[2026-11-19 TO 2026-11-20]': time('2026-11-19T00:00:00.000000000Z', '2026-11-21T00:00:00.000000000Z'),
      'timestamp:{2026-11-19 TO 2026-11-21}': time('2026-11-20T00:00:00.000000000Z', '2026-11-21T00:00:00.000000000Z'),
      'timestamp:>=-1h30m': time('2026-11-23T08:30:00.000000000Z'),
      'timestamp:[now-1d TO now]': time('2026-11-22T10:00:00.000000000Z', '2026-11-23T10:00:00.001000000Z'),
      'timestamp:[* TO -7d}': time(undefined, '2026-11-16T10:00:00.000000000Z'),
      'timestamp:<=2262-04-11T23:47:16.854775807Z': 'exists timestamp {}',
      'timestamp:>2262-04-11T23:47:16.854775807Z': '()',
      'event.ingested:<2026-11-20': 'time received_at {"to":"2026-11-20T00:00:00.000000000Z"}',
    });
  });

  it('reads attributes: by their path or alone, as texts and as numbers', () => {
    same({
      'attributes.shop.id:x': 'equals attributes.shop.id {"value":"x"}',
      'merchant:x': 'equals attributes.merchant {"value":"x"}',
      'attributes.service:x': 'equals attributes.service {"value":"x"}',
      'attributes.my\\ key:x': 'equals attributes.my key {"value":"x"}',
      'attributes."my: key".b:x': 'equals attributes.my: key.b {"value":"x"}',
      'merchant:mrc_*': 'prefix attributes.merchant {"value":"mrc_"}',
      'merchant:*': 'exists attributes.merchant {}',
      'shard:5': '(equals attributes.shard {"value":"5"} | range attributes.shard {"gte":5,"lte":5})',
      'shard:-1.50': '(equals attributes.shard {"value":"-1.50"} | range attributes.shard {"gte":-1.5,"lte":-1.5})',
      'shard:"5"': '(equals attributes.shard {"value":"5"} | range attributes.shard {"gte":5,"lte":5})',
      'shard:"5.0"': 'equals attributes.shard {"value":"5.0"}',
      'shard:1e21': '(equals attributes.shard {"value":"1e21"} | range attributes.shard {"gte":1e+21,"lte":1e+21})',
      'shard:007': 'equals attributes.shard {"value":"007"}',
      'order:12345678901234567890': 'equals attributes.order {"value":"12345678901234567890"}',
      'shard:>5': 'range attributes.shard {"gt":5}',
      'shard:[1 TO 5}': 'range attributes.shard {"gte":1,"lt":5}',
      'flag:true': 'equals attributes.flag {"value":"true"}',
      'url:http://x/y': 'equals attributes.url {"value":"http://x/y"}',
    });
  });

  it('reads escapes in and out of quotes', () => {
    same({
      'service:a\\ b\\"\\(c\\)': 'equals service {"value":"a b\\"(c)"}',
      'service:"a\\"b\\\\c\\n\\t\\u00e9\\(\\ "': 'equals service {"value":"a\\"b\\\\c\\n\\té( "}',
      'a\\:b': 'a:b',
      '\\-a': '-a',
      '"AND"': 'AND',
    });
  });
});
