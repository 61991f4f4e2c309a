import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import type { AttributeField, KnownField, Query, RangeQuery } from '../ports/query.ts';
import type { StoreDocument } from '../ports/store.ts';
import { acceptedDocuments, storeDocument, timeOf } from './store-documents.ts';
import { idsOf, store, type MakeStoreHarness, type StoreHarness } from './store-harness.ts';
import { StoreModel } from './store-model.ts';

/** What is asked, and which of the group's records (by id, in their order) hold. */
type Case = readonly [name: string, query: Query, ids: readonly string[]];

const words = (name: string): KnownField<'words'> => ({ type: 'words', name });
const keyword = (name: string): KnownField<'keyword'> => ({ type: 'keyword', name });
const number = (name: string): KnownField<'number'> => ({ type: 'number', name });
const attribute = (path: string): AttributeField => ({ type: 'attribute', path });

const phrase = (text: string, name = 'message'): Query => ({ op: 'phrase', field: words(name), text, prefix: false });
const begins = (text: string, name = 'message'): Query => ({ op: 'phrase', field: words(name), text, prefix: true });
const equals = (field: KnownField<'keyword'> | AttributeField, value: string): Query => ({
  op: 'equals',
  field,
  value,
});
const prefix = (field: KnownField<'keyword'> | AttributeField, value: string): Query => ({
  op: 'prefix',
  field,
  value,
});
const exists = (field: KnownField | AttributeField): Query => ({ op: 'exists', field });
const range = (field: RangeQuery['field'], bounds: Omit<RangeQuery, 'op' | 'field'>): Query => ({
  op: 'range',
  field,
  ...bounds,
});
const not = (of: Query): Query => ({ op: 'not', of });
const and = (...of: readonly Query[]): Query => ({ op: 'and', of });
const or = (...of: readonly Query[]): Query => ({ op: 'or', of });

/** Records by id, from JSON text of what they have besides id, message and service. */
function accepted(records: Readonly<Record<string, string>>): StoreDocument[] {
  return acceptedDocuments(
    Object.entries(records).map(([id, rest]) => {
      const message = rest.includes('"message"') ? '' : `"message":"m",`;
      return `{"id":"${id}",${message}"service":"s"${rest === '' ? '' : `,${rest}`}}`;
    }),
  );
}

const message = (text: string): string => `"message":${JSON.stringify(text)}`;

const PHRASE_DOCUMENTS = accepted({
  a: message('Card declined by issuer'),
  b: message('card-declined: do not honour'),
  c: message('declined card, the cards declined'),
  d: message('the card was declined'),
  e: message('card "declined"'),
  f: message('CARD\n\tDECLINED'),
  g: message('Überweisung nach Zürich — abgelehnt'),
  h: message('платёж отклонён банком'),
  i: message("don't stop at 3.14 or 1,000"),
  j: message('支付失败 请重试'),
  k: message(''),
  l: message('... --- !!!'),
  m: `"message":"x","error":{"message":"Card expired","stack":"Error: Card expired\\n    at Gateway.charge (gateway.js:10:5)\\n    at async run"}`,
  n: `"message":"x","error":{"message":"expired"}`,
  o: message('card card declined'),
  p: message('a b a c a b d'),
});

const PHRASES: readonly Case[] = [
  ['one word', phrase('declined'), ['a', 'b', 'c', 'd', 'e', 'f', 'o']],
  ['words next to each other', phrase('card declined'), ['a', 'b', 'e', 'f', 'o']],
  ['words in this order', phrase('declined card'), ['c']],
  ['in any case', phrase('CARD Declined BY'), ['a']],
  ['signs between words', phrase('card, (declined)!'), ['a', 'b', 'e', 'f', 'o']],
  ['quotes in the text', phrase('"card" "declined"'), ['a', 'b', 'e', 'f', 'o']],
  ['what looks like a query', phrase('card AND declined'), []],
  ['a star is a sign', phrase('car*'), []],
  ['no part of a word', phrase('car'), []],
  ['a word that is repeated', phrase('card card declined'), ['o']],
  ['a phrase that nearly occurs before', phrase('a b d'), ['p']],
  ['letters beyond ASCII', phrase('ÜBERWEISUNG nach zürich'), ['g']],
  ['Cyrillic', phrase('ПЛАТЁЖ отклонён'), ['h']],
  ['an apostrophe and numbers', phrase("don't stop at 3.14"), ['i']],
  ['a number with a comma', phrase('1,000'), ['i']],
  ['no part of a number', phrase('14'), []],
  ['Han', phrase('失败 请'), ['j']],
  ['an empty text', phrase(''), []],
  ['a text without words', phrase('... !'), []],
  ['not a text without words', not(phrase('--')), 'abcdefghijklmnop'.split('')],
  ['error.message', phrase('card expired', 'error.message'), ['m']],
  ['error.stack', phrase('at gateway.charge', 'error.stack'), ['m']],
  ['error.stack across lines', phrase('expired at Gateway.charge', 'error.stack'), ['m']],
  ['another field', phrase('expired', 'error.message'), ['m', 'n']],
  ['not in a field that is not there', not(phrase('expired', 'error.message')), 'abcdefghijklop'.split('')],
  ['the beginning of a word', begins('decl'), ['a', 'b', 'c', 'd', 'e', 'f', 'o']],
  ['the beginning in capitals', begins('DECL'), ['a', 'b', 'c', 'd', 'e', 'f', 'o']],
  ['a whole word as a beginning', begins('card'), ['a', 'b', 'c', 'd', 'e', 'f', 'o']],
  ['a phrase whose last word goes on', begins('card decl'), ['a', 'b', 'e', 'f', 'o']],
  ['three words of which the last goes on', begins('card card dec'), ['o']],
  ['a phrase with a prefix that nearly occurs before', begins('a b d'), ['p']],
  ['only the last word goes on', begins('car declined'), []],
  ['the beginning behind a sign', begins('card-de'), ['a', 'b', 'e', 'f', 'o']],
  ['a sign behind the beginning', begins('card decl!'), ['a', 'b', 'e', 'f', 'o']],
  ['the beginning beyond ASCII', begins('überw'), ['g']],
  ['a Cyrillic phrase whose last word goes on', begins('платёж откл'), ['h']],
  ['the beginning with an apostrophe', begins("don't st"), ['i']],
  ['the beginning of a number', begins('3.1'), ['i']],
  ['the beginning of a name with a dot', begins('at gateway.ch', 'error.stack'), ['m']],
  ['an empty beginning', begins(''), []],
  ['a beginning without words', begins('...'), []],
];

const LONG = 'v'.repeat(1024);

const KEYWORD_DOCUMENTS = [
  ...accepted({
    a: '"level":"ERROR","environment":"prod","payment":{"id":"pay 1","status":"declined"}',
    b: '"level":"error","environment":"Prod","payment":{"id":""}',
    c: '"level":"warn","environment":"production","payment":{}',
    d: '"environment":"*"',
    e: '"environment":"a\\"b\\\\c:d (e)"',
    f: `"http":{"path":"${LONG}"}`,
    g: `"http":{"path":"${LONG}v"}`,
    h: '"host":"ünï-💳","logger":"a.b.C"',
  }),
  storeDocument({ id: 'i', timestamp: timeOf('2026-11-20', 43_200), dataSet: 'other', service: 'Ledger' }),
];

const KEYWORDS: readonly Case[] = [
  ['a text', equals(keyword('environment'), 'prod'), ['a']],
  ['capitals count', equals(keyword('environment'), 'Prod'), ['b']],
  ['but not of a level', equals(keyword('level'), 'error'), ['a', 'b']],
  ['whichever side has them', equals(keyword('level'), 'Error'), ['a', 'b']],
  ['a space', equals(keyword('payment.id'), 'pay 1'), ['a']],
  ['an empty text', equals(keyword('payment.id'), ''), ['b']],
  ['a star stands for itself', equals(keyword('environment'), '*'), ['d']],
  ['quotes and signs', equals(keyword('environment'), 'a"b\\c:d (e)'), ['e']],
  ['beyond ASCII', equals(keyword('host'), 'ünï-💳'), ['h']],
  ['the id', equals(keyword('id'), 'c'), ['c']],
  ['the service', equals(keyword('service'), 'Ledger'), ['i']],
  ['the data set', equals(keyword('data_set'), 'other'), ['i']],
  ['a value of 1,024 characters', equals(keyword('http.path'), LONG), ['f']],
  ['a longer value', equals(keyword('http.path'), `${LONG}v`), []],
  ['a value that does not occur', equals(keyword('payment.status'), 'captured'), []],
  ['not a value', not(equals(keyword('payment.status'), 'declined')), 'bcdefghi'.split('')],
  ['the beginning', prefix(keyword('environment'), 'prod'), ['a', 'c']],
  ['the beginning with a capital', prefix(keyword('environment'), 'P'), ['b']],
  ['the beginning of a level', prefix(keyword('level'), 'ERR'), ['a', 'b']],
  ['a star in the beginning', prefix(keyword('environment'), '*'), ['d']],
  ['the beginning beyond ASCII', prefix(keyword('host'), 'ü'), ['h']],
  ['the beginning up to a dot', prefix(keyword('logger'), 'a.'), ['h']],
  ['a long beginning', prefix(keyword('http.path'), LONG.slice(0, 200)), ['f']],
  ['there', exists(keyword('payment.id')), ['a', 'b']],
  ['there, though too long to be found', exists(keyword('http.path')), ['f', 'g']],
  ['not there', not(exists(keyword('environment'))), ['f', 'g', 'h', 'i']],
  ['words that are there', exists(words('message')), 'abcdefghi'.split('')],
  ['words that are not there', exists(words('error.stack')), []],
  ['a time that is there', exists({ type: 'time', name: 'timestamp' }), 'abcdefghi'.split('')],
];

const NUMBER_DOCUMENTS = accepted({
  a: '"duration_ms":12.5,"payment":{"amount_minor":1000}',
  b: '"duration_ms":-0.0,"payment":{"amount_minor":-5}',
  c: '"duration_ms":0,"payment":{"amount_minor":0}',
  d: '"duration_ms":1e-320',
  e: '"duration_ms":1e300,"http":{"status_code":200.0}',
  f: '"duration_ms":-3,"http":{"status_code":404}',
  g: '"payment":{"amount_minor":9000000000000000000}',
  h: '',
});

const DURATION = number('duration_ms');
const AMOUNT = number('payment.amount_minor');
const STATUS = number('http.status_code');

const NUMBERS: readonly Case[] = [
  ['above', range(DURATION, { gt: 12.5 }), ['e']],
  ['from', range(DURATION, { gte: 12.5 }), ['a', 'e']],
  ['below', range(DURATION, { lt: 12.5 }), ['b', 'c', 'd', 'f']],
  ['up to', range(DURATION, { lte: 12.5 }), ['a', 'b', 'c', 'd', 'f']],
  ['between', range(DURATION, { gt: -3, lte: 12.5 }), ['a', 'b', 'c', 'd']],
  ['nothing between', range(DURATION, { gt: 12.5, lt: 12.5 }), []],
  ['from zero', range(DURATION, { gte: 0 }), ['a', 'b', 'c', 'd', 'e']],
  ['above zero', range(DURATION, { gt: 0 }), ['a', 'd', 'e']],
  ['below zero', range(DURATION, { lt: 0 }), ['f']],
  ['up to zero', range(DURATION, { lte: 0 }), ['b', 'c', 'f']],
  ['from minus zero', range(DURATION, { gte: -0 }), ['a', 'b', 'c', 'd', 'e']],
  ['below minus zero', range(DURATION, { lt: -0 }), ['f']],
  ['zero itself', range(DURATION, { gte: 0, lte: 0 }), ['b', 'c']],
  [
    'the largest numbers',
    range(DURATION, { gte: -Number.MAX_VALUE, lte: Number.MAX_VALUE }),
    ['a', 'b', 'c', 'd', 'e', 'f'],
  ],
  ['a whole number', range(AMOUNT, { gte: 1000, lte: 1000 }), ['a']],
  ['whole numbers above a fraction', range(AMOUNT, { gt: -0.5 }), ['a', 'c', 'g']],
  ['whole numbers below a fraction', range(AMOUNT, { lt: 999.5 }), ['b', 'c']],
  ['whole numbers up to a fraction', range(AMOUNT, { lte: 1000.5 }), ['a', 'b', 'c']],
  ['whole numbers from a fraction', range(AMOUNT, { gte: -4.5 }), ['a', 'c', 'g']],
  ['a large whole number', range(AMOUNT, { gte: 9e18, lte: 9e18 }), ['g']],
  ['above every whole number', range(AMOUNT, { gt: 1e300 }), []],
  ['below every whole number', range(AMOUNT, { lte: -1e300 }), []],
  ['between bounds beyond every whole number', range(AMOUNT, { gte: -1e300, lt: 1e19 }), ['a', 'b', 'c', 'g']],
  ['a status written with a fraction', range(STATUS, { gte: 200, lt: 300 }), ['e']],
  ['statuses from', range(STATUS, { gte: 400 }), ['f']],
  ['statuses below a bound beyond their type', range(STATUS, { lt: 2 ** 40 }), ['e', 'f']],
  ['there', exists(DURATION), ['a', 'b', 'c', 'd', 'e', 'f']],
  ['not in the range, or not there', not(range(DURATION, { gte: 0 })), ['f', 'g', 'h']],
];

const ATTRIBUTE_DOCUMENTS = accepted({
  a: '"attributes":{"merchant":"mrc_1","n":1.5,"flag":true,"empty":"","none":null}',
  b: '"attributes":{"merchant":"mrc_2","n":-7,"deep":{"er":{"x":"y","n":20}},"flag":false}',
  c: '"attributes":{"merchant":["mrc_1","mrc_3"],"n":[1.5,30],"deep.er.x":"z"}',
  d: '"attributes":{"n":"1.5","list":[{"x":"in"},{"x":"list"},[{"x":"nested"}]],"deep":{"er":"scalar"}}',
  e: `"attributes":{"long":"${LONG}","longer":"${LONG}v","Merchant":"mrc_1"}`,
  f: '"attributes":{"ключ":"значение","with space":"a b","a/b:c":"x*","":"no name","n":0}',
  g: '"attributes":{"n":1e400,"merchant":"","object":{},"array":[]}',
  h: '',
});

const MERCHANT = attribute('merchant');
const N = attribute('n');

const ATTRIBUTES: readonly Case[] = [
  ['a text, also one of several', equals(MERCHANT, 'mrc_1'), ['a', 'c']],
  ['another text of several', equals(MERCHANT, 'mrc_3'), ['c']],
  ['capitals in a name count', equals(attribute('Merchant'), 'mrc_1'), ['e']],
  ['capitals in a value count', equals(MERCHANT, 'MRC_1'), []],
  ['an empty text', equals(MERCHANT, ''), ['g']],
  ['true', equals(attribute('flag'), 'true'), ['a']],
  ['false', equals(attribute('flag'), 'false'), ['b']],
  ['null is not there', equals(attribute('none'), 'null'), []],
  ['a number or a text that looks like it', equals(N, '1.5'), ['a', 'c', 'd']],
  ['a negative number', equals(N, '-7'), ['b']],
  [
    'an inner name, or a name with dots',
    or(equals(attribute('deep.er.x'), 'y'), equals(attribute('deep.er.x'), 'z')),
    ['b', 'c'],
  ],
  ['inside of lists', equals(attribute('list.x'), 'list'), ['d']],
  ['inside of lists of lists', equals(attribute('list.x'), 'nested'), ['d']],
  ['a value where others have names', equals(attribute('deep.er'), 'scalar'), ['d']],
  ['a name and a value beyond ASCII', equals(attribute('ключ'), 'значение'), ['f']],
  ['a name with a space', equals(attribute('with space'), 'a b'), ['f']],
  ['a name with signs, a value with a star', equals(attribute('a/b:c'), 'x*'), ['f']],
  ['a star in a name stands for itself', equals(attribute('mer*'), 'mrc_1'), []],
  ['a value of 1,024 characters', equals(attribute('long'), LONG), ['e']],
  ['a longer value', equals(attribute('longer'), `${LONG}v`), []],
  ['a name that nobody has', equals(attribute('nobody'), 'x'), []],
  ['not a value', not(equals(MERCHANT, 'mrc_1')), ['b', 'd', 'e', 'f', 'g', 'h']],
  ['the beginning', prefix(MERCHANT, 'mrc_'), ['a', 'b', 'c']],
  ['the beginning of a number', prefix(N, '1.'), ['a', 'c', 'd']],
  ['the beginning with a star', prefix(attribute('a/b:c'), 'x*'), ['f']],
  ['a beginning is no pattern', prefix(MERCHANT, 'm*_'), []],
  ['there', exists(MERCHANT), ['a', 'b', 'c', 'g']],
  ['there, empty', exists(attribute('empty')), ['a']],
  ['null', exists(attribute('none')), []],
  ['an object and a list without anything', or(exists(attribute('object')), exists(attribute('array'))), []],
  ['a number beyond every double is there', exists(N), ['a', 'b', 'c', 'd', 'f', 'g']],
  ['a path with a value, not one above it', exists(attribute('deep.er')), ['d']],
  ['below a path', exists(attribute('deep.er.x')), ['b', 'c']],
  ['a name that is only the beginning of another', exists(attribute('dee')), []],
  ['a star in a name that has to be there', exists(attribute('m*')), []],
  ['not there', not(exists(N)), ['e', 'h']],
  ['a range holds for numbers, not for texts or in lists', range(N, { gt: 1, lte: 30 }), ['a']],
  ['from zero', range(N, { gte: 0 }), ['a', 'f']],
  ['below zero', range(N, { lt: 0 }), ['b']],
  ['an inner number', range(attribute('deep.er.n'), { gte: 20, lt: 21 }), ['b']],
  ['numbers of a name that has none', range(MERCHANT, { gte: 0 }), []],
  ['numbers of a name that nobody has', range(attribute('nobody'), { gte: 0 }), []],
  ['not in a range', not(range(N, { gte: 0 })), ['b', 'c', 'd', 'e', 'g', 'h']],
];

const at = (second: number, nanos = 0): string => timeOf('2026-11-20', second, nanos);
const time = (bounds: { readonly from?: string; readonly to?: string }, name = 'timestamp'): Query => ({
  op: 'time',
  field: { type: 'time', name },
  ...bounds,
});

const TIME_DOCUMENTS = [
  { id: 'a', timestamp: at(10, 0), receivedAt: '2026-11-20T00:01:00.000Z' },
  { id: 'b', timestamp: at(10, 1), receivedAt: '2026-11-20T00:01:00.001Z' },
  { id: 'c', timestamp: at(10, 999_999_999), receivedAt: '2026-11-20T00:01:00.999Z' },
  { id: 'd', timestamp: at(11, 0), receivedAt: '2026-11-20T00:01:01.000Z' },
].map(storeDocument);

const TIMES: readonly Case[] = [
  ['from is included', time({ from: at(10, 1) }), ['b', 'c', 'd']],
  ['to is not', time({ to: at(10, 999_999_999) }), ['a', 'b']],
  ['one nanosecond', time({ from: at(10, 1), to: at(10, 2) }), ['b']],
  ['no time', time({ from: at(10, 1), to: at(10, 1) }), []],
  ['the wrong way round', time({ from: at(11), to: at(10) }), []],
  ['long ago', time({ from: timeOf('1900-01-01', 0), to: at(10, 1) }), ['a']],
  ['far in the future', time({ from: at(11), to: timeOf('2500-01-01', 0) }), ['d']],
  ['before the epoch', time({ to: timeOf('1969-12-31', 0) }), []],
  ['receipt from', time({ from: timeOf('2026-11-20', 60, 1_000_000) }, 'received_at'), ['b', 'c', 'd']],
  ['receipt from a nanosecond later', time({ from: timeOf('2026-11-20', 60, 1_000_001) }, 'received_at'), ['c', 'd']],
  ['receipt before', time({ to: timeOf('2026-11-20', 60, 1_000_000) }, 'received_at'), ['a']],
  ['receipt before a nanosecond later', time({ to: timeOf('2026-11-20', 60, 1_000_001) }, 'received_at'), ['a', 'b']],
  [
    'receipt before the end of a second',
    time({ to: timeOf('2026-11-20', 60, 999_999_999) }, 'received_at'),
    ['a', 'b', 'c'],
  ],
  ['not in a time', not(time({ from: at(10, 1), to: at(11) })), ['a', 'd']],
];

const COMBINED_DOCUMENTS = accepted({
  a: '"message":"one two","level":"error","duration_ms":1',
  b: '"message":"two three","level":"warn","duration_ms":2',
  c: '"message":"three one","level":"info","duration_ms":3,"attributes":{"x":"y"}',
});

const ONE = phrase('one');
const TWO = phrase('two');
const THREE = phrase('three');
/** Deeper than people nest, with everything that can be nested. */
const DEEP = Array.from({ length: 10 }).reduce<Query>(
  (inner) => or(and(TWO, not(THREE)), not(and(not(inner), not(and(ONE, or(THREE, TWO)))))),
  ONE,
);

const COMBINATIONS: readonly Case[] = [
  ['all', { op: 'all' }, ['a', 'b', 'c']],
  ['not all', not({ op: 'all' }), []],
  ['and of nothing', and(), ['a', 'b', 'c']],
  ['or of nothing', or(), []],
  ['not or of nothing', not(or()), ['a', 'b', 'c']],
  ['not and of nothing', not(and()), []],
  ['and of one', and(ONE), ['a', 'c']],
  ['or of one', or(TWO), ['a', 'b']],
  ['and', and(ONE, TWO), ['a']],
  ['or', or(ONE, TWO), ['a', 'b', 'c']],
  ['not', not(ONE), ['b']],
  ['not not', not(not(ONE)), ['a', 'c']],
  ['only nots', and(not(ONE), not(equals(keyword('level'), 'error'))), ['b']],
  ['or of nots', or(not(ONE), not(TWO)), ['b', 'c']],
  ['not and', not(and(ONE, TWO)), ['b', 'c']],
  ['not or', not(or(ONE, TWO)), []],
  ['and of ors', and(or(ONE, TWO), or(TWO, THREE), or(ONE, THREE)), ['a', 'b', 'c']],
  ['and of ors and nots', and(or(ONE, TWO), not(THREE), or(TWO, exists(attribute('x')))), ['a']],
  ['or of ands', or(and(ONE, THREE), and(TWO, range(DURATION, { lt: 2 }))), ['a', 'c']],
  ['or with all', or(ONE, { op: 'all' }), ['a', 'b', 'c']],
  ['and with an or of nothing', and(ONE, or()), []],
  ['nested deeply', DEEP, ['a', 'c']],
  [
    'two hundred leaves',
    or(...Array.from({ length: 200 }, (_, n) => equals(attribute(`x${n}`), 'y')), TWO),
    ['a', 'b'],
  ],
];

/** Cases about what a query finds: small ones made by hand, for each kind of leaf. */
export function describeStoreQueries(makeHarness: MakeStoreHarness): void {
  describe('queries', () => {
    let harness: StoreHarness;
    const group = (name: string, documents: readonly StoreDocument[], cases: readonly Case[]): void => {
      describe(name, () => {
        before(async () => {
          harness = await makeHarness({ retentionDays: 0 });
          await store(harness, documents);
        });
        after(() => harness.stop());

        const model = new StoreModel(documents);
        for (const [title, query, ids] of cases) {
          it(title, async () => {
            assert.deepEqual(await idsOf(harness, { query }), ids);
            assert.deepEqual(model.search({ query, order: 'asc', limit: 1000, countUpTo: 1000 }).ids, ids, 'the model');
          });
        }
      });
    };

    group('words', PHRASE_DOCUMENTS, PHRASES);
    group('keywords', KEYWORD_DOCUMENTS, KEYWORDS);
    group('numbers', NUMBER_DOCUMENTS, NUMBERS);
    group('attributes', ATTRIBUTE_DOCUMENTS, ATTRIBUTES);
    group('times', TIME_DOCUMENTS, TIMES);
    group('combinations', COMBINED_DOCUMENTS, COMBINATIONS);
    describeMany(makeHarness);
  });
}

function describeMany(makeHarness: MakeStoreHarness): void {
  describe('many words', () => {
    let harness: StoreHarness;
    before(async () => {
      harness = await makeHarness({ retentionDays: 0 });
      const texts = Array.from({ length: 3000 }, (_, n) => `pay order${n} ${n % 2 === 0 ? 'now' : 'later'}`);
      await store(
        harness,
        texts.map((text, n) => storeDocument({ id: `r${n}`, timestamp: at(n), message: text })),
      );
    });
    after(() => harness.stop());

    const count = async (query: Query): Promise<number> => {
      const request = { order: 'asc', limit: 1, countUpTo: 10_000, query } as const;
      const { total } = await harness.searcher.search(request, { signal: new AbortController().signal });
      return total.value;
    };

    it('finds every word that begins so', async () => {
      assert.equal(await count(begins('order')), 3000);
      assert.equal(await count(begins('order29')), 111);
    });

    it('finds every phrase whose last word goes on', async () => {
      assert.equal(await count(begins('pay order')), 3000);
      assert.equal(await count(begins('pay ORDER2')), 1111);
      assert.equal(await count(begins('pay later')), 0);
    });
  });
}
