import type { LogRecord } from '../api-types.ts';

/** `1.2 MB`, in steps of 1,000 as file managers count. */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  return `${unit === 0 ? Math.round(value) : Number(value.toPrecision(2))} ${units[unit] ?? ''}`;
}

/** Bytes of an export of `records` records that look like the sampled ones; undefined when there is nothing to go by. */
export function estimateBytes(
  sample: readonly LogRecord[],
  records: number,
  { format, columns }: { readonly format: 'ndjson' | 'csv'; readonly columns: readonly string[] },
  valueAt: (record: LogRecord, name: string) => string,
): number | undefined {
  if (sample.length === 0) return undefined;
  const sizes = sample.map((record) =>
    format === 'ndjson'
      ? byteLength(JSON.stringify(record)) + 1
      : columns.reduce((sum, column) => sum + byteLength(valueAt(record, column)) + 1, 1),
  );
  return Math.round((sizes.reduce((sum, size) => sum + size, 0) / sizes.length) * records);
}

const encoder = new TextEncoder();
const byteLength = (text: string): number => encoder.encode(text).length;

/** A list of columns as typed: names between commas or spaces, each once. */
export function readColumns(text: string): readonly string[] {
  return [...new Set(text.split(/[\s,]+/).filter((name) => name !== ''))];
}

/** A limit as typed: a whole number of at least 1; empty is none. Undefined when it is something else. */
export function readLimit(text: string): number | 'none' | undefined {
  const plain = text.replaceAll(/[\s,_]/g, '');
  if (plain === '') return 'none';
  const limit = Number(plain);
  return /^\d+$/.test(plain) && limit >= 1 && Number.isSafeInteger(limit) ? limit : undefined;
}

/** A text as one word of a POSIX shell. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
