const whole = new Intl.NumberFormat('en-US');

/** `1,234,567`. */
export function formatCount(value: number): string {
  return whole.format(value);
}

/** `1 record`, `1,234 records`. */
export function countOf(value: number, one: string, many = `${one}s`): string {
  return `${formatCount(value)} ${value === 1 ? one : many}`;
}
