const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** Longer shifts than this make nothing that is a time or a card number. */
const MAX_SHIFT = 40;

/** A number's decimal digits. */
export interface Decimal {
  readonly isNegative: boolean;
  /** Digits before the point, without needless zeros in front. */
  readonly whole: string;
  /** Digits behind the point, as written. */
  readonly fraction: string;
}

/**
 * Reads decimal text, exponent included (Java writes 1763900000123 as `1.763900000123E12`), without going through a double: all
 * digits stay. Undefined when it is not a number, or one far beyond every time and card number.
 */
export function parseDecimal(text: string): Decimal | undefined {
  const match = NUMBER.exec(text);
  if (!match) return undefined;
  const [, sign, before = '', behind = '', exponent = '0'] = match;
  const shift = Number(exponent);
  if (Math.abs(shift) > MAX_SHIFT) return undefined;
  const point = before.length + shift;
  const digits = (point < 1 ? '0'.repeat(1 - point) + before + behind : before + behind).padEnd(point, '0');
  const cut = Math.max(point, 1);
  return {
    isNegative: sign === '-',
    whole: digits.slice(0, cut).replace(/^0+(?=\d)/, ''),
    fraction: digits.slice(cut),
  };
}
