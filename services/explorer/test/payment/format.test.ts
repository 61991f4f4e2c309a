import assert from 'node:assert/strict';
import { formatAmount } from '../../src/payment/format-amount.ts';
import { formatDuration, formatOffset } from '../../src/parts/format-duration.ts';

describe('amount of a payment', () => {
  const plain = (text: string | undefined): string | undefined => text?.replaceAll('\u00a0', ' ');

  it('has the digits of its currency', () => {
    assert.equal(plain(formatAmount(4990, 'EUR', 'en')), 'EUR 49.90');
    assert.equal(plain(formatAmount(4990, 'JPY', 'en')), 'JPY 4,990');
    assert.equal(plain(formatAmount(4990, 'KWD', 'en')), 'KWD 4.990');
    assert.equal(plain(formatAmount(5, 'EUR', 'en')), 'EUR 0.05');
    assert.equal(plain(formatAmount(-1250, 'EUR', 'en')), '-EUR 12.50');
  });

  it('is exact beyond the integers of a double', () => {
    assert.equal(plain(formatAmount('9007199254740993', 'EUR', 'en')), 'EUR 90,071,992,547,409.93');
  });

  it('is shown in minor units where the currency is none', () => {
    assert.equal(formatAmount(4990, 'points'), '4990 points (minor units)');
    assert.equal(formatAmount(4990, null), '4990 (minor units)');
    assert.equal(formatAmount(null, 'EUR'), undefined);
  });
});

describe('duration', () => {
  const cases: readonly (readonly [number, string])[] = [
    [0, '0 ms'],
    [0.001, '<0.01 ms'],
    [0.42, '0.42 ms'],
    [1.26, '1.3 ms'],
    [12.4, '12 ms'],
    [999.4, '999 ms'],
    [999.7, '1 s'],
    [1_240, '1.24 s'],
    [41_230, '41.2 s'],
    [59_970, '1 min'],
    [723_000, '12 min 3 s'],
    [7_500_000, '2 h 5 min'],
    [86_400_000 * 3 + 3_600_000 * 4, '3 d 4 h'],
  ];
  for (const [ms, text] of cases) {
    it(`of ${ms} ms is ${text}`, () => assert.equal(formatDuration(ms), text));
  }

  it('after the beginning has a sign', () => {
    assert.equal(formatOffset(12), '+12 ms');
    assert.equal(formatOffset(-12), '\u221212 ms');
  });
});
