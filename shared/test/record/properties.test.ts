import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { parseJsonTree, type JsonNode } from '../../src/record/json-tree.ts';
import type { PreparedRecord } from '../../src/record/prepare.ts';
import { passesLuhn } from '../../src/record/pan.ts';
import { randomJson, randomObject, serialize, Token } from './random-json.ts';
import { accepted, prepare, Random, withLuhn } from './support.ts';

const NO_LIMITS = { maxDepth: 1000, maxKeys: 1_000_000 };

/** What has to hold of every accepted record, whatever was sent. */
function assertCanonical({ prefix, body, id, service, timestamp }: PreparedRecord, sent: string): void {
  const text = prefix + body;
  const record = JSON.parse(text) as Record<string, unknown>;
  assert.ok(!/[\n\r]/.test(text), sent);
  assert.equal(Buffer.from(text).toString(), text, sent);
  assertNoDuplicates(parseJsonTree(text, NO_LIMITS), sent);
  assert.deepEqual([record['id'], record['service'], record['@timestamp']], [id, service, timestamp], sent);
  assert.deepEqual([record['v'], record['data_set'], typeof record['message']], [1, 'main', 'string'], sent);
}

function assertNoDuplicates(node: JsonNode, sent: string): void {
  if (node.kind === 'array') for (const item of node.items) assertNoDuplicates(item, sent);
  if (node.kind !== 'object') return;
  assert.equal(new Set(node.members.map(({ key }) => key)).size, node.members.length, sent);
  for (const { value } of node.members) assertNoDuplicates(value, sent);
}

describe('prepare, for any text', () => {
  it('never throws, and makes one line of valid JSON without duplicates or a fault with a code', () => {
    const random = new Random(31);
    const seeds = [
      '{"message":"m","service":"s","level":"info","attributes":{"a":{"b":[1,2.5,{"c":null}]},"d":1e20}}',
      '{ "msg": "x", "log.level": "WARN", "service": {"name": "s"}, "a": 1, "a": 2,\n "attributes": {"a": 3, "top.a": 4} }',
      '{"message":"\\u0034111 cvv 123 \\ud83d\\ude00","service":"s","\\u0061":1,"a":"\\ud800","id":12,"timestamp":1763900000.5}',
    ];
    const pieces = [
      ...[
        '"',
        '\\',
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        ' ',
        '\n',
        '\t',
        '0',
        '1',
        '-',
        '.',
        'e5',
        'null',
        'true',
        '\u0000',
        '\ufeff',
        'é',
        '😀',
      ],
      ...[
        '\\u0000',
        '\\ud800',
        '\\u0022',
        '"a":1,',
        '"message":',
        '"id":',
        '"attributes":{',
        '"timestamp":',
        '"num":{"x}":1},',
        '1e400',
        '"__proto__":1,',
      ],
    ];
    const began = performance.now();
    let ok = 0;
    let round = 0;
    for (; round < 60_000 && performance.now() - began < 4000; round += 1) {
      let text = random.chance(0.2) ? serialize(randomObject(random, 4), random) : random.pick(seeds);
      for (let edits = 1 + random.below(4); edits > 0; edits -= 1) {
        const at = random.below(text.length + 1);
        text = text.slice(0, at) + (random.chance(0.6) ? random.pick(pieces) : '') + text.slice(at + random.below(4));
      }
      const prepared = prepare(text, { service: 'given' });
      if (prepared.ok) {
        ok += 1;
        assertCanonical(prepared, text);
      } else {
        assert.match(prepared.code, /^[a-z_0-9]+$/, text);
      }
    }
    assert.ok(round > 3000 && ok > round / 20, `${ok} of ${round} accepted`);
  });
});

const SCHEMES = ['4', '51', '2221', '34', '37', '36', '6011', '3530', '62', '67', '2200'] as const;
const LENGTHS: Readonly<Record<string, number>> = { '34': 15, '37': 15, '36': 14 };
const SEPARATORS = [
  '',
  '',
  '',
  ' ',
  '-',
  '.',
  '_',
  '/',
  '\\',
  '\t',
  '\n',
  ' - ',
  '\u00a0',
  '\u2009',
  '\u2011',
  '\u3000',
  '\u00ad',
  '%20',
  '%2D',
  '%2f',
];

function randomPan(random: Random): string {
  const prefix = random.pick(SCHEMES);
  return withLuhn(prefix + random.digits((LENGTHS[prefix] ?? 16) - 1 - prefix.length));
}

function written(pan: string, random: Random): string {
  const separator = random.pick(SEPARATORS);
  let out = '';
  for (let at = 0; at < pan.length;) {
    const size = random.pick([4, 4, 4, 6, 2, 1, 8]);
    out += (at === 0 ? '' : separator) + pan.slice(at, at + size);
    at += size;
  }
  return out;
}

/** Digits of all strings, names and numbers of a value, each with everything else taken out. */
function digitRuns(value: unknown, runs: string[]): void {
  if (typeof value === 'string' || typeof value === 'number')
    runs.push(
      String(value)
        .replaceAll(/%[0-9A-Fa-f]{2}/g, '')
        .replaceAll(/\D/g, ''),
    );
  else if (Array.isArray(value)) for (const item of value) digitRuns(item, runs);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, member] of Object.entries(value)) {
      digitRuns(key, runs);
      digitRuns(member, runs);
    }
  }
}

const NEIGHBORS = [
  '',
  ' ',
  'x',
  'é',
  '日',
  '😀',
  '"',
  ':',
  ',',
  '=',
  '(',
  '>',
  ': ',
  'pan=',
  '%22',
  'order a ',
  '*',
  '\n',
];

describe('prepare, for records with planted card data', () => {
  it('lets no PAN through, however it is written and wherever it stands', () => {
    const random = new Random(41);
    for (let round = 0; round < 15_000; round += 1) {
      const pan = randomPan(random);
      const text =
        random.pick(NEIGHBORS) +
        written(pan, random) +
        random.pick(['', ' ', 'x', 'é', '"', ',', '&', '%22', '.', '\n']);
      const attributes = randomObject(random, 3);
      const planted = new Map<string, unknown>([
        ['message', 'm'],
        ['service', 's'],
        ['attributes', attributes],
      ]);
      const place = random.below(9);
      if (place === 0) planted.set('message', text);
      else if (place === 1) attributes.set('pan', text);
      else if (place === 2) attributes.set(text, 1);
      else if (place === 3) attributes.set('pan', new Token(random.chance(0.5) ? pan : `-${pan}.0`));
      else if (place === 4) planted.set('unknown', new Map([['deep', [new Map([['er', text]])]]]));
      else if (place === 5) planted.set(text, randomJson(random, 2));
      else if (place === 6) attributes.set('json', JSON.stringify({ card: text, again: JSON.stringify([text]) }));
      else if (place === 7) planted.set('error', new Map([['stack', `Error\n\tat ${text}`]]));
      else attributes.set('pan', new Token(`${pan.slice(0, 1)}.${pan.slice(1)}E${pan.length - 1}`));
      const sent = serialize(planted, random);
      const { prefix, body, pan: found } = accepted(sent);
      const raw = prefix + body;
      assert.ok(found > 0, sent);
      assert.ok(!raw.replaceAll(/[^\d]/g, '').includes(pan), `${sent}\n${raw}`);
      const runs: string[] = [];
      digitRuns(JSON.parse(raw), runs);
      for (const run of runs) assert.ok(!run.includes(pan), `${sent}\n${raw}`);
    }
  });

  it('lets no card verification code through', () => {
    const random = new Random(42);
    const words = [
      'cvv',
      'CVV2',
      'cvc',
      'Cvc2',
      'cvn',
      'csc',
      'security code',
      'securityCode',
      'card_verification',
      'card-cvv',
      'cardCvv',
    ];
    for (let round = 0; round < 10_000; round += 1) {
      const code = random.pick(['737', '9371', '481']);
      const word = random.pick(words);
      const attributes = randomObject(random, 3);
      const planted = new Map<string, unknown>([
        ['message', 'm'],
        ['service', 's'],
        ['attributes', attributes],
      ]);
      const key = word === 'card_verification' ? 'card_verification_value' : word;
      const inText =
        random.pick(NEIGHBORS.filter((text) => !/[a-z]$/i.test(text))) +
        word +
        random.pick([' ', '=', ': ', '":"', '\\":\\"', ' is ', ':\n', '%3D']) +
        code;
      const place = random.below(6);
      if (place === 0) planted.set('message', inText);
      else if (place === 1) attributes.set(key, random.chance(0.5) ? new Token(code) : code);
      else if (place === 2) attributes.set('x', [new Map([[key, ['none', code]]])]);
      else if (place === 3) planted.set(key, new Map([['value', code]]));
      else if (place === 4) attributes.set('json', JSON.stringify(JSON.stringify({ [key]: code })));
      else attributes.set(inText, true);
      const sent = serialize(planted, random);
      const { prefix, body, cvv } = accepted(sent);
      assert.ok(cvv > 0, sent);
      assert.ok(!(prefix + body).slice(prefix.indexOf('data_set')).includes(code), `${sent}\n${prefix}${body}`);
    }
  });
});

describe('prepare, slow and fast', () => {
  it('makes of any other form what it makes of the canonical record', () => {
    const random = new Random(51);
    const style = { escapes: 0, spaces: 0 };
    for (let round = 0; round < 3000; round += 1) {
      const attributes = randomObject(random, 3);
      const fields: readonly (readonly [string, string, unknown])[] = [
        ['message', 'msg', random.pick(['m', 'é "x"', '\n'])],
        ['service', 'service.name', 's'],
        ['timestamp', '@timestamp', random.pick<unknown>(['2026-11-20T08:00:00.5+01:00', new Token('1763900000123')])],
        ['id', 'event.id', 'i'],
        ['trace_id', 'trace.id', 'a'.repeat(32)],
        ['host', 'host.name', 'h'],
        ['logger', 'log.logger', 'l'],
      ];
      const canonical = new Map<string, unknown>();
      const other = new Map<string, unknown>();
      for (const [name, synonym, value] of fields) {
        if (random.chance(0.3) && !['message', 'service'].includes(name)) continue;
        canonical.set(name, value);
        other.set(random.chance(0.7) ? synonym : name, value);
      }
      other.set('log.level', random.pick(['WARN', 'warning', new Token('40')]));
      canonical.set('level', 'warn');
      canonical.set('attributes', attributes);
      // Half of the attributes stand at the top, where their names mean nothing.
      const inside = new Map<string, unknown>();
      for (const [name, value] of attributes) (random.chance(0.5) ? inside : other).set(name, value);
      other.set('attributes', inside);
      const fast = accepted(serialize(canonical, random, style));
      const slow = accepted(serialize(other, random));
      assert.equal(fast.unchanged, true);
      assert.equal(slow.unchanged, false);
      assert.deepEqual(JSON.parse(slow.prefix + slow.body), sorted(fast), serialize(other, random, style));
      for (const { prefix, body } of [fast, slow]) assertCanonical({ ...fast, prefix, body }, body);
    }
  });
});

/** The record of the fast path; which of two equal paths is copied to `num` depends on the order of members. */
function sorted({ prefix, body }: PreparedRecord): unknown {
  return JSON.parse(prefix + body);
}

describe('passesLuhn and the generator', () => {
  it('agree', () => {
    const random = new Random(61);
    for (let round = 0; round < 1000; round += 1) assert.ok(passesLuhn(randomPan(random)));
  });
});
