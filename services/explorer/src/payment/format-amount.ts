/**
 * `4990`, `EUR` as `EUR 49.90`: the digits behind the point are those of the currency (JPY 0, EUR 2, KWD 3), exact for integers of any
 * size. What is no currency by ISO 4217's form is shown as minor units; undefined without an amount.
 */
export function formatAmount(
  amountMinor: number | string | null | undefined,
  currency: string | null | undefined,
  locale?: string,
): string | undefined {
  if (amountMinor === null || amountMinor === undefined) return undefined;
  const minor = String(amountMinor);
  const format = currencyFormat(currency, locale);
  if (format === undefined || !/^-?\d+$/.test(minor)) {
    return [minor, currency, '(minor units)']
      .filter((part) => part !== null && part !== undefined && part !== '')
      .join(' ');
  }
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(shiftPoint(minor, digits) as Intl.StringNumericLiteral);
}

function currencyFormat(
  currency: string | null | undefined,
  locale: string | undefined,
): Intl.NumberFormat | undefined {
  if (currency === null || currency === undefined) return undefined;
  try {
    return new Intl.NumberFormat(locale, { style: 'currency', currency, currencyDisplay: 'code' });
  } catch {
    return undefined;
  }
}

/** Divides by a power of ten in text, so that nothing is rounded. */
function shiftPoint(minor: string, digits: number): string {
  if (digits === 0) return minor;
  const sign = minor.startsWith('-') ? '-' : '';
  const padded = minor.slice(sign.length).padStart(digits + 1, '0');
  return `${sign}${padded.slice(0, -digits)}.${padded.slice(-digits)}`;
}
