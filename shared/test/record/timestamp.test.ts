import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { epochMillis, isoMillis, parseTimestamp } from '../../src/record/timestamp.ts';
import { Random } from './support.ts';

const NOON = '2026-11-20T12:00:00.000000000Z';

const FORMS: readonly (readonly [value: string | number, expected: string])[] = [
  ['2026-11-20T12:00:00Z', NOON],
  ['2026-11-20T12:00:00.000Z', NOON],
  ['2026-11-20t12:00:00z', NOON],
  ['2026-11-20 12:00:00Z', NOON],
  ['2026-11-20T14:30:00+02:30', NOON],
  ['2026-11-20T14:30:00+0230', NOON],
  ['2026-11-20T07:00:00-05:00', NOON],
  ['2026-11-20T12:00:00-00:00', NOON],
  ['2026-11-21T11:59:00+23:59', NOON],
  ['2026-11-20T12:00:00.1Z', '2026-11-20T12:00:00.100000000Z'],
  ['2026-11-20T12:00:00,123456Z', '2026-11-20T12:00:00.123456000Z'],
  ['2026-11-20T12:00:00.123456789+00:00', '2026-11-20T12:00:00.123456789Z'],
  ['2026-11-20T12:00:00.123456789987Z', '2026-11-20T12:00:00.123456789Z'],
  ['2026-12-31T23:59:60Z', '2026-12-31T23:59:59.999999999Z'],
  ['2027-01-01T00:59:60+01:00', '2026-12-31T23:59:59.999999999Z'],
  ['2028-02-29T00:00:00Z', '2028-02-29T00:00:00.000000000Z'],
  ['1970-01-01T00:00:00Z', '1970-01-01T00:00:00.000000000Z'],
  ['2262-04-11T23:47:16.854775807Z', '2262-04-11T23:47:16.854775807Z'],
  ['1970-01-01T05:00:00+05:00', '1970-01-01T00:00:00.000000000Z'],
  [0, '1970-01-01T00:00:00.000000000Z'],
  [1763900000, '2025-11-23T12:13:20.000000000Z'],
  ['1763900000', '2025-11-23T12:13:20.000000000Z'],
  [1763900000.5, '2025-11-23T12:13:20.500000000Z'],
  [1763900000123, '2025-11-23T12:13:20.123000000Z'],
  ['1763900000123.25', '2025-11-23T12:13:20.123250000Z'],
  [1763900000123456, '2025-11-23T12:13:20.123456000Z'],
  ['1763900000123456.7', '2025-11-23T12:13:20.123456700Z'],
  ['1763900000123456789', '2025-11-23T12:13:20.123456789Z'],
  ['1763900000.123456789', '2025-11-23T12:13:20.123456789Z'],
  ['1763900000.1234567899', '2025-11-23T12:13:20.123456789Z'],
  ['1.763900000123E12', '2025-11-23T12:13:20.123000000Z'],
  ['1.763900000123456789e18', '2025-11-23T12:13:20.123456789Z'],
  ['17639000001234e-4', '2025-11-23T12:13:20.123400000Z'],
  ['0001763900000', '2025-11-23T12:13:20.000000000Z'],
];

const GARBAGE: readonly (string | number)[] = [
  '',
  ' ',
  'now',
  'null',
  '2026-11-20',
  '2026-11-20T12:00Z',
  '2026-11-20T12:00:00',
  '2026-11-20T24:00:00Z',
  '2026-11-20T12:60:00Z',
  '2026-11-20T12:00:61Z',
  '2026-02-29T00:00:00Z',
  '2026-02-30T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-00-10T00:00:00Z',
  '2026-11-00T00:00:00Z',
  '2026-11-20T12:00:00+24:00',
  '2026-11-20T12:00:00+05:60',
  '2026-11-20T12:00:00.Z',
  ' 2026-11-20T12:00:00Z',
  '2026-11-20T12:00:00Z\n',
  '1969-12-31T23:59:59.999999999Z',
  '1970-01-01T00:00:00+00:01',
  '2262-04-11T23:47:16.854775808Z',
  '0000-01-01T00:00:00Z',
  '9999-12-31T23:59:59-23:59',
  '+012026-11-20T12:00:00Z',
  '٢٠٢٦-11-20T12:00:00Z',
  -1,
  '-1763900000',
  '1763900000.',
  '.5',
  '1e400',
  '99999999999999999999999999999',
  '0x10',
  Number.NaN,
  Number.POSITIVE_INFINITY,
  1e21,
];

describe('parseTimestamp', () => {
  for (const [value, expected] of FORMS) {
    it(`reads ${JSON.stringify(value)}`, () => {
      assert.equal(parseTimestamp(value), expected);
      // Whatever day was seen before, which the common form takes a short cut for.
      assert.equal(parseTimestamp('2001-01-01T00:00:00.000Z'), '2001-01-01T00:00:00.000000000Z');
      assert.equal(parseTimestamp(value), expected);
    });
  }

  it('refuses everything else', () => {
    for (const value of GARBAGE) assert.equal(parseTimestamp(value), undefined, String(value));
  });

  it('checks every digit of the common form, on the day seen last', () => {
    const good = '2026-11-20T12:34:56.789Z';
    assert.equal(parseTimestamp(good), '2026-11-20T12:34:56.789000000Z');
    for (let at = 10; at < good.length; at += 1) {
      for (const wrong of ['x', '/', ':', 'Z', '٣']) {
        if (good[at] === wrong) continue;
        const text = good.slice(0, at) + wrong + good.slice(at + 1);
        assert.equal(parseTimestamp(text), undefined, text);
      }
    }
    assert.equal(parseTimestamp('2026-11-20T29:34:56.789Z'), undefined);
    assert.equal(parseTimestamp('2026-11-20T24:00:00.000Z'), undefined);
    assert.equal(parseTimestamp('2026-11-20T23:60:00.000Z'), undefined);
    assert.equal(parseTimestamp('2026-11-20T23:59:60.000Z'), '2026-11-20T23:59:59.999999999Z');
  });

  it('agrees with Date for random times in every form', () => {
    const random = new Random(1);
    for (let round = 0; round < 20_000; round += 1) {
      const ms = random.below(9_223_372_036_000);
      const iso = new Date(ms).toISOString();
      const expected = `${iso.slice(0, -1)}000000Z`;
      assert.equal(parseTimestamp(iso), expected);
      if (ms >= 1e11) assert.equal(parseTimestamp(ms), expected);
      assert.equal(parseTimestamp((ms / 1000).toFixed(3)), expected);
      if (ms * 1000 >= 1e14) assert.equal(parseTimestamp(`${ms}000`), expected);
      if (ms * 1e6 >= 1e17) assert.equal(parseTimestamp(`${ms}000000`), expected);
      const offset = random.below(2879) - 1439;
      const local = new Date(ms + offset * 60_000);
      if (local.getTime() < 0) continue;
      const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
      const zone = `${offset < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
      assert.equal(parseTimestamp(local.toISOString().replace('Z', zone)), expected, zone);
    }
  });

  it('never throws and always gives the fixed width', () => {
    const random = new Random(2);
    const alphabet = Array.from('0123456789TtZz:.,+- e');
    for (let round = 0; round < 20_000; round += 1) {
      const base = random.pick(['2026-11-20T12:34:56.789Z', '1763900000123', '2026-11-20T12:34:56.123456789+05:30']);
      const chars = Array.from(base);
      for (let edits = random.below(3); edits >= 0; edits -= 1)
        chars[random.below(chars.length)] = random.pick(alphabet);
      const parsed = parseTimestamp(chars.join(''));
      if (parsed !== undefined) assert.match(parsed, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
    }
  });
});

describe('isoMillis and epochMillis', () => {
  it('keeps its width for whatever a direct producer puts into a message', () => {
    const odd = [-1, Number.MIN_SAFE_INTEGER, 2 ** 63, 0, 1763900000123, 8.64e15];
    for (const ms of odd) assert.match(isoMillis(ms), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.equal(isoMillis(1763900000123), '2025-11-23T12:13:20.123Z');
    assert.equal(isoMillis(-1), '1970-01-01T00:00:00.000Z');
  });

  it('reads both forms back', () => {
    assert.equal(epochMillis('2025-11-23T12:13:20.123Z'), 1763900000123);
    assert.equal(epochMillis('2025-11-23T12:13:20.123456789Z'), 1763900000123);
    assert.ok(Number.isNaN(epochMillis('yesterday')));
  });
});
